"""Overlays on thumbnails: stored ones shown, others computed, switched off, with another opacity."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from memapp.core.explanation import Segmentation
from memapp.core.records import PixelArray
from memapp.gui.overlay.tile_bar import tile_line
from memapp.gui.overlay.tile_work import WorkState
from memapp.library.contents import CONTENTS
from tests.fakes import HalvesFactory
from tests.gui.overlay.shown_overlays import (
    count_calls,
    overlay,
    tile_overlay,
)
from tests.gui.window_bench import WindowBench


def test_maps_are_computed_for_photos_in_sight_when_asked_for(
    viewing: Callable[..., WindowBench],
) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    bench.window.panes.close()
    bench.trigger("tile-overlays")
    bar = bench.window.overlays.tiles.bar
    bench.until(lambda: bar.button_text == "Show it on 2 photos")
    assert "not yet on 2 photos in sight. Red raises the score" in bar.text
    bench.window.grid.setFocus()
    [button] = bar.findChildren(QPushButton)
    bench.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.hasFocus()
    bench.until(lambda: tile_overlay(bench, "b.png") is not None and tile_overlay(bench, "c.png") is not None)
    bench.until(lambda: bar.text.startswith("Where it comes from, on all thumbnails."))
    assert bar.button_text == ""
    # Stored: the viewer shows it without the net.
    passes = bench.scorers.scorer.scored
    bench.window.panes.open(bench.key("b.png"))
    bench.until(lambda: bench.window.overlays.view.shown is not None)
    assert bench.scorers.scorer.scored == passes
    assert not bar.isVisible()


def test_what_is_in_photos_in_sight_is_found_by_itself(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    bench.window.panes.close()
    bench.trigger("tile-overlays")
    bench.until(lambda: all(tile_overlay(bench, name) is not None for name in ("a.png", "b.png", "c.png")))
    bar = bench.window.overlays.tiles.bar
    bench.until(lambda: bar.text.startswith("What's in it, on all thumbnails."))
    assert "50 %" in bench.window.library.value(bench.key("c.png"), CONTENTS)
    bench.trigger("tile-overlays")
    assert not bar.isVisible()
    assert not bench.window.actions_table["tile-overlays"].isChecked()


def test_stopped_work_is_offered_again_and_failed_photos_are_not(
    viewing: Callable[..., WindowBench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "memorability")
    bench.window.panes.close()
    (folder / "c.png").unlink()
    go_on = threading.Event()
    score = bench.scorers.scorer.score

    def score_later(frames: PixelArray) -> npt.NDArray[np.float32]:
        assert go_on.wait(20)
        return score(frames)

    monkeypatch.setattr(bench.scorers.scorer, "score", score_later)
    bench.trigger("tile-overlays")
    bar = bench.window.overlays.tiles.bar
    bench.until(lambda: bar.button_text == "Show it on 2 photos")
    bar.acted.emit()
    assert bar.button_text == "Stop"
    assert bar.text.startswith("Where it comes from: 0 of 2")
    bar.acted.emit()
    go_on.set()
    bench.until(lambda: bar.button_text == "Show it on 2 photos")
    assert tile_overlay(bench, "b.png") is None
    bar.acted.emit()
    bench.until(lambda: tile_overlay(bench, "b.png") is not None and bar.button_text == "")
    assert "1 photo in sight could not be read" in bar.text


def test_closing_while_overlays_are_computed_stops_every_thread_and_takes_nothing_late(
    viewing: Callable[..., WindowBench], halves: HalvesFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = viewing()
    overlay(bench, "segmentation")
    bench.window.panes.close()
    begun, go_on = threading.Event(), threading.Event()
    segment = halves.segmenter.segment

    def segment_later(picture: PixelArray) -> Segmentation:
        begun.set()
        assert go_on.wait(20)
        return segment(picture)

    monkeypatch.setattr(halves.segmenter, "segment", segment_later)
    bench.trigger("tile-overlays")
    bench.until(begun.is_set)
    bench.window.overlays.stop()
    go_on.set()
    bench.window.overlays.contents.note(bench.key("b.png"), segment(np.zeros((8, 8, 3), np.uint8)))
    assert bench.window.library.value(bench.key("b.png"), CONTENTS) is None
    bench.window.close()
    assert bench.stopped


def test_the_line_says_why_tiles_have_no_overlay(viewing: Callable[..., WindowBench]) -> None:
    bench = viewing(segmenters=HalvesFactory(installed=False))
    bench.trigger("tile-overlays")
    bar = bench.window.overlays.tiles.bar
    assert not bar.isVisible()
    for name, words in (("regions", "too fine for thumbnails"), ("segmentation", "No object finder")):
        bench.trigger(f"overlay-{name}")
        bench.window.panes.close()
        bench.until(lambda words=words: words in bar.text)  # type: ignore[misc]
        assert bar.isVisible()
    bench.trigger("overlay-none")
    bench.window.panes.close()
    bench.until(lambda: not bar.isVisible())


def test_the_line_says_how_far_it_is() -> None:
    def line(busy: bool = False, **changes: Any) -> tuple[str, str]:
        state = WorkState(running=True, done=5, total=39, missing=34, failed=0, seconds_left=None)
        return tile_line("Map", "Red raises.", dataclasses.replace(state, **changes), busy=busy)

    assert line() == ("Map: 5 of 39", "Stop")
    assert line(seconds_left=480.0) == ("Map: 5 of 39 · about 8 min left", "Stop")
    assert line(busy=True) == ("Map: 5 of 39. Scoring goes first.", "Stop")
    offered = line(running=False, missing=1, failed=2)
    assert offered == ("Map: not yet on 1 photo in sight. Red raises.", "Show it on 1 photo")
    broken = line(running=False, missing=0, failed=2)
    assert broken == ("Map: 2 photos in sight could not be read. Red raises.", "")


def test_tiles_show_stored_overlays_only(viewing: Callable[..., WindowBench]) -> None:
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
