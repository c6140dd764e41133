"""The toolbar at every width: words where there is room, else icons; nothing falls off."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolBar, QToolButton, QWidget

from memapp.core.nets import FALSERESMEM, NetInfo
from memapp.core.records import NetIdentity
from memapp.gui.widgets.number_field import NumberField
from memapp.gui.widgets.word_button import WordButton
from memapp.gui.window.toolbar import SLIDER_WIDTH, WORDS_FROM, MainToolbar
from tests.fakes import BrightnessFactory, HalvesFactory
from tests.gui.window_bench import WindowBench, make_photos

SMALLEST = 720
WIDTHS = (900, WORDS_FROM - 1, 1400, 2560)


def toolbar(bench: WindowBench) -> MainToolbar:
    found = bench.window.findChild(MainToolbar)
    assert found is not None
    return found


def resize(bench: WindowBench, width: int) -> None:
    bench.window.resize(width, 600)
    bench.until(lambda: toolbar(bench).width() == width)


def lost(bar: QToolBar) -> bool:
    """Whether Qt has put a part behind an arrow."""
    arrow = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    return arrow is not None and arrow.isVisible()


def parts(bar: QToolBar) -> list[QWidget]:
    return [bar.widgetForAction(action) for action in bar.actions() if action.isVisible()]


def side_by_side(widgets: list[QWidget]) -> bool:
    places = [widget.geometry() for widget in widgets]
    return all(left.right() < right.left() for left, right in pairwise(places))


def worded(bench: WindowBench) -> list[bool]:
    """Of "Add" and the overlays."""
    bar = toolbar(bench)
    return [bool(button.text()) for button in (bar._add_button, *bar._overlays.segments)]


@pytest.mark.usefixtures("pseudo_window_language")
def test_all_of_it_stays_in_sight_with_texts_30_percent_longer(bench: WindowBench) -> None:
    for width in (SMALLEST, *WIDTHS):
        resize(bench, width)
        bench.until(lambda: not lost(toolbar(bench)))


def moved(bench: WindowBench) -> bool:
    """Whether the scores are among the other filters."""
    return bench.window.filters.popup.has_guest


def pressed(bench: WindowBench) -> bool:
    """Whether the button of the other filters says that one is in use."""
    return bench.window.filters._button.isChecked()


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.usefixtures("pseudo_window_language")
def test_the_scores_go_to_the_other_filters_where_there_is_no_room_and_come_back(
    bench: WindowBench, tmp_path: Path
) -> None:
    bench.add(make_photos(tmp_path, {"a.png": 200, "b.png": 100}))
    filters = bench.window.filters
    lowest, highest = filters._score.findChildren(NumberField)
    resize(bench, SMALLEST)
    assert moved(bench)
    QTest.mouseClick(filters._button, Qt.MouseButton.LeftButton)
    assert lowest.hasFocus()
    lowest.setValue(0.6)
    assert bench.names() == ["a.png"]
    assert pressed(bench)
    QTest.keyClick(lowest, Qt.Key.Key_Escape)
    assert not filters.popup.isVisible()
    resize(bench, 2560)
    assert not moved(bench)
    assert toolbar(bench).isAncestorOf(lowest)
    assert not pressed(bench)
    assert bench.names() == ["a.png"]
    filters._name.line.setFocus()
    for following in (lowest, highest, filters._button):
        QTest.keyClick(bench.window.focusWidget(), Qt.Key.Key_Tab)
        assert bench.window.focusWidget() is following
    # The others are made anew around it.
    resize(bench, SMALLEST)
    filters.popup.set_columns([])
    assert [filters.popup._form.rowCount(), filters._score.isVisibleTo(filters.popup)] == [1, True]


def test_words_have_their_room_or_icons_stand_alone(bench: WindowBench) -> None:
    for width in (SMALLEST, *WIDTHS, *reversed(WIDTHS), SMALLEST):
        resize(bench, width)
        bench.until(lambda: not lost(toolbar(bench)))
        assert worded(bench) == 4 * [width >= 1400], width
        assert bench.window.size_slider.width() >= SLIDER_WIDTH
        bench.until(lambda: side_by_side(parts(toolbar(bench))))


def test_what_has_no_words_says_them_to_the_pointer_and_to_those_who_listen(bench: WindowBench) -> None:
    resize(bench, 900)
    buttons = [button for button in toolbar(bench).findChildren(WordButton) if button.isVisible()]
    assert {button.accessibleName() for button in buttons} == {
        "Add",
        "Sort: Score",
        "Choose the best",
        "Compare",
        "What's in it",
        "Where it comes from",
        "What each part adds",
    }
    assert "Where it comes from (Alt+2)" in {button.toolTip() for button in buttons}
    assert all(button.toolTip() for button in buttons)


def test_a_longer_word_makes_others_give_way(bench: WindowBench) -> None:
    sort = bench.window.sorting.button
    resize(bench, 1600)
    assert sort.text() == "Sort: Score"
    sort.set_words("Sort: Something with a rather long title, and longer", short="Something with")
    bench.until(lambda: sort.text().startswith("Some"))
    bench.until(lambda: not lost(toolbar(bench)))
    assert all(worded(bench))
    assert sort.toolTip() == "Sort: Something with a rather long title, and longer"


def test_another_scoring_model_takes_room_of_its_own(
    open_window: Callable[..., WindowBench], tmp_path: Path
) -> None:
    other: NetInfo = FALSERESMEM
    bench = open_window(
        others={other: BrightnessFactory(identity=NetIdentity(other.title, "f" * 64, "test-1"))}
    )
    bench.window.nets.choose([net.id for net in bench.window.nets.installed])
    bench.until(bench.window.nets.button.isVisible)
    for width in WIDTHS:
        resize(bench, width)
        bench.until(lambda: not lost(toolbar(bench)))


def test_the_keyboard_reaches_every_button(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"a.png": 200}))
    resize(bench, 2560)
    found = [button for button in toolbar(bench).findChildren(QToolButton) if button.isVisible()]
    # Those that Qt puts into fields have their keys there.
    buttons = [button for button in found if not isinstance(button.parent(), QLineEdit)]
    assert len(buttons) >= 13
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in buttons)


# Adding


def test_add_offers_photos_a_folder_and_what_was_copied(bench: WindowBench) -> None:
    menu = toolbar(bench)._add_button.menu()
    assert [action.text() for action in menu.actions()] == ["Add photos...", "Add a folder...", "Paste files"]


# The overlays


@pytest.fixture
def seeing(open_window: Callable[..., WindowBench], tmp_path: Path) -> WindowBench:
    """A window with a photo and a segmenter."""
    bench = open_window(segmenters=HalvesFactory())
    bench.add(make_photos(tmp_path, {"a.png": 200}))
    bench.choose("a.png")
    return bench


def test_a_segment_shows_its_overlay_and_a_second_click_shows_the_photo_alone(seeing: WindowBench) -> None:
    first, _, last = toolbar(seeing)._overlays.segments
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert (seeing.window.overlays.view.overlay, seeing.page()) == ("segmentation", "viewer")
    QTest.mouseClick(last, Qt.MouseButton.LeftButton)
    assert seeing.window.overlays.view.overlay == "regions"
    assert [segment.isChecked() for segment in toolbar(seeing)._overlays.segments] == [False, False, True]
    QTest.mouseClick(last, Qt.MouseButton.LeftButton)
    assert seeing.window.overlays.view.overlay == "none"
    assert not any(segment.isChecked() for segment in toolbar(seeing)._overlays.segments)


def test_a_segment_is_pressed_by_the_keyboard_and_follows_the_menu(seeing: WindowBench) -> None:
    segments = toolbar(seeing)._overlays.segments
    segments[1].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(segments[1], Qt.Key.Key_Space)
    assert seeing.window.overlays.view.overlay == "memorability"
    QTest.keyClick(segments[2], Qt.Key.Key_Return)
    assert seeing.window.overlays.view.overlay == "regions"
    seeing.trigger("overlay-segmentation")
    assert [segment.isChecked() for segment in segments] == [True, False, False]
    seeing.trigger("overlay-none")
    assert not any(segment.isChecked() for segment in segments)
