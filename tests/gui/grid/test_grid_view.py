"""The view: keyboard, selection, what stays in place, what it requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from memapp.gui.grid import interaction_hold
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.widgets.theme import DARK
from memapp.library.filtering import PhotoFilter
from memapp.library.order import Order
from tests.gui.grid.photos import add_hundred, add_scored, key, passing, scored, scored_fast

Keys = Qt.Key


@pytest.fixture
def view(show_view: Callable[[], GridView], model: GridModel) -> GridView:
    """A hundred photos, three side by side."""
    add_hundred(model)
    model.refresh()
    shown = show_view()
    shown.setFocus()
    assert shown.geometry_of_tiles().columns == 3
    return shown


def at(view: GridView) -> int:
    return view.currentIndex().row()


def top_of(view: GridView, name: str) -> int:
    model = view.model()
    assert isinstance(model, GridModel)
    return view.visualRect(model.index_of(key(name))).top()


def click(view: GridView, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    where = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, where)


def selected(view: GridView) -> list[str]:
    return [photo.name for photo in view.selected_photos()]


def test_keys_move_as_in_a_grid(view: GridView) -> None:
    path = [
        (Keys.Key_Right, 0),  # from nowhere to the first in sight
        (Keys.Key_Right, 1),
        (Keys.Key_Down, 4),
        (Keys.Key_Left, 3),
        (Keys.Key_Up, 0),
        (Keys.Key_Up, 0),
        (Keys.Key_PageDown, 6),
        (Keys.Key_PageUp, 0),
        (Keys.Key_End, 99),
        (Keys.Key_Down, 99),
        (Keys.Key_Up, 96),
        (Keys.Key_Left, 95),
        (Keys.Key_Down, 98),
    ]
    for pressed, row in path:
        QTest.keyClick(view, pressed)
        assert at(view) == row, pressed
        assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    QTest.keyClick(view, Keys.Key_Down)
    assert at(view) == 99
    QTest.keyClick(view, Keys.Key_Home)
    assert at(view) == 0


def test_focus_alone_chooses_no_photo(view: GridView) -> None:
    view.clearFocus()
    view.setFocus()
    assert view.current_photo() is None


@pytest.mark.parametrize("pressed", [Keys.Key_Return, Keys.Key_Enter, Keys.Key_Space])
def test_enter_and_space_open_the_current_photo(qtbot: QtBot, view: GridView, pressed: Qt.Key) -> None:
    view.go_to(key("07.jpg"))
    with qtbot.waitSignal(view.activated_photo) as opened:
        QTest.keyClick(view, pressed)
    assert opened.args == [key("07.jpg")]


def test_a_double_click_opens(qtbot: QtBot, view: GridView) -> None:
    where = view.visualRect(view.model().index(1, 0)).center()
    with qtbot.waitSignal(view.activated_photo) as opened:
        click(view, 1)
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert opened.args == [key("01.jpg")]


def test_type_ahead_goes_to_a_name(view: GridView) -> None:
    QTest.keyClicks(view, "42")
    assert view.current_photo() == key("42.jpg")


def test_clicks_select_one_more_or_a_row_of_photos(view: GridView) -> None:
    click(view, 1)
    assert selected(view) == ["01.jpg"]
    click(view, 4, Qt.KeyboardModifier.ControlModifier)
    assert selected(view) == ["01.jpg", "04.jpg"]
    click(view, 3)
    click(view, 1, Qt.KeyboardModifier.ShiftModifier)
    assert selected(view) == ["01.jpg", "02.jpg", "03.jpg"]
    QTest.keyClick(view, Keys.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.current_photo() == key("04.jpg")
    assert selected(view) == ["03.jpg", "04.jpg"]
    QTest.keySequence(view, "Ctrl+A")
    assert len(selected(view)) == 100


def test_a_click_between_the_tiles_selects_nothing(view: GridView) -> None:
    click(view, 1)
    gap = view.visualRect(view.model().index(0, 0)).topRight() + QPoint(0, 50)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=gap)
    assert selected(view) == []


def test_a_rubber_band_selects_what_it_touches(view: GridView) -> None:
    start = view.visualRect(view.model().index(0, 0)).topLeft() + QPoint(1, 1)
    end = view.visualRect(view.model().index(4, 0)).center()
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for point in (start + QPoint(30, 30), end):
        global_point = QPointF(viewport.mapToGlobal(point))
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        move = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), global_point, button, button, none)
        QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert selected(view) == ["00.jpg", "01.jpg", "03.jpg", "04.jpg"]


def test_selection_is_announced_once_for_many_changes(qtbot: QtBot, view: GridView) -> None:
    announced: list[tuple[list[str], object]] = []
    view.selection_changed.connect(lambda keys, now: announced.append(([one.name for one in keys], now)))
    for row in (1, 2, 3):
        click(view, row)
    qtbot.waitUntil(lambda: bool(announced))
    assert announced == [(["03.jpg"], key("03.jpg"))]


def test_selection_is_announced_when_the_photos_go(qtbot: QtBot, view: GridView, model: GridModel) -> None:
    view.go_to(key("03.jpg"))
    qtbot.wait(1)
    with qtbot.waitSignal(view.selection_changed) as announced:
        model.library.clear()
    assert announced.args == [[], None]


def test_a_photo_that_is_filtered_out_leaves_no_other_in_its_place(
    qtbot: QtBot, view: GridView, model: GridModel
) -> None:
    view.go_to(key("03.jpg"))
    qtbot.wait(1)
    with qtbot.waitSignal(view.selection_changed) as announced:
        model.set_filter(passing(text="5"))
    assert announced.args == [[], None]


def test_visible_photos_are_requested_first_then_below_then_above(qtbot: QtBot, view: GridView) -> None:
    with qtbot.waitSignal(view.visible_changed) as announced:
        view.verticalScrollBar().setValue(view.geometry_of_tiles().cell.height() * 10)
    keys, pixel_side = announced.args
    rows = [int(wanted.name[:2]) for wanted in keys]
    in_sight = list(view.places_in_sight())
    assert rows[: len(in_sight)] == in_sight
    below, above = rows[len(in_sight) :][:6], rows[-6:]
    assert min(below) > max(in_sight)
    assert max(above) < min(in_sight)
    assert above == sorted(above, reverse=True)
    assert pixel_side == round(200 * view.devicePixelRatioF())


def test_sorting_keeps_the_current_photo_where_it_is(view: GridView, model: GridModel) -> None:
    view.go_to(key("50.jpg"))
    before = top_of(view, "50.jpg")
    model.set_order(Order("score", descending=False))
    assert view.currentIndex().row() == 49
    assert top_of(view, "50.jpg") == before
    model.set_filter(passing(lowest=0.5))
    assert top_of(view, "50.jpg") == before


def test_sorting_keeps_the_topmost_photo_where_no_current_one_is_in_sight(
    view: GridView, model: GridModel
) -> None:
    view.verticalScrollBar().setValue(view.geometry_of_tiles().cell.height() * 10)
    before = top_of(view, "30.jpg")
    add_scored(model, *(scored(f"new {number}.jpg", 0.99) for number in range(30)))
    model.refresh()
    assert model.index_of(key("30.jpg")).row() == 60
    assert top_of(view, "30.jpg") == before


def test_at_the_very_top_the_best_come_in_at_the_top(view: GridView, model: GridModel) -> None:
    add_scored(model, *(scored(f"new {number}.jpg", 0.99) for number in range(30)))
    model.refresh()
    assert view.verticalOffset() == 0


def test_another_size_keeps_the_current_photo_in_sight(qtbot: QtBot, view: GridView) -> None:
    view.go_to(key("50.jpg"))
    before = top_of(view, "50.jpg")
    with qtbot.waitSignal(view.tile_size_changed) as announced:
        view.set_tile_size(120)
    assert announced.args == [120]
    assert abs(top_of(view, "50.jpg") - before) <= 1
    for asked, given in ((1, 96), (10_000, 512)):
        view.set_tile_size(asked)
        assert view.tile_size == given


def test_ctrl_and_wheel_change_the_size(view: GridView) -> None:
    centre = QPointF(view.viewport().rect().center())
    for delta, larger in ((120, True), (-240, False)):
        before = view.tile_size
        wheel = QWheelEvent(
            centre,
            view.viewport().mapToGlobal(centre),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), wheel)
        assert (view.tile_size > before) == larger


def test_nothing_matches_and_there_is_a_way_out(qtbot: QtBot, view: GridView, model: GridModel) -> None:
    button = view.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    assert not button.isVisible()
    model.set_filter(passing(text="nothing has this name"))
    assert button.isVisible()
    with qtbot.waitSignal(view.clear_filter_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    model.set_filter(PhotoFilter())
    assert not button.isVisible()


def test_a_grid_without_photos_says_nothing(show_view: Callable[[], GridView]) -> None:
    button = show_view().findChild(QPushButton)
    assert isinstance(button, QPushButton)
    assert not button.isVisible()


def test_the_order_is_held_while_a_hand_is_in_the_grid(
    qtbot: QtBot, view: GridView, model: GridModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = view.findChild(interaction_hold.InteractionHold)
    assert isinstance(rest, interaction_hold.InteractionHold)
    touches: tuple[Callable[[], object], ...] = (
        lambda: QTest.keyClick(view, Keys.Key_Right),
        lambda: QTest.mouseMove(view.viewport(), QPoint(300, 200)),
        lambda: click(view, 1),
    )
    for touch in touches:
        model.release()
        touch()
        qtbot.waitUntil(lambda: model.held)
    qtbot.waitUntil(lambda: not model.held)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_order_is_held_while_a_menu_is_open(qtbot: QtBot, view: GridView, model: GridModel) -> None:
    menu = QMenu(view)
    menu.addAction("Show")
    click(view, 1)
    menu.popup(view.mapToGlobal(QPoint(50, 50)))
    model.scores.note_scores([scored("99.jpg", 0.99)])
    with qtbot.assertNotEmitted(model.layoutChanged, wait=interaction_hold.REST_MILLISECONDS + 700):
        pass
    with qtbot.waitSignal(model.layoutChanged):
        menu.close()
    assert model.key(0) == key("99.jpg")


def test_tiles_are_painted_with_their_previews(view: GridView, model: GridModel) -> None:
    preview = QImage(200, 100, QImage.Format.Format_RGB32)
    preview.fill(Qt.GlobalColor.green)
    model.images.set_preview(key("00.jpg"), preview)
    picture = view.viewport().grab().toImage()
    centre = view.visualRect(view.model().index(0, 0)).center() - QPoint(0, 20)
    assert picture.pixelColor(centre * picture.devicePixelRatio()) == Qt.GlobalColor.green


def test_fast_scores_stand_by_themselves_below_a_heading(
    show_view: Callable[[], GridView], model: GridModel
) -> None:
    view = show_view()
    add_scored(model, *(scored_fast(f"{name}.jpg", 0.5) for name in "abcdefgh"))
    model.refresh()
    assert not view.geometry_of_tiles().headings
    model.scores.note_scores([scored("e.jpg", 0.4), scored("f.jpg", 0.3)])
    model.refresh()
    geometry = view.geometry_of_tiles()
    assert model.photos_shown()[:3] == [key("e.jpg"), key("f.jpg"), key("a.jpg")]
    assert geometry.tile_rect(2).left() == geometry.tile_rect(0).left()
    assert geometry.tile_rect(1).bottom() < geometry.headings[0].top() < geometry.tile_rect(2).top()
    shown = view.viewport().grab().toImage()
    heading = geometry.headings[0].translated(0, -view.verticalOffset())
    colours = {
        shown.pixelColor(x, y).name()
        for y in range(heading.top(), heading.bottom())
        for x in range(heading.left(), heading.right())
    }
    assert DARK.line in colours
    assert len(colours) > 3  # words
    model.set_order(Order("name", descending=False))
    assert not view.geometry_of_tiles().headings
