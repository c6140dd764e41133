"""The keyboard in the real window: menus by Alt, the search, Tab, and the viewer with a filter."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolBar, QWidget

from memapp.core.marks import MarkChange
from memapp.gui.widgets.number_field import NumberField
from memapp.gui.window.action_table import ACTIONS, MENU_TITLES
from memapp.library.filtering import InRange
from tests.gui.window_bench import WindowBench, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}
BEST_FIRST = ["b.png", "d.png", "c.png", "a.png"]
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bench(bench: WindowBench, tmp_path: Path) -> WindowBench:
    """A window with four photos."""
    bench.add(make_photos(tmp_path / "photos", GREYS))
    bench.window.activateWindow()
    return bench


# Menus


def test_no_action_has_alt_and_the_letter_of_a_menu() -> None:
    letters = {
        str(title)[str(title).index("&") + 1].upper() for title in MENU_TITLES.values() if "&" in str(title)
    }
    taken = {shortcut for action in ACTIONS for shortcut in action.shortcuts}
    assert len(letters) == sum("/" not in menu for menu in MENU_TITLES)
    assert not taken & {f"Alt+{letter}" for letter in letters}
    # For printing.
    assert "Ctrl+P" not in taken


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("page", ["grid", "viewer", "search"])
def test_alt_and_its_letter_open_each_menu(bench: WindowBench, page: str) -> None:
    bench.choose("d.png")
    if page == "viewer":
        bench.trigger("open")
    elif page == "search":
        bench.trigger("find")
    for action in bench.window.menuBar().actions():
        title = action.text()
        letter = title[title.index("&") + 1].upper()
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key(ord(letter)), ALT)
        menu = action.menu()
        assert isinstance(menu, QWidget)
        bench.until(menu.isVisible)
        menu.close()
        bench.window.menuBar().setActiveAction(None)  # type: ignore[arg-type]
        focus.setFocus()


# The list of shortcuts


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_list_of_shortcuts_fits_the_screen_and_scrolls_to_its_end(bench: WindowBench) -> None:
    seen: list[bool] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            QTimer.singleShot(5, look)
            return
        [area] = dialog.findChildren(QScrollArea)
        last = next(label for label in area.findChildren(QLabel) if label.text() == "Enter, Down, Esc")
        area.ensureWidgetVisible(last)
        seen.append(dialog.height() <= dialog.screen().availableGeometry().height())
        seen.append(not last.visibleRegion().isEmpty())
        # Nothing is cut off at the sides.
        seen.append(area.horizontalScrollBar().maximum() == 0)
        dialog.close()

    QTimer.singleShot(0, look)
    bench.trigger("shortcuts")
    assert seen == [True, True, True]


# The search


def test_paste_in_the_search_pastes_text_there(bench: WindowBench, tmp_path: Path) -> None:
    copied = QMimeData()
    copied.setText("c.p")
    copied.setUrls([QUrl.fromLocalFile(str(make_photos(tmp_path / "more", {"e.png": 90}) / "e.png"))])
    QGuiApplication.clipboard().setMimeData(copied)
    bench.trigger("find")
    line = bench.window.filters._name.line
    bench.until(line.hasFocus)
    QTest.keyClick(line, Qt.Key.Key_V, CTRL)
    assert line.text() == "c.p"
    bench.until(lambda: bench.names() == ["c.png"])
    assert len(bench.window.library) == 4
    # Letters are typed there: they mark no photos.
    QTest.keyClicks(line, "p5")
    assert line.text() == "c.pp5"
    assert not bench.window.actions_table["undo"].isEnabled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_keyboard_leaves_the_scores_of_the_filter_for_the_photos(bench: WindowBench, key: Qt.Key) -> None:
    box = bench.window.filters._score.findChildren(NumberField)[0]
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.5")
    QTest.keyClick(box, key)
    bench.until(bench.window.grid.hasFocus)
    bench.until(lambda: bench.names() == ["b.png", "d.png"])


# Tab


def stops(bench: WindowBench, first: QWidget) -> list[QWidget]:
    """The widgets that Tab leads to, from this one until it comes round."""
    first.setFocus()
    found: list[QWidget] = []
    while (widget := QApplication.focusWidget()) is not None and widget not in found:
        found.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    return found


def lefts(bench: WindowBench, widgets: list[QWidget]) -> list[int]:
    return [widget.mapTo(bench.window, QPoint(0, 0)).x() for widget in widgets]


@pytest.mark.parametrize("page", ["grid", "viewer"])
def test_tab_follows_the_eye(bench: WindowBench, page: str) -> None:
    window = bench.window
    bench.choose("d.png")
    beside: QWidget = window.inspector
    if page == "viewer":
        bench.trigger("open")
        bench.trigger("overlay-memorability")
        beside = window.overlays.panel
    bench.until(beside.isVisible)
    first: QWidget = window.viewer if page == "viewer" else window.grid
    found = stops(bench, first)
    [toolbar] = window.findChildren(QToolBar)
    areas = {"beside": beside, "bar": window.viewer.bar, "toolbar": toolbar, "notices": window.notices}
    # The photos, what is beside them, what is below; then from the top again.
    order = [
        name
        for widget in found[1:]
        for name, area in areas.items()
        if area is widget or area.isAncestorOf(widget)
    ]
    wanted = [name for name in areas if name in order]
    assert [name for at, name in enumerate(order) if order[at - 1 : at] != [name]] == wanted
    assert {"beside", "toolbar"} <= set(order)
    assert ("bar" in order) == (page == "viewer")
    for row in (toolbar, window.viewer.bar):
        places = lefts(bench, [widget for widget in found if row.isAncestorOf(widget)])
        assert places == sorted(places)


# The viewer with a filter


def test_a_photo_that_its_mark_hides_is_never_the_0th(bench: WindowBench) -> None:
    window = bench.window
    window.photo_commands.marks.mark(MarkChange(stars=0))
    for name in ("b.png", "d.png", "c.png"):
        bench.choose(name)
        bench.trigger("stars-3")
    window.filters.set_condition("stars", InRange("stars", 3))
    bench.until(lambda: bench.names() == ["b.png", "d.png", "c.png"])
    bench.choose("d.png")
    bench.trigger("open")
    viewer, place = window.viewer, window.viewer.bar.place
    assert place.text() == "2 of 3"
    QTest.keyClick(viewer, Qt.Key.Key_1)
    window.photos.refresh()
    # It stays, as it is being looked at; steps go on from where it was.
    assert place.text() == "Hidden by the filter"
    assert viewer.bar.next.isEnabled()
    assert viewer.bar.previous.isEnabled()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert (viewer.key, place.text()) == (bench.key("c.png"), "2 of 2")
    QTest.keyClick(viewer, Qt.Key.Key_1)
    window.photos.refresh()
    assert place.text() == "Hidden by the filter"
    assert not viewer.bar.next.isEnabled()
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert place.text() == "Hidden by the filter"
    QTest.keyClick(viewer, Qt.Key.Key_Left)
    assert (viewer.key, place.text()) == (bench.key("b.png"), "1 of 1")
    # Undo brings the photo back past the filter, and goes there.
    bench.trigger("undo")
    assert (viewer.key, place.text()) == (bench.key("c.png"), "2 of 2")


def test_a_zoom_that_waited_is_not_for_the_next_visit(bench: WindowBench) -> None:
    bench.choose("d.png")
    bench.trigger("open")
    view = bench.window.viewer.view
    # Asked for before anything is known of the photo's size, and left at once.
    view._loupe_place = None
    view._photo_size = view._photo_size.__class__()
    view.toggle_loupe()
    bench.window.panes.close()
    bench.choose("a.png")
    bench.trigger("open")
    assert view._loupe_place is None
    assert view.fitted
