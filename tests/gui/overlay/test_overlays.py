"""Overlays in the real window: ordered, drawn, superseded, kept; areas of interest; segmenters; export."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMessageBox,
    QPushButton,
)

from memapp.core.errors import SegmenterError
from memapp.core.explanation import MapMethod, MemorabilityMap, Regions, Segmentation
from memapp.core.settings import SETTINGS
from memapp.gui.dialogs.segmenters_dialog import SegmentersDialog
from memapp.gui.overlay.area_tools import RectangleTool
from memapp.gui.overlay.explain_view import COVER_INSTEAD
from memapp.gui.widgets.basic import IconButton
from tests.fakes import HALVES, HalvesFactory, HalvesSegmenter
from tests.gui.window.test_main_window import answered
from tests.gui.window_bench import WindowBench

LEFT = Qt.MouseButton.LeftButton
CORNER = ((0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.5, 0.9))
OUTSIDE = ((0.0, 0.0), (0.03, 0.0), (0.03, 0.03), (0.0, 0.03))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photos whose left half is dark and whose right half is bright: it is the bright one that counts."""
    made = tmp_path / "photos"
    made.mkdir()
    for name, bright in (("a.png", 250), ("b.png", 200), ("c.png", 150)):
        pixels = np.full((120, 160, 3), 10, np.uint8)
        pixels[:, 80:] = bright
        Image.fromarray(pixels).save(made / name)
    return made


@pytest.fixture
def halves() -> HalvesFactory:
    return HalvesFactory(HalvesSegmenter(with_instance=True))


@pytest.fixture
def viewing(
    open_window: Callable[..., WindowBench], folder: Path, halves: HalvesFactory
) -> Callable[..., WindowBench]:
    """Opens a window with the first photo in the viewer."""

    def make(name: str = "a.png", *, segmenters: HalvesFactory | None = None) -> WindowBench:
        bench = open_window(segmenters=segmenters or halves)
        bench.add(folder)
        bench.window.panes.open(bench.key(name))
        assert bench.page() == "viewer"
        return bench

    return make


def overlay(bench: WindowBench, name: str) -> None:
    """Choose an overlay, and wait until it is on screen."""
    bench.trigger(f"overlay-{name}")
    bench.until(lambda: shown(bench) is not None)


def count_calls(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[str]:
    """Note each call of this method, which still does its work."""
    calls: list[str] = []
    method = getattr(owner, name)

    def called(*arguments: Any, **named: Any) -> Any:
        calls.append(name)
        return method(*arguments, **named)

    monkeypatch.setattr(owner, name, called)
    return calls


def shown(bench: WindowBench) -> Segmentation | MemorabilityMap | Regions | None:
    there = bench.window.overlays.view.shown
    return None if there is None else there.part


def panel_words(bench: WindowBench) -> str:
    panel = bench.window.overlays.panel
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def view_colour(bench: WindowBench, x: float, y: float) -> tuple[int, int, int]:
    view = bench.window.viewer.view
    rect = view.photo_rect()
    at = QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()).toPoint()
    colour = view.grab().toImage().pixelColor(at)
    return colour.red(), colour.green(), colour.blue()


# What is laid over the photo


def test_a_map_shows_what_raises_the_score(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    assert isinstance(shown(bench), MemorabilityMap)
    red, _, blue = view_colour(bench, 0.8, 0.5)
    assert red > blue + 40
    assert bench.window.overlays.panel.isVisible()
    assert not bench.window.inspector.isVisible()
    bench.trigger("overlay-none")
    red, _, blue = view_colour(bench, 0.8, 0.5)
    assert red == blue
    assert not bench.window.overlays.panel.isVisible()
    assert bench.window.inspector.isVisible()


def test_another_overlay_leaves_the_keyboard_with_the_photo(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    panel = bench.window.overlays.panel
    [export] = [each for each in panel.findChildren(QPushButton) if each.text() == "Export picture..."]
    export.setFocus()
    overlay(bench, "regions")
    assert bench.window.focusWidget() is bench.window.viewer


def test_a_method_that_does_not_work_here_can_be_left_again(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    # This window has no torch: its only method is covering.
    bench.window.overlays.panel.map.choose_method(MapMethod.GRADIENT)
    bench.until(lambda: "can't be made here" in panel_words(bench))
    panel = bench.window.overlays.panel
    [button] = [each for each in panel.findChildren(QPushButton) if each.text() == str(COVER_INSTEAD)]
    QTest.mouseClick(button, LEFT)
    bench.until(lambda: isinstance(shown(bench), MemorabilityMap))
    assert bench.settings.get(SETTINGS.map_method) == MapMethod.OCCLUSION.value
    assert not button.isVisible()


def test_a_segmentation_shows_categories_and_names(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    red, _, blue = view_colour(bench, 0.9, 0.2)
    assert blue > red
    view = bench.window.viewer.view
    rect = view.photo_rect()
    bench.qtbot.mouseMove(view, (rect.topLeft() + QPointF(0.9 * rect.width(), 9)).toPoint())
    assert "Right" in [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    bench.qtbot.mouseMove(view, rect.center().toPoint())
    assert "Thing, 90 % sure" in [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    bench.window.overlays.panel.segmentation.table.set_hidden(frozenset({"right"}))
    bench.until(lambda: view_colour(bench, 0.9, 0.2)[0] == view_colour(bench, 0.9, 0.2)[2])


def test_each_overlay_is_drawn_once(
    viewing: Callable[..., WindowBench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first segmentation hides its background, which is no reason to draw it again."""
    bench = viewing()
    drawings = count_calls(monkeypatch, bench.supervisor, "draw")
    for number, name in enumerate(("segmentation", "memorability", "segmentation"), start=1):
        overlay(bench, name)
        bench.until(lambda: not bench.supervisor.explaining)
        bench.qtbot.wait(50)
        assert len(drawings) == number
        bench.trigger("overlay-none")
    overlay(bench, "segmentation")
    bench.window.overlays.panel.segmentation.table.set_hidden(frozenset({"right"}))
    assert len(drawings) == 5


def test_regions_and_rows_light_each_other(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "regions")
    panel, view = bench.window.overlays.panel, bench.window.viewer.view
    names = [panel.regions.table.index(row, 0).data() for row in range(panel.regions.table.rowCount())]
    assert names[0].startswith("Right")
    panel.regions.pointed.emit(0)
    assert view.layer is not None
    lit = [view.layer.lit]
    panel.regions.pointed.emit(None)
    lit.append(view.layer.lit)
    assert lit == [0, None]
    rect = view.photo_rect()
    # A pointer that is there already does not move.
    bench.qtbot.mouseMove(view, QPoint(1, 1))
    bench.qtbot.mouseMove(view, rect.center().toPoint())
    row = view.layer.lit
    assert row is not None
    assert names[row].startswith("Thing")
    lit = panel.regions.table.index(row, 0).data(Qt.ItemDataRole.BackgroundRole)
    assert lit is not None


def test_the_opacity_and_the_variant_are_remembered(
    viewing: Callable[..., WindowBench], open_window: Callable[..., WindowBench]
) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    bench.window.overlays.panel.opacity_changed.emit(40)
    layer = bench.window.viewer.view.layer
    assert layer is not None
    assert layer.opacity == 0.4
    bench.window.overlays.panel.map.style_chosen.emit("fog")
    bench.window.close()
    again = open_window()
    assert again.settings.get(SETTINGS.overlay) == "memorability"
    assert again.settings.get(SETTINGS.overlay_opacity) == 40
    assert again.settings.get(SETTINGS.map_style) == "fog"
    assert again.window.actions_table["overlay-memorability"].isChecked()


def test_an_overlay_chosen_in_the_grid_opens_the_viewer(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    bench.trigger("overlay-memorability")
    assert bench.page() == "viewer"
    assert bench.window.panes.viewing == bench.key("b.png")


# Moving on


def test_the_next_photo_gets_the_overlay_and_nothing_piles_up(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    computed = len(bench.explained)
    for key in [Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right] * 3:
        QTest.keyClick(bench.window.viewer, key)
    bench.until(lambda: shown(bench) is not None and not bench.supervisor.explaining)
    view = bench.window.overlays.view
    assert view.shown is not None
    assert view.shown.key == bench.window.viewer.key
    # The first step begins at once, and the last one after the leafing.
    assert len(bench.explained) - computed <= 3


def test_one_segmenter_serves_photo_after_photo(
    viewing: Callable[..., WindowBench], halves: HalvesFactory
) -> None:
    bench = viewing()
    seen: set[str] = set()

    def all_seen() -> bool:
        if (now := bench.window.overlays.view.shown) is not None and now.key.name not in seen:
            seen.add(now.key.name)
            QTest.keyClick(bench.window.viewer, Qt.Key.Key_Right)
        return len(seen) == 3

    overlay(bench, "segmentation")
    bench.until(all_seen)
    assert halves.segmenter.segmented == 3
    assert halves.opened == 1


def test_what_is_kept_needs_no_net(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    passes = bench.scorers.scorer.scored
    bench.trigger("overlay-none")
    overlay(bench, "memorability")
    assert bench.scorers.scorer.scored == passes


def test_leaving_the_viewer_cancels(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    bench.trigger("overlay-memorability")
    bench.window.panes.close()
    bench.until(lambda: not bench.supervisor.explaining)
    assert bench.window.viewer.view.layer is None


def test_closing_while_a_photo_is_explained_stops_every_thread(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    bench.trigger("overlay-memorability")
    bench.window.close()
    assert bench.stopped


# What can't be had


def test_without_a_segmenter_it_is_said_what_to_do(viewing: Callable[..., WindowBench]) -> None:
    none = HalvesFactory(installed=False)
    bench = viewing(segmenters=none)
    bench.trigger("overlay-segmentation")
    bench.until(lambda: "No segmenter is installed" in panel_words(bench))
    overlay(bench, "regions")
    assert "patches of similar colour" in panel_words(bench)
    # Once there is one, what was in vain is tried again.
    bench.trigger("overlay-segmentation")
    bench.window.overlays.segmenters.install(Path("/packs") / HALVES.name)
    bench.until(lambda: isinstance(shown(bench), Segmentation))


def test_a_segmenter_that_fails_is_told_and_the_map_still_comes(viewing: Callable[..., WindowBench]) -> None:
    broken = HalvesFactory(HalvesSegmenter(problem=SegmenterError("The segmenter halves is damaged.")))
    bench = viewing(segmenters=broken)
    bench.trigger("overlay-segmentation")
    bench.until(lambda: "halves is damaged" in panel_words(bench))
    overlay(bench, "memorability")
    assert isinstance(shown(bench), MemorabilityMap)


def test_a_photo_that_is_gone_is_told(viewing: Callable[..., WindowBench], folder: Path) -> None:
    bench = viewing()
    (folder / "a.png").unlink()
    bench.trigger("overlay-memorability")
    # The viewer may know it first, which says why in the photo's place.
    bench.until(lambda: "no photo" in panel_words(bench) or "file" in panel_words(bench))
    assert bench.window.viewer.view.layer is None


# Areas of interest


def area_names(bench: WindowBench) -> list[str]:
    areas = bench.window.overlays.areas
    key = bench.window.viewer.key
    assert key is not None
    return [area.name for area in areas.areas_of(key) or ()]


def regions_named(bench: WindowBench, name: str) -> bool:
    part = shown(bench)
    return isinstance(part, Regions) and any(region.name == name for region in part.regions)


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
    assert [type(tool) for tool in tools] == [RectangleTool, NoneType]
    assert area_names(bench) == ["Headline"]
    bench.until(lambda: regions_named(bench, "Headline"))
    part = shown(bench)
    assert isinstance(part, Regions)
    [headline] = [region for region in part.regions if region.name == "Headline"]
    # It lies on the bright half, and without it the photo would be darker.
    assert headline.contribution is not None
    assert headline.contribution > 0.02


def test_an_area_without_a_name_is_given_up(viewing: Callable[..., WindowBench]) -> None:
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
    bench.until(lambda: any("does not describe areas" in text for text in bench.notice_texts()))


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


# On thumbnails


def tile_overlay(bench: WindowBench, name: str) -> QImage | None:
    return bench.window.tile_images.overlay(bench.key(name))


def test_tiles_show_what_is_kept_and_only_that(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    bench.window.panes.close()
    assert bench.page() == "grid"
    ordered, passes = len(bench.explained), bench.scorers.scorer.scored
    assert tile_overlay(bench, "a.png") is None
    bench.trigger("tile-overlays")
    bench.until(lambda: tile_overlay(bench, "a.png") is not None)
    small = tile_overlay(bench, "a.png")
    assert small is not None
    raises = small.pixelColor(round(0.8 * small.width()), small.height() // 2)
    assert raises.red() > raises.blue()
    assert tile_overlay(bench, "b.png") is None
    assert all(order.kept_only for order in bench.explained[ordered:])
    assert bench.scorers.scorer.scored == passes
    bench.trigger("overlay-none")
    assert tile_overlay(bench, "a.png") is None
    bench.trigger("overlay-memorability")
    bench.window.panes.close()
    bench.until(lambda: tile_overlay(bench, "a.png") is not None)
    bench.trigger("tile-overlays")
    assert tile_overlay(bench, "a.png") is None


def test_tile_overlays_that_are_off_are_neither_looked_up_nor_announced(
    viewing: Callable[..., WindowBench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    looked_up = count_calls(monkeypatch, bench.supervisor, "look_up")
    forgotten = count_calls(monkeypatch, bench.window.tile_images, "forget_overlays")
    panel = bench.window.overlays.panel

    def change_all() -> None:
        for percent in range(40, 80):
            panel.opacity_changed.emit(percent)
        panel.map.style_chosen.emit("fog")
        panel.segmentation.table.show_all()
        panel.segmentation.table.set_hidden(frozenset({"left"}))

    change_all()
    assert (looked_up, forgotten) == ([], [])
    # Regions have no small overlay, even where tiles are to have one.
    bench.window.panes.close()
    bench.trigger("tile-overlays")
    bench.until(lambda: tile_overlay(bench, "a.png") is not None)
    bench.trigger("overlay-regions")
    assert tile_overlay(bench, "a.png") is None
    looked_up.clear()
    forgotten.clear()
    change_all()
    assert (looked_up, forgotten) == ([], [])


def test_another_opacity_changes_only_the_tiles_that_have_an_overlay(
    viewing: Callable[..., WindowBench],
) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    bench.window.panes.close()
    bench.trigger("tile-overlays")
    bench.until(lambda: tile_overlay(bench, "a.png") is not None)
    before = tile_overlay(bench, "a.png")
    assert before is not None
    bench.window.overlays.panel.opacity_changed.emit(20)
    assert tile_overlay(bench, "a.png") is None
    bench.until(lambda: tile_overlay(bench, "a.png") is not None)
    after = tile_overlay(bench, "a.png")
    assert after is not None
    right = round(0.9 * before.width()), 5
    assert after.pixelColor(*right).alpha() < before.pixelColor(*right).alpha()


def test_tile_overlays_that_come_after_they_were_switched_off_are_dropped(
    viewing: Callable[..., WindowBench],
) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    bench.window.panes.close()
    bench.trigger("tile-overlays")
    bench.trigger("tile-overlays")
    bench.qtbot.wait(200)
    assert tile_overlay(bench, "a.png") is None


# Export


def test_photo_overlay_and_legend_are_written_as_one_picture(
    viewing: Callable[..., WindowBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    assert not bench.window.actions_table["overlay-export"].isEnabled()
    overlay(bench, "segmentation")
    file = tmp_path / "out.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    bench.trigger("overlay-export")
    bench.until(lambda: f"The picture was written to {file}." in bench.notice_texts())
    with Image.open(file) as written:
        assert written.width >= 160
        # The photo is 120 high, and the legend comes below it.
        assert written.height > 150
        left = (written.width - 160) // 2
        red, _, blue = written.convert("RGB").getpixel((left + 150, 10))  # type: ignore[misc]
        assert blue > red


def test_a_place_that_takes_no_picture_is_told(
    viewing: Callable[..., WindowBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.png"), ""))
    bench.trigger("overlay-export")
    bench.until(lambda: any("can't be written" in text for text in bench.notice_texts()))


# Segmenters


def button_of(box: QMessageBox, text: str) -> QAbstractButton:
    [found] = [button for button in box.buttons() if button.text() == text]
    return found


def test_segmenters_are_installed_and_removed_in_their_dialog(
    viewing: Callable[..., WindowBench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing(segmenters=HalvesFactory(installed=False))
    commands = bench.window.overlays.segmenters
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: f"/packs/{HALVES.name}")

    def look(dialog: SegmentersDialog) -> None:
        def said(text: str) -> bool:
            return any(text in label.text() for label in dialog.findChildren(QLabel))

        def wait(ask: Callable[[], bool]) -> None:
            for _ in range(400):
                QApplication.processEvents()
                if ask():
                    return
                QTest.qWait(5)
            raise AssertionError([label.text() for label in dialog.findChildren(QLabel)])

        wait(lambda: said("None is installed yet."))
        [button] = [b for b in dialog.findChildren(QPushButton) if b.text() == "Install from a folder..."]
        QTest.mouseClick(button, LEFT)
        wait(lambda: said("halves is installed."))
        wait(lambda: bool(commands.installed.rows))
        [remove] = [b for b in dialog.findChildren(IconButton) if b.accessibleName().startswith("Remove")]
        with answered(QMessageBox, lambda asked: button_of(asked, "Remove").click()):
            QTest.mouseClick(remove, LEFT)
        wait(lambda: said("None is installed yet."))
        dialog.reject()

    with answered(SegmentersDialog, look):
        bench.trigger("segmenters")


def test_a_pack_that_is_refused_is_told(bench: WindowBench) -> None:
    said: list[str] = []
    bench.window.overlays.segmenters.outcome.connect(said.append)
    bench.window.overlays.segmenters.install(Path("/packs/other"))
    assert bench.window.overlays.segmenters.busy
    bench.until(lambda: said == ["/packs/other is no segmenter."])
    assert not bench.window.overlays.segmenters.busy
