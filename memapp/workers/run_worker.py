"""Drives runs on a thread of their own: the net works here."""

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
        failed(int, object): it ended with this exception.
        finished(int): it ended; comes exactly once for each run, after everything else, whatever happened.
    """

    started = Signal(int)
    failed = Signal(int, object)
    finished = Signal(int)

    def __init__(self, *, make_run: RunMaker, buffer: deque[tuple[int, Event]]) -> None:
        """Take the maker of runs and the buffer for (request number, event)."""
        super().__init__()
        self._make_run = make_run
        self._buffer = buffer

    @Slot()
    def prepare(self) -> None:
        """Called once on the worker's thread: the window comes first."""
        lower_this_thread()

    @Slot(int, object, object)
    def run(self, request: int, order: RunOrder, control: RunControl) -> None:
        """Drive one run; returns when it has ended."""
        self.started.emit(request)
        try:
            for event in self._make_run(order, control):
                self._buffer.append((request, event))
        except MemappError as problem:
            # Foreseen, and told to the user; the run has logged where it came from.
            self.failed.emit(request, problem)
        except Exception as problem:
            _log.exception("the run failed")
            self.failed.emit(request, problem)
        finally:
            self.finished.emit(request)
