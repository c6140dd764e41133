"""The inspector in small windows: over the photos, never in place of them; closed with Esc, remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from memapp.core.settings import SETTINGS
from memapp.gui.inspector.inspector import WIDTH
from memapp.gui.window.side_panel import BESIDE_FROM, SLIDE_MILLISECONDS, SidePanel
from tests.gui.window_bench import WindowBench, make_photos

SMALL = 900


def side(bench: WindowBench) -> SidePanel:
    return bench.window.inspector_place.side


def resize(bench: WindowBench, width: int) -> None:
    bench.window.resize(width, 600)
    bench.until(lambda: side(bench).width() == width)


def settled(bench: WindowBench, *, is_open: bool) -> bool:
    inspector = bench.window.inspector
    return inspector.isVisible() == is_open and (
        not is_open or inspector.geometry().right() + 1 == side(bench).width()
    )


@pytest.fixture
def small(bench: WindowBench, tmp_path: Path) -> WindowBench:
    """A small window with photos."""
    bench.add(make_photos(tmp_path, {f"{number}.png": 20 * number for number in range(1, 9)}))
    resize(bench, SMALL)
    bench.until(lambda: settled(bench, is_open=False))
    bench.choose("1.png")
    return bench


def columns(bench: WindowBench) -> int:
    return bench.window.grid.geometry_of_tiles().columns


def test_it_slides_no_longer_than_the_eye_needs() -> None:
    assert SLIDE_MILLISECONDS <= 120


def test_a_wide_window_has_it_beside_three_columns_at_least(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"a.png": 100}))
    resize(bench, BESIDE_FROM)
    assert settled(bench, is_open=True)
    assert bench.window.grid.width() == BESIDE_FROM - WIDTH
    assert columns(bench) >= 3


def test_a_small_one_opens_without_it_and_has_it_over_the_photos(small: WindowBench) -> None:
    assert columns(small) == 3
    small.trigger("inspector")
    small.until(lambda: settled(small, is_open=True))
    # The grid stays as it was.
    assert (columns(small), small.window.grid.width()) == (3, SMALL)
    small.trigger("inspector")
    small.until(lambda: settled(small, is_open=False))


def test_a_click_on_a_photo_keeps_it_open_and_shows_that_photo(small: WindowBench) -> None:
    small.trigger("inspector")
    small.until(lambda: settled(small, is_open=True))
    grid = small.window.grid
    place = grid.visualRect(small.window.photos.index_of(small.key("8.png"))).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    small.until(lambda: small.window.inspector._number.text() == "0.63")
    assert settled(small, is_open=True)


def test_escape_closes_it_from_the_photos_and_from_itself(small: WindowBench) -> None:
    for widget in (small.window.grid, small.window.inspector):
        small.trigger("inspector")
        small.until(lambda: settled(small, is_open=True))
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Escape)
        small.until(lambda: settled(small, is_open=False))
        assert not small.window.actions_table["inspector"].isChecked()
        assert small.window.grid.hasFocus()


def test_escape_in_the_viewer_closes_it_first_and_then_the_viewer(small: WindowBench) -> None:
    small.trigger("open")
    small.trigger("inspector")
    small.until(lambda: settled(small, is_open=True))
    QTest.keyClick(small.window.viewer, Qt.Key.Key_Escape)
    small.until(lambda: settled(small, is_open=False))
    assert small.page() == "viewer"
    QTest.keyClick(small.window.viewer, Qt.Key.Key_Escape)
    assert small.page() == "grid"


def test_escape_leaves_it_open_beside_the_photos(small: WindowBench) -> None:
    resize(small, 1200)
    small.until(lambda: settled(small, is_open=True))
    QTest.keyClick(small.window.grid, Qt.Key.Key_Escape)
    assert settled(small, is_open=True)


def test_beside_and_over_are_remembered_apart(
    small: WindowBench, open_window: Callable[..., WindowBench]
) -> None:
    resize(small, 1200)
    small.until(lambda: settled(small, is_open=True))
    small.trigger("inspector")
    resize(small, SMALL)
    small.trigger("inspector")
    small.until(lambda: settled(small, is_open=True))
    asked = (SETTINGS.inspector_open, SETTINGS.inspector_over)
    assert [small.settings.get(each) for each in asked] == [False, True]
    small.window.close()
    again = open_window()
    resize(again, SMALL)
    again.until(lambda: settled(again, is_open=True))
    assert again.window.actions_table["inspector"].isChecked()
    resize(again, 1200)
    again.until(lambda: settled(again, is_open=False))


def test_an_overlay_takes_its_place_and_gives_it_back(small: WindowBench) -> None:
    small.trigger("inspector")
    small.trigger("overlay-memorability")
    small.until(lambda: settled(small, is_open=False))
    small.trigger("overlay-none")
    small.until(lambda: settled(small, is_open=True))
