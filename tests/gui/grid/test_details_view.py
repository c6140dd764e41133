"""The table: the grid's photos and selection, sorted by its header."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.details_view import DetailsView
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.widgets.theme import ThemeManager
from memapp.library.columns import Column, Kind, Sorting
from memapp.library.filtering import Contains, PhotoFilter
from memapp.library.order import Order
from tests.gui.grid.photos import add_hundred, key, photo_id, shown_names


@pytest.fixture
def grid(show_view: Callable[[], GridView], model: GridModel) -> GridView:
    """The tiles of a hundred photos."""
    add_hundred(model)
    model.refresh()
    return show_view()


@pytest.fixture
def settings() -> Settings:
    """As in a window that nobody has used yet."""
    return Settings()


@pytest.fixture
def details(
    qtbot: QtBot, grid: GridView, model: GridModel, theme_manager: ThemeManager, settings: Settings
) -> DetailsView:
    """The same photos as a table."""
    view = DetailsView(grid=grid, theme=theme_manager.theme, settings=settings)
    view.resize(900, 400)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    view.setFocus()
    return view


def click_head(view: DetailsView, column: str) -> None:
    head = view.horizontalHeader()
    [place] = [place for place, each in enumerate(view.photos.columns) if each.id == column]
    where = QPoint(head.sectionViewportPosition(place) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=where)


def sign(view: DetailsView) -> tuple[str, Qt.SortOrder] | None:
    head = view.horizontalHeader()
    place = head.sortIndicatorSection()
    shown = 0 <= place < len(view.photos.columns)
    return (view.photos.columns[place].id, head.sortIndicatorOrder()) if shown else None


def test_a_click_on_a_title_sorts_and_another_one_turns_the_order(
    details: DetailsView, model: GridModel
) -> None:
    assert sign(details) == ("score", Qt.SortOrder.DescendingOrder)
    click_head(details, "name")
    assert model.order == Order("name", descending=False)
    assert sign(details) == ("name", Qt.SortOrder.AscendingOrder)
    click_head(details, "name")
    assert model.order == Order("name", descending=True)
    assert shown_names(model)[0] == "99.jpg"
    assert sign(details) == ("name", Qt.SortOrder.DescendingOrder)
    click_head(details, "folder")
    assert model.order == Order("folder", descending=False)
    assert sign(details) == ("folder", Qt.SortOrder.AscendingOrder)
    assert details.selectionModel().selectedRows() == []


def test_each_title_sorts(model: GridModel) -> None:
    assert [column.id for column in model.columns if column.sort is None] == []


def widths(view: DetailsView) -> dict[str, int]:
    """Return the widths of the columns, in their order on screen."""
    head, columns = view.horizontalHeader(), view.photos.columns
    places = [head.logicalIndex(place) for place in range(len(columns))]
    return {columns[place].id: head.sectionSize(place) for place in places}


def test_widths_and_places_of_columns_are_remembered(
    qtbot: QtBot, details: DetailsView, grid: GridView, theme_manager: ThemeManager, settings: Settings
) -> None:
    usual = list(widths(details))
    head = details.horizontalHeader()
    assert settings.get(SETTINGS.details_columns) == ()
    head.resizeSection(usual.index("name"), 333)
    head.moveSection(usual.index("size"), 0)
    qtbot.waitUntil(lambda: "name 333" in settings.get(SETTINGS.details_columns))
    model = details.photos
    # A column that comes later has its usual place and width, and those before it keep theirs.
    likes = Column(id="likes", title="Likes", kind=Kind.INTEGER, sort=Sorting(), details=True)
    model.library.register(likes)
    assert list(widths(details)) == ["size", *(name for name in usual if name != "size"), "likes"]
    next_window = DetailsView(grid=grid, theme=theme_manager.theme, settings=settings)
    qtbot.addWidget(next_window)
    assert widths(next_window) == widths(details)
    assert widths(next_window)["name"] == 333


def test_widths_that_make_no_sense_are_not_used(
    qtbot: QtBot, grid: GridView, model: GridModel, theme_manager: ThemeManager, settings: Settings
) -> None:
    made = []
    for stored in ((), ("name 3", "size", "folder 99999", "gone 80", "score -5", " 100")):
        settings.set(SETTINGS.details_columns, stored)
        made.append(DetailsView(grid=grid, theme=theme_manager.theme, settings=settings))
        qtbot.addWidget(made[-1])
    assert widths(made[0]) == widths(made[1])


def test_the_selection_is_that_of_the_grid(qtbot: QtBot, details: DetailsView, grid: GridView) -> None:
    details.selectRow(3)
    assert grid.selected_photos() == [key("03.jpg")]
    grid.go_to(key("50.jpg"))
    assert [index.data() for index in details.selectionModel().selectedRows()] == ["50.jpg"]
    assert details.viewport().rect().contains(details.visualRect(details.currentIndex()).center())
    QTest.keyClick(details, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_photos() == [key("50.jpg"), key("51.jpg")]


def test_enter_and_a_double_click_open(qtbot: QtBot, details: DetailsView) -> None:
    details.selectRow(2)
    with qtbot.waitSignal(details.activated_photo) as opened:
        QTest.keyClick(details, Qt.Key.Key_Return)
    assert opened.args == [key("02.jpg")]
    where = details.visualRect(details.model().index(1, 2)).center()
    with qtbot.waitSignal(details.activated_photo) as opened:
        QTest.mouseClick(details.viewport(), Qt.MouseButton.LeftButton, pos=where)
        QTest.mouseDClick(details.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert opened.args == [key("01.jpg")]


def test_sorting_keeps_the_selection_at_its_photos(details: DetailsView, model: GridModel) -> None:
    details.selectRow(2)
    model.set_order(Order("score", descending=False))
    assert [index.row() for index in details.selectionModel().selectedRows()] == [97]


def test_a_new_column_has_a_place_at_the_end(details: DetailsView, model: GridModel) -> None:
    details.selectRow(0)
    likes = Column(id="likes", title="Likes", kind=Kind.INTEGER, sort=Sorting(), details=True)
    model.library.register(likes)
    model.library.set("likes", {photo_id(key("00.jpg")): 4})
    last = model.columnCount() - 1
    assert model.headerData(last, Qt.Orientation.Horizontal) == "Likes"
    assert details.model().index(0, last).data() == "4"
    model.set_order(Order("likes", descending=True))
    assert sign(details) == ("likes", Qt.SortOrder.DescendingOrder)
    model.library.unregister("likes")
    assert sign(details) == ("score", Qt.SortOrder.DescendingOrder)
    assert [index.data() for index in details.selectionModel().selectedRows()] == ["00.jpg"]


def test_rows_stay_while_a_hand_is_in_the_table(qtbot: QtBot, details: DetailsView, model: GridModel) -> None:
    QTest.keyClick(details, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: model.held)


def test_the_focus_makes_no_photo_current_that_nobody_chose(
    qtbot: QtBot, details: DetailsView, grid: GridView
) -> None:
    qtbot.waitUntil(details.hasFocus)
    assert grid.current_photo() is None


def test_where_no_photo_passes_the_filter_the_table_says_so_too(
    qtbot: QtBot, details: DetailsView, grid: GridView, model: GridModel
) -> None:
    notice = details._notice
    assert not notice.isVisible()
    model.set_filter(PhotoFilter((Contains("name", "no such name"),)))
    assert notice.isVisible()
    details.resize(700, 300)
    assert notice.geometry().center() == details.viewport().rect().center()
    button = notice.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(grid.clear_filter_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    model.set_filter(PhotoFilter())
    assert not notice.isVisible()


def test_the_rows_in_sight_are_announced_after_a_scroll(
    qtbot: QtBot, details: DetailsView, model: GridModel
) -> None:
    with qtbot.waitSignal(details.visible_changed) as announced:
        details.scrollToBottom()
    [keys] = announced.args
    assert keys == model.photos_shown()[-len(keys) :]
    assert 5 < len(keys) < 30


def test_home_and_end_go_to_the_first_and_the_last_photo(
    qtbot: QtBot, details: DetailsView, grid: GridView, model: GridModel
) -> None:
    details.selectRow(50)
    qtbot.keyClick(details, Qt.Key.Key_End)
    assert grid.selected_photos() == [model.key(model.rowCount() - 1)]
    qtbot.keyClick(details, Qt.Key.Key_Home)
    assert grid.selected_photos() == [model.key(0)]


def arrow_spreads(view: DetailsView) -> tuple[float, float]:
    """How far the pixels of the sorted column's arrow lie from its middle, in its upper and lower half."""
    head = view.horizontalHeader()
    with_arrow = head.grab().toImage()
    head.setSortIndicatorShown(False)
    without = head.grab().toImage()
    head.setSortIndicatorShown(True)
    points = [
        (x, y)
        for x in range(without.width())
        for y in range(without.height())
        if with_arrow.pixel(x, y) != without.pixel(x, y)
    ]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    upper = [abs(x - middle_x) for x, y in points if y < middle_y]
    lower = [abs(x - middle_x) for x, y in points if y >= middle_y]
    return sum(upper) / len(upper), sum(lower) / len(lower)


def test_the_arrow_points_up_for_rising_values(details: DetailsView, model: GridModel) -> None:
    model.set_order(Order("name", descending=False))
    upper, lower = arrow_spreads(details)
    assert upper < lower
    model.set_order(Order("name", descending=True))
    upper, lower = arrow_spreads(details)
    assert upper > lower
