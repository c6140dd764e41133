"""Photos come in by drop, paste and command line, real scores come out, best first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.window.conftest import PhotoMaker, Starter
from tests.window.memapp_window import memapp_scores
from tests.window.screen import Screen, wait_until

pytestmark = [pytest.mark.window, pytest.mark.weights]

SOURCE_PLACE = (10, 10)


def test_a_folder_dropped_from_another_program_is_scored_and_sorted(
    screen: Screen, start: Starter, make_photos: PhotoMaker, tmp_path: Path, screenshots: Path
) -> None:
    folder = tmp_path / "Été à Zürich 2026"
    photos = make_photos(folder, 8)
    window = start()
    with screen.tool("drag_source.py", *SOURCE_PLACE, str(folder)) as source_says:
        assert source_says() == "shown"
        screen.drag((SOURCE_PLACE[0] + 40, SOURCE_PLACE[1] + 40), window.centre())
        # Copied, never moved, whatever the other program would rather do.
        assert source_says() == "CopyAction"
        # The drop's content is fetched from the other program, which must not be gone by then.
        scores = window.wait_for_scores(len(photos))
    expected = memapp_scores(folder, screen.environment)
    assert scores == pytest.approx(expected, abs=1e-6)
    window.wait_for_order(list(expected))
    window.move_pointer_away()
    screen.screenshot(screenshots / "dropped-folder.png")
    assert window.troubles() == []
    assert all(photo.exists() for photo in photos)


@pytest.mark.usefixtures("licence_accepted")
def test_a_pasted_path_is_scored(
    screen: Screen, start: Starter, make_photos: PhotoMaker, tmp_path: Path
) -> None:
    photos = make_photos(tmp_path / "mes photos – août", 2)
    window = start()
    with screen.tool("clipboard.py", "write", f'"{photos[1]}"') as clipboard_says:
        assert clipboard_says() == "ready"
        window.activate()
        window.key("ctrl+v")
        assert list(window.wait_for_scores(1)) == [str(photos[1])]
    assert window.troubles() == []


@pytest.mark.usefixtures("licence_accepted")
def test_photos_can_be_viewed_by_keyboard_while_they_are_scored(
    screen: Screen, start: Starter, make_photos: PhotoMaker, tmp_path: Path, screenshots: Path
) -> None:
    photos = make_photos(tmp_path / "photos", 10)
    window = start(tmp_path / "photos")
    wait_until(lambda: len(window.photos_on_screen()) == len(photos), "all photos in the grid", seconds=30)
    window.key("Home", "Right", "Right", "Left", "Down", "Up", "Return")
    # In the viewer, what is copied is the photo that is looked at, and Right goes on to the next one.
    window.key("ctrl+c")
    first = screen.read_clipboard()
    window.key("Right", "ctrl+c")
    second = screen.read_clipboard()
    window.key("z", "f", "Right", "Left", "z", "f")
    screen.screenshot(screenshots / "viewer.png")
    window.key("ctrl+c")
    assert {first, second} <= {str(photo) for photo in photos}
    assert first != second
    assert screen.read_clipboard() == second
    window.key("Escape")
    scores = window.wait_for_scores(len(photos))
    window.wait_for_order(sorted(scores, key=lambda path: -scores[path]))
    window.key("ctrl+f")
    window.type("cof")
    screen.screenshot(screenshots / "filtered.png")
    # In the field, Ctrl+A would select the text.
    window.key("Tab", "Tab", "Tab")
    wanted = [str(photo) for photo in photos if photo.name.startswith("Cof")]
    assert wanted
    window.wait_for_order(wanted)
    window.key("ctrl+shift+f")
    window.wait_for_order(sorted(scores, key=lambda path: -scores[path]))
    window.key("ctrl+2")
    window.wait_for_order(sorted(scores))
    assert window.troubles() == []
    window.close()
    assert window.wait_for_end() == 0
