"""What tests of overlays in the real window share: choose an overlay, and read what is on screen."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QLabel,
)

from memapp.core.explanation import MemorabilityMap, Regions, Segmentation
from tests.gui.window_bench import WindowBench

LEFT = Qt.MouseButton.LeftButton
CORNER = ((0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.5, 0.9))
OUTSIDE = ((0.0, 0.0), (0.03, 0.0), (0.03, 0.03), (0.0, 0.03))


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


def area_names(bench: WindowBench) -> list[str]:
    areas = bench.window.overlays.areas
    key = bench.window.viewer.key
    assert key is not None
    return [area.name for area in areas.areas_of(key) or ()]


def regions_named(bench: WindowBench, name: str) -> bool:
    part = shown(bench)
    return isinstance(part, Regions) and any(region.name == name for region in part.regions)


def tile_overlay(bench: WindowBench, name: str) -> QImage | None:
    return bench.window.tile_images.overlay(bench.key(name))
