"""Small work off the window's thread of which only the newest counts: drawing an overlay anew."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot

from memapp.core.machine import lower_this_thread

_log = logging.getLogger(__name__)


class _Work(NamedTuple):
    number: int
    job: Callable[[], Any]
    done: Callable[[Any], None]


class NewestJob(QObject):
    """One thread and at most one job that waits; a newer one replaces it. Belongs to the GUI thread.

    Signals (private): _ended(object, object): which work, and its result.
    """

    _ended = Signal(object, object)

    def __init__(self, *, name: str, parent: QObject | None = None) -> None:
        """Start the thread under this name, idle."""
        super().__init__(parent)
        self._changed = threading.Condition()
        self._number = 0
        self._waiting: _Work | None = None
        self._stopping = False
        self._ended.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def start(self, job: Callable[[], Any], *, done: Callable[[Any], None]) -> None:
        """Do a job; then done(its result) is called on the GUI thread, unless a newer job has come."""
        with self._changed:
            self._number += 1
            self._waiting = _Work(self._number, job, done)
            self._changed.notify_all()

    def forget(self) -> None:
        """Want no answer any more."""
        with self._changed:
            self._number += 1
            self._waiting = None

    def stop(self) -> None:
        """Let the thread end after the job in hand."""
        with self._changed:
            self._stopping = True
            self._waiting = None
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the thread at most this long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        lower_this_thread()
        while True:
            with self._changed:
                while self._waiting is None and not self._stopping:
                    self._changed.wait()
                if self._stopping or self._waiting is None:
                    return
                work, self._waiting = self._waiting, None
            try:
                result = work.job()
            except Exception:
                _log.exception("a job failed")
                continue
            if not self._stopping:
                self._ended.emit(work, result)

    @Slot(object, object)
    def _answer(self, work: _Work, result: Any) -> None:
        if work.number == self._number:
            work.done(result)
