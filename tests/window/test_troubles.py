"""Broken photos and missing weights: shown in the window, while everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.window.conftest import PhotoMaker, Starter
from tests.window.screen import Screen, wait_until

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("licence_accepted")]


@pytest.mark.weights
def test_broken_files_are_counted_and_the_run_finishes(
    screen: Screen, start: Starter, make_photos: PhotoMaker, tmp_path: Path, screenshots: Path
) -> None:
    folder = tmp_path / "photos"
    photos = make_photos(folder, 3)
    whole = photos[0].read_bytes()
    broken = {
        "cut.jpg": whole[: len(whole) // 3],
        "text.jpg": b"this is no picture",
        "empty.png": b"",
    }
    for name, content in broken.items():
        (folder / name).write_bytes(content)
    window = start(folder)
    scores = window.wait_for_scores(len(photos))
    assert sorted(scores) == sorted(map(str, photos))
    best_first = sorted(scores, key=lambda path: -scores[path])
    failed = sorted(str(folder / name) for name in broken)
    window.wait_for_order([*best_first, *failed])
    window.key("ctrl+shift+p")
    screen.screenshot(screenshots / "problems.png")
    assert window.troubles() == []
    window.close()
    assert window.wait_for_end() == 0


def test_without_weights_the_window_says_so_and_still_shows_the_photos(
    screen: Screen,
    start: Starter,
    make_photos: PhotoMaker,
    tmp_path: Path,
    memapp_home: Path,
    screenshots: Path,
) -> None:
    photos = make_photos(tmp_path / "photos", 5)
    weights = memapp_home / "weights" / "resmem.pt"
    weights.parent.mkdir()
    weights.write_bytes(b"a download that broke off")
    window = start(tmp_path / "photos")
    wait_until(lambda: len(window.photos_on_screen()) == len(photos), "all photos in the grid", seconds=30)
    text = wait_until(window.notice_text, "the notice", seconds=20)
    assert str(weights) in text
    assert "incomplete" in text
    window.move_pointer_away()
    screen.screenshot(screenshots / "no-weights.png")
    assert window.scores() == {}
    assert any("WeightsError" in line for line in window.log().splitlines())
    window.close()
    assert window.wait_for_end() == 0
