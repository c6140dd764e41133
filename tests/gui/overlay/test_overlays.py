"""Overlays in the real window: requested, drawn, superseded, stored, exported."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QPushButton,
)

from memapp.core.errors import SegmenterError
from memapp.core.explanation import MapMethod, MemorabilityMap, Segmentation
from memapp.core.records import PixelArray
from memapp.core.settings import SETTINGS
from memapp.gui.overlay.explain_view import COVER_INSTEAD
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from tests.fakes import HALVES, HalvesFactory, HalvesSegmenter
from tests.gui.overlay.shown_overlays import (
    LEFT,
    count_calls,
    overlay,
    panel_words,
    shown,
    view_colour,
)
from tests.gui.window_bench import WindowBench, make_photos

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
    [export] = [each for each in panel.findChildren(QPushButton) if each.text() == "Export overlay..."]
    export.setFocus()
    overlay(bench, "regions")
    assert bench.window.focusWidget() is bench.window.viewer


def test_a_method_that_does_not_work_here_can_be_left_again(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    # This window has no torch: its only method is covering.
    bench.window.overlays.panel.map.choose_method(MapMethod.GRADIENT)
    bench.until(lambda: "does not work on this computer" in panel_words(bench))
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


def test_a_stored_map_needs_no_net(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    passes = bench.scorers.scorer.scored
    bench.trigger("overlay-none")
    overlay(bench, "memorability")
    assert bench.scorers.scorer.scored == passes


def test_coming_back_to_a_photo_goes_on_from_what_was_measured(
    viewing: Callable[..., WindowBench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    scorer, score = bench.scorers.scorer, bench.scorers.scorer.score
    left, before = threading.Event(), scorer.scored

    def score_until_left(frames: PixelArray) -> npt.NDArray[np.float32]:
        if scorer.scored > before:
            assert left.wait(20)
        return score(frames)

    monkeypatch.setattr(scorer, "score", score_until_left)
    bench.trigger("overlay-memorability")
    bench.until(lambda: scorer.scored > before)
    bench.trigger("overlay-none")
    left.set()
    bench.until(lambda: not bench.supervisor.explaining)
    # The map of this window takes three scores.
    assert scorer.scored - before < 3
    overlay(bench, "memorability")
    assert scorer.scored - before == 3


def test_a_first_map_is_shown_while_the_whole_one_is_computed(
    viewing: Callable[..., WindowBench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In noise no two covered frames are equal.
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    bench = viewing("noise.png")
    monkeypatch.setattr(bench.map_maker, "make", OcclusionMapMaker().make)
    scorer, score, go_on = bench.scorers.scorer, bench.scorers.scorer.score, threading.Event()
    before = scorer.scored

    def score_later(frames: PixelArray) -> npt.NDArray[np.float32]:
        if scorer.scored >= before + 19:
            assert go_on.wait(20)
        return score(frames)

    monkeypatch.setattr(scorer, "score", score_later)
    view = bench.window.overlays.view
    bench.trigger("overlay-memorability")
    bench.until(lambda: view.shown is not None)
    assert view.shown is not None
    assert not view.shown.whole
    assert "A first, coarse map" in panel_words(bench)
    assert not bench.window.actions_table["overlay-export"].isEnabled()
    go_on.set()
    bench.until(lambda: view.shown is not None and view.shown.whole)
    assert "coarse" not in panel_words(bench)
    assert bench.window.actions_table["overlay-export"].isEnabled()
    # Only the whole map is stored.
    part = shown(bench)
    assert isinstance(part, MemorabilityMap)
    bench.trigger("overlay-none")
    overlay(bench, "memorability")
    stored = shown(bench)
    assert isinstance(stored, MemorabilityMap)
    np.testing.assert_array_equal(stored.in_frame, part.in_frame)


def test_scoring_that_waits_for_an_explanation_says_so(
    viewing: Callable[..., WindowBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    more = make_photos(tmp_path / "more", {f"{number}.png": 100 + number for number in range(40)})
    scorer, score = bench.scorers.scorer, bench.scorers.scorer.score
    batches = threading.Semaphore(0)

    def score_when_let(frames: PixelArray) -> npt.NDArray[np.float32]:
        assert batches.acquire(timeout=20)
        return score(frames)

    monkeypatch.setattr(scorer, "score", score_when_let)
    status = bench.window.status
    bench.window.add([str(more)])
    while " of 40" not in status.text:
        scored = scorer.scored
        batches.release()
        bench.until(lambda scored=scored: scorer.scored > scored)  # type: ignore[misc]
        # Progress is said a few times a second, between batches.
        bench.qtbot.wait(150)
    done = status.text.partition(" ")[0]
    bench.trigger("overlay-memorability")
    assert status.text == f"{done} of 40 · waits while a photo is explained"
    batches.release(100)
    bench.until(lambda: shown(bench) is not None)
    bench.until_done()
    assert "done in" in status.text


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


# Failures


def test_without_a_segmenter_the_panel_says_what_to_do(viewing: Callable[..., WindowBench]) -> None:
    none = HalvesFactory(installed=False)
    bench = viewing(segmenters=none)
    bench.trigger("overlay-segmentation")
    bench.until(lambda: "No object finder is installed" in panel_words(bench))
    overlay(bench, "regions")
    assert "patches of similar colour" in panel_words(bench)
    # Once there is one, what was in vain is tried again.
    bench.trigger("overlay-segmentation")
    bench.window.overlays.segmenters.install(Path("/packs") / HALVES.name)
    bench.until(lambda: isinstance(shown(bench), Segmentation))


def test_a_failed_segmenter_is_reported_and_the_map_still_comes(viewing: Callable[..., WindowBench]) -> None:
    broken = HalvesFactory(HalvesSegmenter(problem=SegmenterError("The segmenter halves is damaged.")))
    bench = viewing(segmenters=broken)
    bench.trigger("overlay-segmentation")
    bench.until(lambda: "halves is damaged" in panel_words(bench))
    overlay(bench, "memorability")
    assert isinstance(shown(bench), MemorabilityMap)


def test_a_missing_photo_is_reported(viewing: Callable[..., WindowBench], folder: Path) -> None:
    bench = viewing()
    (folder / "a.png").unlink()
    bench.trigger("overlay-memorability")
    # The viewer may know it first, which says why in the photo's place.
    bench.until(lambda: "no photo" in panel_words(bench) or "file" in panel_words(bench))
    assert bench.window.viewer.view.layer is None


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
    bench.until(lambda: f"The overlay was written to {file}." in bench.notice_texts())
    with Image.open(file) as written:
        assert written.width >= 160
        # The photo is 120 high, and the legend comes below it.
        assert written.height > 150
        left = (written.width - 160) // 2
        red, _, blue = written.convert("RGB").getpixel((left + 150, 10))  # type: ignore[misc]
        assert blue > red


def test_a_picture_that_can_not_be_written_is_reported(
    viewing: Callable[..., WindowBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.png"), ""))
    bench.trigger("overlay-export")
    bench.until(lambda: any("can't be written" in text for text in bench.notice_texts()))
