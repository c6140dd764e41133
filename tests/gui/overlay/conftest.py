"""What tests of overlays in the real window share: photos, a segmenter, a window with a photo open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes import HalvesFactory, HalvesSegmenter
from tests.gui.window_bench import WindowBench


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photos whose left half is dark and whose right half is bright: it is the bright one that counts."""
    made = tmp_path / "photos"
    made.mkdir()
    for name, bright in (("a.png", 250), ("b.png", 200), ("c.png", 150)):
        pixels = np.full((120, 160, 3), 10, np.uint8)
        pixels[:, 80:] = bright
        Image.fromarray(pixels).save(made / name)
    return made


@pytest.fixture
def halves() -> HalvesFactory:
    return HalvesFactory(HalvesSegmenter(with_instance=True))


@pytest.fixture
def viewing(
    open_window: Callable[..., WindowBench], folder: Path, halves: HalvesFactory
) -> Callable[..., WindowBench]:
    """Opens a window with the first photo in the viewer."""

    def make(name: str = "a.png", *, segmenters: HalvesFactory | None = None) -> WindowBench:
        bench = open_window(segmenters=segmenters or halves)
        bench.add(folder)
        bench.window.panes.open(bench.key(name))
        assert bench.page() == "viewer"
        return bench

    return make
