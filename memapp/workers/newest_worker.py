"""Work of which only the newest counts, on a thread of its own: explain a photo, draw an overlay."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.machine import lower_this_thread

Work: TypeAlias = Callable[[RunControl], Iterator[object]]
"""Makes the generator of one order's events. It ends soon after its control is cancelled."""

ResultT = TypeVar("ResultT")

_log = logging.getLogger(__name__)


class _Order(NamedTuple):
    request: int
    work: Work
    control: RunControl


class NewestWorker(QObject):
    """One thread and at most one order that waits. Belongs to the GUI thread; the signals come there.

    An order cancels the one before it and takes its place. Events of a superseded order may still come; they
    carry its request number, by which the receiver drops them. The answer of a job is dropped here.

    Signals:
        event_ready(int, object): an event of the order with this request number.
        failed(int, object): the order ended with this exception.
        finished(int, bool): the order ended, exactly once for each; True when it was cancelled or superseded.
    """

    event_ready = Signal(int, object)
    failed = Signal(int, object)
    finished = Signal(int, bool)

    def __init__(self, *, name: str, quiet_seconds: float = 0.0, parent: QObject | None = None) -> None:
        """Start the thread under this name, idle.

        Args:
            name: the thread's name.
            quiet_seconds: an order that comes sooner than this after another waits until no order has come
                for so long; the first order after a rest begins at once.
            parent: Qt's owner of this object.
        """
        super().__init__(parent)
        self._quiet_seconds = quiet_seconds
        self._changed = threading.Condition()
        self._last_request = 0
        self._waiting: _Order | None = None
        self._current: _Order | None = None
        self._last_order_at = float("-inf")
        self._quiet_at = float("-inf")
        self._stopping = False
        self._job: tuple[int, Callable[[Any], None]] | None = None
        """The request of the job, and the receiver of its result. Used on the GUI thread only."""
        self.event_ready.connect(self._answer, Qt.ConnectionType.QueuedConnection)
        # A daemon: a network folder that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether an order is worked on or waits."""
        with self._changed:
            return self._current is not None or self._waiting is not None

    def start(self, work: Work) -> int:
        """Do this and nothing older any more; return the request number."""
        self._job = None
        with self._changed:
            superseded = self._withdraw()
            self._last_request += 1
            request = self._last_request
            self._waiting = _Order(request, work, RunControl())
            now = time.monotonic()
            if now - self._last_order_at < self._quiet_seconds:
                self._quiet_at = now + self._quiet_seconds
            self._last_order_at = now
            self._changed.notify_all()
        if superseded is not None:
            self.finished.emit(superseded, True)
        return request

    def start_job(self, job: Callable[[RunControl], ResultT], *, done: Callable[[ResultT], None]) -> int:
        """Do this and nothing older any more; return the request number.

        done(the result) is called on the GUI thread, unless another order or a cancel has come meanwhile.
        """

        def work(control: RunControl) -> Iterator[object]:
            yield job(control)

        request = self.start(work)
        self._job = request, done
        return request

    def cancel(self) -> None:
        """Do nothing any more."""
        self._job = None
        with self._changed:
            superseded = self._withdraw()
        if superseded is not None:
            self.finished.emit(superseded, True)

    def stop(self) -> None:
        """Let the thread end after the step in hand."""
        with self._changed:
            self._stopping = True
            self._withdraw()
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the thread at most this long; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _withdraw(self) -> int | None:
        """Cancel the order in hand and forget the one that waits; return the number of the latter."""
        if self._current is not None:
            self._current.control.cancel()
        waiting, self._waiting = self._waiting, None
        return None if waiting is None else waiting.request

    def _run(self) -> None:
        lower_this_thread()
        while (order := self._next()) is not None:
            self._do(order)
            with self._changed:
                self._current = None
            if not self._stopping:
                self.finished.emit(order.request, order.control.cancelled)

    def _next(self) -> _Order | None:
        """Wait for an order and for quiet; None when there will be none."""
        with self._changed:
            while not self._stopping:
                if self._waiting is None:
                    self._changed.wait()
                elif (rest := self._quiet_at - time.monotonic()) > 0:
                    self._changed.wait(rest)
                else:
                    self._current, self._waiting = self._waiting, None
                    return self._current
            return None

    def _do(self, order: _Order) -> None:
        try:
            for event in order.work(order.control):
                if order.control.cancelled:
                    return
                self.event_ready.emit(order.request, event)
        except Cancelled:
            pass
        except Exception as problem:
            if isinstance(problem, MemappError):
                _log.info("%s: %s", self._thread.name, problem)
            else:
                _log.exception("work on the thread %r failed", self._thread.name)
            if not self._stopping:
                self.failed.emit(order.request, problem)

    @Slot(int, object)
    def _answer(self, request: int, result: object) -> None:
        if self._job is not None and self._job[0] == request:
            done = self._job[1]
            self._job = None
            done(result)
