"""Drives runs on their own thread, on which the net computes."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.control import RunControl
from memapp.core.errors import MemappError
from memapp.core.events import Event
from memapp.core.machine import lower_this_thread
from memapp.core.records import RunOrder

RunMaker: TypeAlias = Callable[[RunOrder, RunControl], Iterator[Event]]
"""Makes the generator of a run."""

_log = logging.getLogger(__name__)


class RunWorker(QObject):
    """Runs one generator at a time, to its end. Lives on the run's QThread.

    Events are not signals: they go into a buffer that the supervisor empties about 30 times a second, so that
    a folder of 10,000 known photos costs the window's thread a few calls and not 10,000.

    Signals:
        started(int): the run with this request number begins.
        failed(int, object): the run ended with this exception.
        finished(int): the run ended; emitted exactly once for each run, last, whatever happened.
    """

    started = Signal(int)
    failed = Signal(int, object)
    finished = Signal(int)

    def __init__(self, *, make_run: RunMaker, buffer: deque[tuple[int, Event]]) -> None:
        """Create the worker.

        Args:
            make_run: makes the generator of a run.
            buffer: takes (request number, event).
        """
        super().__init__()
        self._make_run = make_run
        self._buffer = buffer

    @Slot()
    def prepare(self) -> None:
        """Lower the thread's priority; called once on it. The window comes first."""
        lower_this_thread()

    @Slot(int, object, object)
    def run(self, request: int, order: RunOrder, control: RunControl) -> None:
        """Drive one run to its end."""
        self.started.emit(request)
        try:
            for event in self._make_run(order, control):
                self._buffer.append((request, event))
        except MemappError as problem:
            # Foreseen and shown to the user; the run has logged the cause.
            self.failed.emit(request, problem)
        except Exception as problem:
            _log.exception("the run failed")
            self.failed.emit(request, problem)
        finally:
            self.finished.emit(request)
