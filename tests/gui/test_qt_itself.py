"""The installed Qt counts references to Python objects exactly."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from pytestqt.qtbot import QtBot

CALLS = 500

immortal_constants = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="since Python 3.12 None and True are not counted"
)


class Emitter(QObject):
    happened = Signal(object)


@pytest.mark.parametrize(
    "connection", [Qt.ConnectionType.DirectConnection, Qt.ConnectionType.QueuedConnection]
)
def test_an_object_that_went_through_a_signal_is_neither_worn_out_nor_kept(
    qtbot: QtBot, connection: Qt.ConnectionType
) -> None:
    """Every record of a run comes this way: one count too few crashes, one too many is a leak."""
    emitter, payload, arrived = Emitter(), ["a record"], 0

    def receive(value: object) -> None:
        nonlocal arrived
        arrived += value is payload

    emitter.happened.connect(receive, connection)
    before = sys.getrefcount(payload)
    for _ in range(CALLS):
        emitter.happened.emit(payload)
    qtbot.waitUntil(lambda: arrived == CALLS)
    assert sys.getrefcount(payload) == before


@immortal_constants
def test_calls_that_return_nothing_keep_none_alive() -> None:
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        timer.setInterval(5)
    assert sys.getrefcount(None) > before - CALLS // 2


@immortal_constants
def test_signals_keep_true_alive() -> None:
    emitter = Emitter()
    before = sys.getrefcount(True)
    for _ in range(CALLS):
        emitter.happened.emit(1)
    assert sys.getrefcount(True) > before - CALLS // 2
