"""The Qt that is installed may be built upon: it does not wear out Python's own objects."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QTimer, Signal

CALLS = 500


class Emitter(QObject):
    happened = Signal(int)


def test_calls_that_return_nothing_keep_none_alive() -> None:
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        timer.setInterval(5)
    assert sys.getrefcount(None) > before - CALLS // 2


def test_signals_keep_true_alive() -> None:
    emitter = Emitter()
    before = sys.getrefcount(True)
    for _ in range(CALLS):
        emitter.happened.emit(1)
    assert sys.getrefcount(True) > before - CALLS // 2
