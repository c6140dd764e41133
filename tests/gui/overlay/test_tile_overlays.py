"""Overlays on thumbnails: shown, switched off, with another opacity."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gui.overlay.shown_overlays import (
    count_calls,
    overlay,
    tile_overlay,
)
from tests.gui.window_bench import WindowBench


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
