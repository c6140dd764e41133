"""An area of interest is selected by click, key and list; Delete and Undo are about what is selected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton

from memapp.gui.overlay.area_commands import AreaCommands
from memapp.gui.overlay.area_edit_tool import AreaEditTool
from tests.gui.overlay.shown_overlays import LEFT, area_names, count_calls, overlay, regions_named
from tests.gui.window.test_main_window import answered
from tests.gui.window_bench import WindowBench

FACE = ((0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4))
LOGO = ((0.6, 0.6), (0.9, 0.6), (0.9, 0.9), (0.6, 0.9))


@pytest.fixture
def bench(viewing: Callable[..., WindowBench]) -> WindowBench:
    """A window with two areas on the photo in the viewer, computed and listed."""
    bench = viewing()
    overlay(bench, "regions")
    areas_of(bench).add("face", FACE)
    areas_of(bench).add("logo", LOGO)
    bench.until(lambda: regions_named(bench, "face") and regions_named(bench, "logo"))
    return bench


def areas_of(bench: WindowBench) -> AreaCommands:
    return bench.window.overlays.areas


def at(bench: WindowBench, x: float, y: float) -> QPoint:
    """The pixel of the view at a place of the photo, in fractions."""
    rect = bench.window.viewer.view.photo_rect()
    return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()).toPoint()


def drag(bench: WindowBench, first: tuple[float, float], last: tuple[float, float]) -> None:
    view = bench.window.viewer.view
    QTest.mousePress(view, LEFT, pos=at(bench, *first))
    QTest.mouseMove(view, at(bench, *last))
    QTest.mouseRelease(view, LEFT, pos=at(bench, *last))


def corners(bench: WindowBench, name: str) -> list[float]:
    key = bench.window.viewer.key
    assert key is not None
    [area] = [each for each in areas_of(bench).areas_of(key) or () if each.name == name]
    return [number for corner in area.outline for number in corner]


def near(*numbers: float) -> object:
    """What a drag from pixel to pixel can reach."""
    return pytest.approx(numbers, abs=0.01)


def text_of(bench: WindowBench, action_id: str) -> str:
    return bench.window.actions_table[action_id].text()


def everywhere_button(bench: WindowBench) -> QPushButton:
    [button] = [
        each
        for each in bench.window.overlays.panel.regions.findChildren(QPushButton)
        if each.text().startswith("Use on")
    ]
    return button


def test_a_click_selects_one_area_after_the_other_and_a_drag_moves_it(
    bench: WindowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = bench.window.viewer.view
    zooms = count_calls(monkeypatch, view, "toggle_loupe")
    QTest.mouseClick(view, LEFT, pos=at(bench, 0.3, 0.3))
    assert areas_of(bench).selected == "face"
    assert not zooms
    # A press on another one selects that, and drags it at once.
    drag(bench, (0.75, 0.75), (0.65, 0.75))
    assert areas_of(bench).selected == "logo"
    assert corners(bench, "logo")[:2] == near(0.5, 0.6)
    assert corners(bench, "face") == near(*(number for corner in FACE for number in corner))
    drag(bench, (0.8, 0.9), (0.9, 0.95))
    assert corners(bench, "logo")[4:6] == near(0.9, 0.95)
    QTest.mouseClick(view, LEFT, pos=at(bench, 0.1, 0.9))
    assert areas_of(bench).selected is None
    assert not zooms
    QTest.mouseClick(view, LEFT, pos=at(bench, 0.1, 0.9))
    assert zooms


def test_a_click_is_about_areas_only_while_they_are_shown(
    bench: WindowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay(bench, "segmentation")
    view = bench.window.viewer.view
    zooms = count_calls(monkeypatch, view, "toggle_loupe")
    QTest.mouseClick(view, LEFT, pos=at(bench, 0.3, 0.3))
    assert areas_of(bench).selected is None
    assert zooms


def test_handles_are_as_large_on_the_screen_at_every_zoom(bench: WindowBench) -> None:
    view = bench.window.viewer.view
    areas_of(bench).select("face")
    view.zoom_by(20.0, QPointF(at(bench, 0.2, 0.2)))
    view.grab()
    # So far from the corner a press is on the area itself.
    drag(bench, (0.21, 0.21), (0.23, 0.21))
    assert corners(bench, "face")[:4] == pytest.approx([0.22, 0.2, 0.42, 0.2], abs=0.002)


def test_undo_shows_the_selected_area_where_it_was(bench: WindowBench) -> None:
    areas_of(bench).select("face")
    tool = bench.window.viewer.view.tool
    assert isinstance(tool, AreaEditTool)
    QTest.keyClick(bench.window.viewer, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert tool.outline()[0].x() == pytest.approx(0.25)
    assert text_of(bench, "undo") == 'Undo: Move area "face"'
    bench.trigger("undo")
    assert tool.outline()[0].x() == pytest.approx(0.2)
    assert 'Undone: Move area "face".' in bench.notice_texts()
    # Steps that follow each other soon are undone together.
    bench.window.log._clock = lambda: 0.0
    for _ in range(3):
        QTest.keyClick(bench.window.viewer, Qt.Key.Key_Right)
    assert corners(bench, "face")[0] == pytest.approx(0.215)
    bench.trigger("undo")
    assert corners(bench, "face")[0] == pytest.approx(0.2)
    areas_of(bench).rename("face", "eyes")
    assert areas_of(bench).selected == "eyes"
    for _ in range(3):
        bench.trigger("undo")
    # It has not been drawn any more.
    assert areas_of(bench).selected is None


def test_delete_says_that_it_is_about_the_area(bench: WindowBench) -> None:
    actions = bench.window.actions_table
    assert text_of(bench, "trash") == "Move to the trash..."
    areas_of(bench).select("face")
    assert text_of(bench, "trash") == 'Delete area "face"'
    assert not actions["remove"].isEnabled()
    bench.trigger("trash")
    assert area_names(bench) == ["logo"]
    assert text_of(bench, "trash") == "Move to the trash..."
    assert actions["remove"].isEnabled()
    bench.trigger("undo")
    assert area_names(bench) == ["face", "logo"]
    assert bench.trashed == []


def test_the_keyboard_selects_in_the_list_and_delete_never_means_the_photo_there(bench: WindowBench) -> None:
    page = bench.window.overlays.panel.regions
    names = [page.area_name(row) for row in range(len(page.table.regions))]
    page.tree.setFocus()
    found = names.index(None)
    page.tree.setCurrentIndex(page.table.index(found, 0))
    bench.until(page.tree.hasFocus)
    assert areas_of(bench).selected is None
    QTest.keyClick(page.tree, Qt.Key.Key_Delete)
    assert bench.window.library.id_of(bench.key("a.png")) is not None
    assert area_names(bench) == ["face", "logo"]
    page.tree.setCurrentIndex(page.table.index(names.index("logo"), 0))
    assert areas_of(bench).selected == "logo"
    assert page.tree.hasFocus()
    QTest.keyClick(page.tree, Qt.Key.Key_Delete)
    bench.until(lambda: area_names(bench) == ["face"])
    assert bench.trashed == []


def test_the_button_for_all_photos_is_about_the_selected_area(bench: WindowBench) -> None:
    button = everywhere_button(bench)
    assert button.isVisible()
    assert not button.isEnabled()
    areas_of(bench).select("face")
    assert button.isEnabled()
    button.click()
    assert [area.name for area in areas_of(bench).areas_of(bench.key("b.png")) or ()] == ["face"]
    assert button.text() == "Use on this photo only"
    button.click()
    assert areas_of(bench).areas_of(bench.key("b.png")) == ()
    QTest.keyClick(bench.window.viewer, Qt.Key.Key_Escape)
    assert not button.isEnabled()
    assert bench.page() == "viewer"


@contextmanager
def seen_while_asked(bench: WindowBench, seen: list[list[float]], name: str) -> Iterator[None]:
    """Name an area, and note the corners of the outline that is in sight meanwhile."""

    def name_it(dialog: QInputDialog) -> None:
        tool = bench.window.viewer.view.tool
        assert isinstance(tool, AreaEditTool)
        seen.append([number for corner in tool.outline() for number in (corner.x(), corner.y())])
        assert text_of(bench, "trash") == "Move to the trash..."
        dialog.setTextValue(name)
        dialog.accept()

    with answered(QInputDialog, name_it):
        yield


def test_a_new_area_is_in_sight_at_once(bench: WindowBench) -> None:
    bench.trigger("area-rectangle")
    seen: list[list[float]] = []
    with seen_while_asked(bench, seen, "hand"):
        drag(bench, (0.1, 0.7), (0.3, 0.8))
    wanted = near(0.1, 0.7, 0.3, 0.7, 0.3, 0.8, 0.1, 0.8)
    assert seen == [wanted]
    # It is selected, so that its outline stays until it is computed, and can be changed.
    assert areas_of(bench).selected == "hand"
    assert not regions_named(bench, "hand")
    assert corners(bench, "hand") == wanted
    bench.until(lambda: regions_named(bench, "hand"))
