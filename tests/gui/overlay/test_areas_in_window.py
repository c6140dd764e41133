"""Areas of interest in the real window: drawn, renamed, undone, used on all photos, exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
)

from memapp.core.explanation import Regions
from memapp.gui.overlay.area_edit_tool import AreaEditTool
from memapp.gui.overlay.area_tools import RectangleTool
from tests.gui.overlay.shown_overlays import (
    CORNER,
    LEFT,
    OUTSIDE,
    area_names,
    overlay,
    panel_words,
    regions_named,
    shown,
)
from tests.gui.window.test_main_window import answered
from tests.gui.window_bench import WindowBench


def test_an_area_is_drawn_named_and_weighed(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "regions")

    def name_it(dialog: QInputDialog) -> None:
        dialog.setTextValue("Headline")
        dialog.accept()

    bench.trigger("area-rectangle")
    view = bench.window.viewer.view
    tools = [view.tool]
    rect = view.photo_rect()
    first = (rect.topLeft() + QPointF(0.55 * rect.width(), 0.2 * rect.height())).toPoint()
    last = (rect.topLeft() + QPointF(0.9 * rect.width(), 0.8 * rect.height())).toPoint()
    QTest.mousePress(view, LEFT, pos=first)
    QTest.mouseMove(view, last)
    with answered(QInputDialog, name_it):
        QTest.mouseRelease(view, LEFT, pos=last)
    tools.append(view.tool)
    assert [type(tool) for tool in tools] == [RectangleTool, AreaEditTool]
    assert area_names(bench) == ["Headline"]
    bench.until(lambda: regions_named(bench, "Headline"))
    part = shown(bench)
    assert isinstance(part, Regions)
    [headline] = [region for region in part.regions if region.name == "Headline"]
    # It lies on the bright half, and without it the photo would be darker.
    assert headline.contribution is not None
    assert headline.contribution > 0.02


def test_an_area_without_a_name_is_dropped(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "regions")
    tool = RectangleTool(parent=bench.window)
    bench.window.overlays.areas.draw(tool)
    with answered(QInputDialog, lambda dialog: dialog.reject()):
        tool.drawn.emit(CORNER)
    assert area_names(bench) == []


def test_areas_are_renamed_deleted_and_brought_back(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "regions")
    areas = bench.window.overlays.areas
    areas.add("Logo", CORNER)
    areas.add("Logo", OUTSIDE)
    assert area_names(bench) == ["Logo", "Logo 2"]
    areas.rename("Logo", "Sign")
    assert area_names(bench) == ["Sign", "Logo 2"]
    bench.until(lambda: regions_named(bench, "Sign") and regions_named(bench, "Logo 2"))
    assert '"Logo 2" lies outside the frame' in panel_words(bench)
    areas.delete("Sign")
    assert area_names(bench) == ["Logo 2"]
    assert 'The area "Sign" was deleted.' in bench.notice_texts()
    # The notice brings back what it is about, whatever came after it.
    areas.add("Later", CORNER)
    notice_bar = bench.window.notices
    while bench.notice_texts()[0] != 'The area "Sign" was deleted.':
        notice_bar.close_current()
    notice_bar._act()
    assert sorted(area_names(bench)) == ["Later", "Logo 2", "Sign"]
    for _ in range(3):
        bench.trigger("undo")
    assert area_names(bench) == ["Sign", "Logo 2"]
    for _ in range(3):
        bench.trigger("undo")
    assert area_names(bench) == []
    assert not bench.window.actions_table["undo"].isEnabled()


def test_an_area_is_used_on_all_photos_of_the_folder_and_kept(
    viewing: Callable[..., WindowBench], open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = viewing()
    overlay(bench, "regions")
    areas = bench.window.overlays.areas
    areas.add("Logo", CORNER)
    areas.add("Only here", OUTSIDE)
    areas.use_everywhere("Logo")
    bench.window.panes.open(bench.key("b.png"))
    assert area_names(bench) == ["Logo"]
    bench.until(lambda: regions_named(bench, "Logo"))
    bench.window.close()

    again = open_window()
    again.add(folder)
    again.window.panes.open(again.key("a.png"))
    again.until(lambda: again.window.overlays.areas.areas_of(again.key("a.png")) is not None)
    assert area_names(again) == ["Logo", "Only here"]
    again.window.overlays.areas.use_here_only("Logo")
    assert [area.name for area in again.window.overlays.areas.areas_of(again.key("b.png")) or ()] == []


def test_areas_go_out_and_come_in_as_files(
    viewing: Callable[..., WindowBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "regions")
    areas = bench.window.overlays.areas
    areas.add("Logo", CORNER)
    file = tmp_path / "areas.json"
    # The system's own dialogs can't be answered here.
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    areas.export()
    bench.until(file.exists)
    [written] = json.loads(file.read_text())["areas"]
    assert (written["name"], written["outline"]) == ("Logo", [list(corner) for corner in CORNER])
    bench.window.panes.open(bench.key("b.png"))
    areas.import_areas()
    bench.until(lambda: area_names(bench) == ["Logo"])
    file.write_text("nonsense")
    areas.import_areas()
    bench.until(lambda: any("is not a file of areas" in text for text in bench.notice_texts()))


def test_the_menu_offers_what_can_be_done_with_an_area(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "regions")
    areas = bench.window.overlays.areas
    areas.add("Logo", CORNER)
    bench.until(lambda: regions_named(bench, "Logo"))
    part = shown(bench)
    assert isinstance(part, Regions)
    [logo] = [region for region in part.regions if region.name == "Logo"]
    offered = [action.text() for action in areas.menu_for(logo).actions() if action.text()]
    assert offered[:3] == ["Rename...", "Delete", "Use on all photos of this folder"]
    areas.use_everywhere("Logo")
    assert "Use on this photo only" in [action.text() for action in areas.menu_for(logo).actions()]
    assert "Delete" not in [action.text() for action in areas.menu_for(None).actions()]


def outline_of(bench: WindowBench, name: str) -> tuple[tuple[float, float], ...]:
    key = bench.window.viewer.key
    assert key is not None
    [area] = [each for each in bench.window.overlays.areas.areas_of(key) or () if each.name == name]
    return area.outline


def test_a_click_selects_an_area_which_is_moved_bent_nudged_and_deleted(
    viewing: Callable[..., WindowBench],
) -> None:
    bench = viewing()
    areas, viewer = bench.window.overlays.areas, bench.window.viewer
    areas.overlay_wanted.emit("regions")
    bench.until(lambda: viewer.key is not None and areas.areas_of(viewer.key) is not None)
    areas.add("face", ((0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4)))
    bench.until(
        lambda: viewer.view.layer is not None and viewer.view.layer.item_at(QPointF(0.3, 0.3)) is not None
    )
    assert viewer.view.take_click is not None
    assert not viewer.view.take_click(QPointF(0.9, 0.9))
    assert viewer.view.take_click(QPointF(0.3, 0.3))
    assert areas.selected == "face"
    tool = viewer.view.tool
    assert tool is not None
    tool.press(QPointF(0.3, 0.3))
    tool.release(QPointF(0.5, 0.3))
    assert outline_of(bench, "face")[0] == pytest.approx((0.4, 0.2))
    tool.press(QPointF(0.6, 0.4))
    tool.release(QPointF(0.7, 0.5))
    # A rectangle stays one.
    corners = [*sum(outline_of(bench, "face"), ())]
    assert corners == pytest.approx([0.4, 0.2, 0.7, 0.2, 0.7, 0.5, 0.4, 0.5])
    photo = viewer.key
    assert photo is not None
    # However slow this computer is, the steps follow each other soon.
    bench.window.log._clock = lambda: 0.0
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.key == photo
    assert outline_of(bench, "face")[0] == pytest.approx((0.405, 0.2))
    QTest.keyClick(viewer, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert outline_of(bench, "face")[0] == pytest.approx((0.405, 0.15))
    bench.trigger("undo")
    assert outline_of(bench, "face")[0] == pytest.approx((0.4, 0.2))
    # Delete is about the area, not about the photo.
    areas.select("face")
    bench.trigger("trash")
    assert areas.areas_of(photo) == ()
    assert bench.trashed == []
    assert areas.selected is None
    assert bench.window.viewer.key == photo  # type: ignore[unreachable]
