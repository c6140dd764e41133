"""The small version of tests/benchmarks/bench_m3m.py: M3M learns what a net without segmentation can't."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.bench_m3m import trained, with_shuffled_maps
from tests.benchmarks.m3m_scenes import install_pack, make_scenes
from tests.scoring.nets.small_family import make_small


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_m3m_learns_from_the_segmentation(
    tmp_path: Path, memapp_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small(monkeypatch)
    make_scenes(tmp_path, count=150)
    install_pack(memapp_home)
    how = {"init": "random", "freeze": ("alexnet",), "epochs": 8, "learning_rate": 2e-3}
    m3m = trained(tmp_path, memapp_home, "m3m", **how)["test"]["spearman"]
    blind = trained(tmp_path, memapp_home, "resmem", **how)["test"]["spearman"] or 0.0
    shuffled = with_shuffled_maps(tmp_path, memapp_home)
    print(f"m3m {m3m:.3f}, without segmentation {blind:.3f}, maps shuffled {shuffled:.3f}")
    assert m3m > 0.8
    assert m3m - blind >= 0.2
    assert m3m - shuffled >= 0.2
