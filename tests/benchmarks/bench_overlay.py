"""Overlays in the real window: how responsive it stays, and how soon a stored map is shown."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from memapp import app
from memapp.gui.window.main_window import MainWindow
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement
from tests.window.screen import Screen

PHOTOS = 12
TICK_MS = 10
SWITCHES = 10
SWITCH_EVERY_MS = 100
REPEATS = 5

Step = Iterator[Callable[[], bool]]
"""What a watch does next; it goes on when the answer to what was yielded is yes."""


def run() -> list[Measurement]:
    """Explain a photo by each overlay, show stored ones again, and step through ten photos in a second."""
    watches = []

    class WatchedApplication(QApplication):
        """Begins the watch when the window's loop is about to run."""

        @staticmethod
        def exec() -> int:
            [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
            watches.append(Watch(window))
            return QApplication.exec()

    with tempfile.TemporaryDirectory(prefix="memapp-overlay-") as folder:
        photos = Path(folder) / "photos"
        make_photos(photos, count=PHOTOS)
        screen = Screen(folder=Path(folder))
        try:
            os.environ.update({**screen.environment, "MEMAPP_HOME": str(Path(folder) / "home")})
            with patch.object(app, "QApplication", WatchedApplication):
                app.run_window([str(photos)])
        finally:
            screen.stop()
    [watch] = watches
    return watch.measurements()


class Watch(QObject):
    """Ticks on the GUI thread and does one step after another, as a person would."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._view = window.overlays.view
        supervisor = window.session.supervisor
        self._supervisor = supervisor
        self._ticks = [time.perf_counter()]
        self._seconds: dict[str, float] = {}
        self._spans: list[tuple[float, float]] = []
        self._kept: list[float] = []
        self._heard: set[int] = set()
        supervisor.explained.connect(lambda request, _event: self._heard.add(request))
        self._steps = self._script()
        self._ready: Callable[[], bool] = lambda: True
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def measurements(self) -> list[Measurement]:
        """Gaps between ticks while photos were explained, and the times of what a person waits for."""
        starts, ends = np.array(self._ticks[:-1]), np.array(self._ticks[1:])
        explaining = np.zeros(len(starts), bool)
        for first, last in self._spans:
            explaining |= (starts >= first) & (ends <= last)
        gaps = 1000 * (ends - starts)[explaining]
        return [
            Measurement("gap while explaining, 99th percentile", float(np.percentile(gaps, 99)), "ms", 30.0),
            Measurement("gap while explaining, longest", float(gaps.max()), "ms", 150.0),
            Measurement("gaps while explaining", len(gaps), "gaps", None),
            *(
                Measurement(f"first {name} on screen", took, "s", None)
                for name, took in self._seconds.items()
            ),
            Measurement("kept overlay on screen, longest", 1000 * max(self._kept), "ms", 100.0),
            Measurement(f"orders begun by {SWITCHES} switches in a second", len(self._heard), "orders", 2.0),
        ]

    def _script(self) -> Step:
        window, table = self._window, self._window.actions_table
        yield lambda: window.scores.count() == PHOTOS and not window.session.running
        first = window.photos.key(0)
        window.panes.open(first)
        for name in ("memorability", "regions"):
            began = time.perf_counter()
            table[f"overlay-{name}"].trigger()
            yield lambda: self._view.shown is not None
            self._seconds[name] = time.perf_counter() - began
            self._spans.append((began, time.perf_counter()))
        for _ in range(REPEATS):
            for name in ("memorability", "regions"):
                table["overlay-none"].trigger()
                # Longer than what counts as leafing.
                rested = time.perf_counter() + 0.5
                yield partial(_is_past, rested)
                began = time.perf_counter()
                table[f"overlay-{name}"].trigger()
                yield lambda: self._view.shown is not None
                self._kept.append(time.perf_counter() - began)
        rested = time.perf_counter() + 0.5
        yield partial(_is_past, rested)
        self._heard.clear()
        for _ in range(SWITCHES):
            due = time.perf_counter() + SWITCH_EVERY_MS / 1000
            QApplication.postEvent(window.viewer, _right())
            yield partial(_is_past, due)
        began = time.perf_counter()
        yield lambda: self._view.shown is not None and not self._supervisor.explaining
        self._spans.append((began, time.perf_counter()))
        window.close()

    def _tick(self) -> None:
        self._ticks.append(time.perf_counter())
        if self._ready():
            try:
                self._ready = next(self._steps)
            except StopIteration:
                self._timer.stop()


def _is_past(moment: float) -> bool:
    return time.perf_counter() > moment


def _right() -> QKeyEvent:
    return QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
