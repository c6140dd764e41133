"""Tiles and table: two views of the same photos, in turn, with one selection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from memapp.library.order import Order
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def listed(bench: WindowBench, tmp_path: Path) -> WindowBench:
    bench.add(make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 240, "c.png": 120}))
    return bench


def test_the_table_takes_the_tiles_place_with_the_selection_and_the_keyboard(listed: WindowBench) -> None:
    window = listed.window
    listed.choose("c.png")
    window.activateWindow()
    window.grid.setFocus()
    listed.trigger("details")
    assert (window.details.isVisible(), window.grid.isVisible()) == (True, False)
    assert [index.data() for index in window.details.selectionModel().selectedRows()] == ["c.png"]
    listed.until(window.details.hasFocus)
    window.details.selectRow(0)
    listed.trigger("details")
    assert (window.details.isVisible(), window.grid.isVisible()) == (False, True)
    assert window.grid.selected_photos() == [listed.key("b.png")]


def test_a_photo_opens_from_the_table_and_leads_back_to_it(listed: WindowBench) -> None:
    window = listed.window
    listed.trigger("details")
    window.details.selectRow(1)
    listed.qtbot.keyClick(window.details, Qt.Key.Key_Return)
    assert window.panes.viewing == listed.key("c.png")
    listed.qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    listed.qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
    assert window.details.isVisible()
    assert window.details.currentIndex().data() == "a.png"


def test_commands_are_about_what_is_selected_in_the_table(listed: WindowBench) -> None:
    window = listed.window
    listed.trigger("details")
    window.details.selectRow(0)
    listed.until(window.actions_table["remove"].isEnabled)
    listed.trigger("remove")
    assert listed.names() == ["c.png", "a.png"]
    listed.close_all()
    assert listed.page() == "empty"
    assert not window.details.isVisible()


def test_the_next_window_opens_with_the_table(
    listed: WindowBench, open_window: Callable[..., WindowBench], tmp_path: Path
) -> None:
    listed.trigger("details")
    listed.window.close()
    second = open_window()
    second.add(tmp_path / "photos")
    assert second.window.details.isVisible()
    assert second.window.actions_table["details"].isChecked()


def test_the_inspector_shows_a_photo_that_was_never_shown_as_a_tile(
    bench: WindowBench, tmp_path: Path
) -> None:
    bench.trigger("details")
    bench.add(make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 240}))
    assert bench.window.tile_images.preview(bench.key("b.png")) is None
    bench.window.details.selectRow(1)
    bench.until(lambda: bench.window.tile_images.preview(bench.window.photos.key(1)) is not None)


def test_a_changed_file_is_noticed_when_its_row_comes_in_sight(listed: WindowBench, tmp_path: Path) -> None:
    key = listed.key("c.png")
    make_photos(tmp_path / "photos", {"c.png": 200})
    listed.trigger("details")
    listed.until(lambda: listed.key("c.png") != key)


def names_of_actions(bench: WindowBench) -> set[str]:
    return {action.objectName() for action in bench.window.actions()}


def test_the_sort_menu_has_a_column_of_the_table_while_that_is_sorted_by(listed: WindowBench) -> None:
    table, photos = listed.window.actions_table, listed.window.photos
    assert "sort-format" not in names_of_actions(listed)
    photos.set_order(Order("format", descending=False))
    assert table["sort-format"].isChecked()
    assert listed.window.sorting.button.words == "Sort: Format"
    listed.trigger("sort-name")
    assert photos.order == Order("name", descending=False)
    assert table["sort-name"].isChecked()
    assert "sort-format" not in names_of_actions(listed)
