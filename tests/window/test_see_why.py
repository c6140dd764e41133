"""Overlays end to end: the real net explains one photo; the map is shown, stored, and shown again at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.window.conftest import PhotoMaker, Starter
from tests.window.memapp_window import MemappWindow
from tests.window.screen import Screen, wait_until

pytestmark = [pytest.mark.window, pytest.mark.weights, pytest.mark.slow]

MAP_SECONDS = 120.0
"""Deadline: 128 passes through the net on a machine that may be busy."""


def kept_parts(home: Path) -> int:
    folder = home / "maps"
    return sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def in_view(screen: Screen, window: MemappWindow, file: Path) -> np.ndarray:
    """The part of the screen in which the viewer's photo lies."""
    screen.screenshot(file)
    x, y, width, height = window.frame()
    with Image.open(file) as picture:
        inside = picture.convert("RGB").crop(
            (x + width // 4, y + height // 4, x + width // 2, y + 3 * height // 4)
        )
        return np.asarray(inside, dtype=np.int16)


@pytest.mark.usefixtures("licence_accepted")
def test_a_map_is_made_shown_stored_and_shown_again_at_once(
    screen: Screen, start: Starter, make_photos: PhotoMaker, tmp_path: Path, screenshots: Path
) -> None:
    [photo] = make_photos(tmp_path / "photos", 1)
    window = start(photo)
    window.wait_for_scores(1)
    window.key("Home", "Return")
    window.move_pointer_away()
    wait_until(lambda: in_view(screen, window, screenshots / "bare.png").std() > 5, "the photo", seconds=30)
    bare = in_view(screen, window, screenshots / "bare.png")
    window.key("alt+2")
    wait_until(lambda: kept_parts(window.home) == 1, "a map", seconds=MAP_SECONDS)
    wait_until(
        lambda: np.abs(in_view(screen, window, screenshots / "map.png") - bare).mean() > 3,
        "the map over the photo",
        seconds=30,
    )
    covered = in_view(screen, window, screenshots / "map.png")
    window.key("alt+0")
    wait_until(
        lambda: np.abs(in_view(screen, window, screenshots / "none.png") - bare).mean() < 1,
        "the photo without the map",
        seconds=30,
    )
    # What is kept needs neither net nor time.
    window.key("alt+2")
    wait_until(
        lambda: np.abs(in_view(screen, window, screenshots / "again.png") - covered).mean() < 1,
        "the same map again",
        seconds=10,
    )
    window.key("alt+3")
    wait_until(lambda: kept_parts(window.home) == 2, "regions", seconds=MAP_SECONDS)
    assert window.troubles() == []
    # Closing while another photo's map may be on its way ends in time, too.
    window.close()
    assert window.wait_for_end() == 0
