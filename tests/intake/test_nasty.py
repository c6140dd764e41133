"""Hundreds of damaged, fuzzed and hostile files: each a photo or a reason, in time, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="peak memory is measured with POSIX's resource")

CHECKOUT = Path(__file__).resolve().parents[2]

SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FoundFile
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

start = peak()
outcomes = []
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file():
        continue
    began = time.monotonic()
    try:
        photo = load_photo(str(path), frame=True, longest_side=512)
        outcome = ["photo", list(photo.frame.shape)]
    except PhotoError as problem:
        outcome = [problem.kind.value, problem.reason]
    outcomes.append([str(path), *outcome, time.monotonic() - began])
findings = list(find_photos([sys.argv[1]], control=RunControl()))
print(json.dumps({"outcomes": outcomes, "growth": peak() - start,
                  "found": sum(isinstance(finding, FoundFile) for finding in findings)}))
"""


def test_nasty_files(shared_data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(shared_data / "nasty")],
        cwd=CHECKOUT,
        capture_output=True,
        timeout=240,
        check=False,
    )
    errors = done.stderr.decode(errors="replace")
    assert done.returncode == 0, errors[-2000:]
    assert "Warning" not in errors  # Pillow's, about odd metadata, are not for users
    result = json.loads(done.stdout)
    outcomes = result["outcomes"]
    assert len(outcomes) > 350
    for path, kind, reason, seconds in outcomes:
        assert seconds < 20, path
        if kind == "photo":
            assert reason == [227, 227, 3], path
        else:
            assert reason[0].isupper(), path
            assert reason.endswith("."), path
            for word in ("error", "exception", "traceback", "none", "errno"):
                assert word not in reason.lower(), reason
    assert sum(kind == "photo" for _, kind, _, _ in outcomes) > 80
    assert result["growth"] < 1e9
    # A folder's files with endings that say nothing and first bytes of no picture are not looked at.
    assert result["found"] > 330
