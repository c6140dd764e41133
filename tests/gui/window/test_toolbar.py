"""The toolbar: find by name, the range of scores, the size of thumbnails, the order."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QPushButton, QToolBar, QToolButton
from pytestqt.qtbot import QtBot

from memapp.core.settings import SETTINGS
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.toolbar import SizeSlider
from memapp.library.filtering import Contains, InRange, PhotoFilter
from memapp.library.library import Library
from memapp.library.photo_columns import photo_columns
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def filters(qtbot: QtBot, theme_manager: ThemeManager) -> FilterControls:
    made = FilterControls(library=Library(photo_columns()), theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.show()
    return made


def field(filters: FilterControls) -> QLineEdit:
    [found] = [line for line in filters.findChildren(QLineEdit) if line.accessibleName() == "Name contains"]
    return found


def bounds(filters: FilterControls) -> list[QDoubleSpinBox]:
    return [box for box in filters.findChildren(QDoubleSpinBox) if "Score" in box.accessibleName()]


def test_at_first_nothing_is_left_out(filters: FilterControls) -> None:
    assert filters.wanted == PhotoFilter()


def test_typing_filters_by_a_name_without_the_space_around_it(qtbot: QtBot, filters: FilterControls) -> None:
    asked: list[PhotoFilter] = []
    filters.changed.connect(asked.append)
    qtbot.keyClicks(field(filters), " beach ")
    assert asked[-1] == PhotoFilter((Contains("name", "beach"),))


def test_bounds_are_two_decimals_and_push_each_other(filters: FilterControls) -> None:
    asked: list[PhotoFilter] = []
    filters.changed.connect(asked.append)
    lowest, highest = bounds(filters)
    lowest.setValue(0.7)
    highest.setValue(0.6)
    assert filters.wanted == PhotoFilter((InRange("score", 0.6, 0.6),))
    lowest.setValue(0.85)
    assert filters.wanted == PhotoFilter((InRange("score", 0.85, 0.85),))
    assert asked[-1] == filters.wanted


def test_clear_shows_everything_again(filters: FilterControls) -> None:
    field(filters).setText("beach")
    bounds(filters)[0].setValue(0.5)
    filters.clear()
    assert filters.wanted == PhotoFilter()


def test_a_drop_never_ends_as_text_in_a_field(filters: FilterControls) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/photos/a.jpg")])
    for line in filters.findChildren(QLineEdit):
        event = QDragEnterEvent(
            QPointF(2, 2).toPoint(),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        assert not line.acceptDrops()
        assert not event.isAccepted() or line.acceptDrops()


def test_every_control_has_a_name_for_those_who_listen(bench: WindowBench) -> None:
    bar = bench.window.findChild(QToolBar)
    assert bar is not None
    buttons = [bar.widgetForAction(action) for action in bar.actions()]
    nameless = [
        button
        for button in buttons
        if isinstance(button, QToolButton) and not (button.text() or button.accessibleName())
    ]
    assert nameless == []
    for box in bar.findChildren(QDoubleSpinBox):
        assert box.accessibleName()


def test_the_slider_keeps_within_the_settings_limits(qtbot: QtBot) -> None:
    slider = SizeSlider(pixels=10_000)
    qtbot.addWidget(slider)
    limits = SETTINGS.tile_size.limits
    assert (slider.minimum(), slider.maximum()) == limits
    assert slider.value() == slider.maximum()


def test_slider_and_grid_follow_each_other(bench: WindowBench) -> None:
    bench.window.size_slider.setValue(300)
    assert bench.window.grid.tile_size == 300
    bench.trigger("larger")
    assert bench.window.size_slider.value() == bench.window.grid.tile_size > 300
    assert bench.settings.get(SETTINGS.tile_size) == bench.window.grid.tile_size


def test_the_grid_is_filtered_to_nothing_and_back(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"beach.png": 200, "town.png": 100, "lake.png": 50}))
    bench.qtbot.keyClicks(field(bench.window.filters), "bea")
    assert bench.names() == ["beach.png"]
    bounds(bench.window.filters)[0].setValue(0.9)
    assert bench.names() == []
    assert bench.page() == "grid"
    bench.trigger("clear-filter")
    assert bench.names() == ["beach.png", "town.png", "lake.png"]
    assert field(bench.window.filters).text() == ""


def test_the_grids_own_button_clears_the_filter(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"beach.png": 200}))
    bench.qtbot.keyClicks(field(bench.window.filters), "nothing like it")
    assert bench.names() == []
    bench.window.grid.clear_filter_requested.emit()
    assert bench.names() == ["beach.png"]


def test_find_puts_the_cursor_into_the_field(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"beach.png": 200}))
    bench.window.activateWindow()
    bench.trigger("find")
    bench.until(field(bench.window.filters).hasFocus)


def test_the_button_says_what_the_grid_is_sorted_by(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"beach.png": 200}))
    bench.trigger("sort-size")
    assert bench.window.sorting.button.words == "Sort: File size"
    assert bench.window.sorting.button.accessibleName() == "Sort: File size"


# All other filters


def popup_line(filters: FilterControls, column: str) -> QLineEdit:
    lines = filters.popup.findChildren(QLineEdit)
    [found] = [line for line in lines if line.accessibleName().lower() == f"{column} contains"]
    return found


def test_the_popup_has_a_row_for_each_other_column_that_can_be_filtered_by(filters: FilterControls) -> None:
    assert [editor.column.id for editor in filters.popup.editors] == [
        "folder",
        "format",
        "camera",
        "lens",
        "contents",
        "share",
        "flag",
        "stars",
        "label",
    ]
    popup_line(filters, "camera").setText(" r6 ")
    assert filters.wanted == PhotoFilter((Contains("camera", "r6"),))
    filters.clear()
    assert popup_line(filters, "camera").text() == ""


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_popups_button_says_whether_it_filters(qtbot: QtBot, filters: FilterControls) -> None:
    [button] = [each for each in filters.findChildren(QToolButton) if each.accessibleName() == "More filters"]
    field(filters).setText("beach")
    assert not button.isChecked()
    popup_line(filters, "lens").setText("85mm")
    assert button.isChecked()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert filters.popup.isVisible()
    assert button.isChecked()
    filters.popup.clear_requested.emit()
    assert (filters.wanted, button.isChecked()) == (PhotoFilter(), False)
    filters.popup.hide()


def test_photos_are_filtered_by_their_folder(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path / "lake", {"a.png": 200}), make_photos(tmp_path / "town", {"b.png": 100}))
    popup_line(bench.window.filters, "folder").setText("TOWN")
    assert bench.names() == ["b.png"]
    links = [each.text() for each in bench.window.status.findChildren(QPushButton) if each.isVisible()]
    assert "1 of 2 shown: show all" in links
