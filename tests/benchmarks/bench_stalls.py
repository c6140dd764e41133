"""Whether the window stays responsive: a 10 ms timer on its GUI thread, while the net works."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from memapp import app
from memapp.gui.window.main_window import MainWindow
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement
from tests.window.screen import Screen

PHOTOS = 1_000
TICK_MS = 10
SCROLL_EVERY_MS = 16
SCROLL_PIXELS = 24
"""1,500 pixels a second: someone who leafs through."""
WITNESS_SECONDS = 0.1
"""A gap that lasts longer is explained on standard error: what every thread was doing then."""
WITNESS_LOOKS_EVERY_SECONDS = 0.02


def run() -> list[Measurement]:
    """Let the window score and show 1,000 photos by itself, scrolling all the while."""
    watches = []

    class WatchedApplication(QApplication):
        """Begins the watch when the window's loop is about to run: the app needs no hook for it."""

        @staticmethod
        def exec() -> int:
            [window] = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
            watches.append(Watch(window))
            return QApplication.exec()

    with tempfile.TemporaryDirectory(prefix="memapp-stalls-") as folder:
        photos = Path(folder) / "photos"
        make_photos(photos, count=PHOTOS)
        screen = Screen(folder=Path(folder))
        try:
            os.environ.update(screen.environment)
            with patch.object(app, "QApplication", WatchedApplication):
                app.run_window([str(photos)])
        finally:
            screen.stop()
    [watch] = watches
    return watch.measurements()


class Watch(QObject):
    """Ticks on the GUI thread, scrolls the grid up and down, and closes the window when the run has ended."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._ticks = [time.perf_counter()]
        self._net_ready = self._ended = np.inf
        self._step = SCROLL_PIXELS
        self._with_preview = 0
        self._witness = Witness(self._ticks)
        self._witness.start()
        window.session.engine_changed.connect(self._on_net_ready)
        window.session.ended.connect(self._on_ended)
        self._timers = [
            _timer(TICK_MS, self._tick, parent=self),
            _timer(SCROLL_EVERY_MS, self._scroll, parent=self),
        ]

    def measurements(self) -> list[Measurement]:
        """The gaps between ticks while the net was being loaded, and while it scored."""
        starts, ends = np.array(self._ticks[:-1]), np.array(self._ticks[1:])
        gaps = 1000 * (ends - starts)
        loading = gaps[starts < self._net_ready]
        scoring = gaps[(starts >= self._net_ready) & (ends <= self._ended)]
        return [
            Measurement("gap while scoring, 99th percentile", float(np.percentile(scoring, 99)), "ms", 30.0),
            Measurement("gap while scoring, longest", float(scoring.max()), "ms", 150.0),
            Measurement("gaps while scoring", len(scoring), "gaps", None),
            Measurement(
                "gap while loading the net, 99th percentile", float(np.percentile(loading, 99)), "ms", None
            ),
            Measurement("gap while loading the net, longest", float(loading.max()), "ms", None),
            Measurement("photos with a thumbnail at the end", self._with_preview, "photos", None),
            Measurement("photos a second, scrolling", PHOTOS / (self._ended - self._net_ready), "1/s", None),
        ]

    def _tick(self) -> None:
        self._ticks.append(time.perf_counter())

    def _scroll(self) -> None:
        bar = self._window.grid.verticalScrollBar()
        if not bar.minimum() <= bar.value() + self._step <= bar.maximum():
            self._step = -self._step
        bar.setValue(bar.value() + self._step)

    def _on_net_ready(self) -> None:
        self._net_ready = time.perf_counter()

    def _on_ended(self) -> None:
        self._ended = time.perf_counter()
        for timer in self._timers:
            timer.stop()
        self._witness.stop()
        previews = map(self._window.tile_images.preview, self._window.library.keys())
        self._with_preview = sum(preview is not None for preview in previews)
        self._window.close()


class Witness(threading.Thread):
    """Logs once for each long gap what every thread does, as soon as the interpreter allows it."""

    def __init__(self, ticks: Sequence[float]) -> None:
        super().__init__(name="witness", daemon=True)
        self._ticks = ticks
        self._stopped = threading.Event()

    def stop(self) -> None:
        """The watch is over."""
        self._stopped.set()
        self.join()

    def run(self) -> None:
        """Look at the last tick again and again."""
        seen = 0
        while not self._stopped.wait(WITNESS_LOOKS_EVERY_SECONDS):
            late = time.perf_counter() - self._ticks[-1]
            if late > WITNESS_SECONDS and seen != len(self._ticks):
                seen = len(self._ticks)
                self._show_notice(late)

    def _show_notice(self, late: float) -> None:
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        after = self._ticks[-1] - self._ticks[0]
        print(f"\n== no tick for {1000 * late:.0f} ms, {after:.1f} s after the first", file=sys.stderr)
        for identity, frame in sys._current_frames().items():
            if identity != self.ident:
                print(f"-- {names.get(identity, 'a thread of Qt')}", file=sys.stderr)
                traceback.print_stack(frame, limit=6, file=sys.stderr)


def _timer(milliseconds: int, slot: Callable[[], None], *, parent: QObject) -> QTimer:
    timer = QTimer(parent)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(slot)
    timer.start(milliseconds)
    return timer
