"""Thousands of mutated files of every format: each a picture or a reason, within its limits, and no crash."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

pytest.importorskip("resource", reason="peak memory is measured with POSIX's resource")

SEED = 12
LONGEST_SECONDS = 12.0
"""The limit of ten, and what a step beyond it takes."""
MOST_GROWTH = 500_000_000
"""Bytes: the limit of 400 MB for one photo, and the finished pictures."""


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.breadth)])
def test_mutated_files(tmp_path: Path, count: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.intake.fuzzing", str(count), str(SEED), str(tmp_path)],
        cwd=CHECKOUT,
        capture_output=True,
        timeout=540,
        check=False,
    )
    left = [path.name for path in tmp_path.iterdir() if not path.name.startswith("whole.")]
    assert done.returncode == 0, (left, done.stderr.decode(errors="replace")[-2000:])
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    growth = outcomes.pop()["growth"]
    assert len(outcomes) == count
    for name, kind, reason, seconds in outcomes:
        assert seconds < LONGEST_SECONDS, name
        if kind != "photo":
            assert reason[0].isupper(), name
            assert reason.endswith("."), name
            for word in ("error", "exception", "traceback", "none", "errno"):
                assert word not in reason.lower(), (name, reason)
    assert growth < MOST_GROWTH
    tried = Counter(name.rpartition(".")[2] for name, *_ in outcomes)
    assert len(tried) == 13
    assert max(tried.values()) - min(tried.values()) <= 1
    # Both ways out are taken: neither all files stayed whole, nor was everything refused.
    kinds = Counter(kind for _, kind, _, _ in outcomes)
    assert kinds["photo"] > count / 10
    assert kinds["damaged"] > count / 10


def test_a_tag_that_pillow_lists_but_can_not_read(tmp_path: Path) -> None:
    # Found by this tier with more files.
    from tests.intake.fuzzing import mutated, originals, outcome_of

    chance = random.Random("12 7984")
    path = tmp_path / "a.dng"
    path.write_bytes(mutated(chance.choice(originals()["dng"]), chance))
    assert outcome_of(path)[0] == "unsupported"
