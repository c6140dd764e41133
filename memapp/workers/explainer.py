"""Explains the photo that is looked at, on a thread of its own; the newest order replaces the former."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from PySide6.QtCore import QObject, Signal

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.core.explanation import ExplainEvent, ExplainOrder
from memapp.core.machine import lower_this_thread

ExplainMaker: TypeAlias = Callable[[ExplainOrder, RunControl], Iterator[ExplainEvent]]
"""Makes the generator that explains one photo."""

QUIET_SECONDS = 0.2
"""Who leafs through photos wants none of them explained: nothing begins until this long no order has come."""

_log = logging.getLogger(__name__)


class _Wish(NamedTuple):
    request: int
    order: ExplainOrder
    control: RunControl


class Explainer(QObject):
    """One thread and at most one order that waits. Belongs to the GUI thread; the signals come there.

    The first order after a rest begins at once. An order cancels the one before it; whatever that one still
    says carries its request number, by which whoever gets it passes it over.

    Signals:
        event_ready(int, object ExplainEvent): something about the photo of the order with this number.
        failed(int, object): the order ended with this exception.
        finished(int, bool): the order ended, exactly once for each; True when it was cancelled or superseded.
    """

    event_ready = Signal(int, object)
    failed = Signal(int, object)
    finished = Signal(int, bool)

    def __init__(self, *, make_explain: ExplainMaker, parent: QObject | None = None) -> None:
        """Start the thread, idle."""
        super().__init__(parent)
        self._make_explain = make_explain
        self._changed = threading.Condition()
        self._last_request = 0
        self._waiting: _Wish | None = None
        self._current: _Wish | None = None
        self._last_order_at = float("-inf")
        self._quiet_at = float("-inf")
        self._stopping = False
        # A daemon: a network folder that hangs must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name="memapp explain", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something is being explained, or waits for it."""
        with self._changed:
            return self._current is not None or self._waiting is not None

    def explain(self, order: ExplainOrder) -> int:
        """Explain this, and nothing else any more; gives the request number."""
        with self._changed:
            superseded = self._withdraw()
            self._last_request += 1
            request = self._last_request
            self._waiting = _Wish(request, order, RunControl())
            now = time.monotonic()
            if now - self._last_order_at < QUIET_SECONDS:
                self._quiet_at = now + QUIET_SECONDS
            self._last_order_at = now
            self._changed.notify_all()
        if superseded is not None:
            self.finished.emit(superseded, True)
        return request

    def cancel(self) -> None:
        """Explain nothing any more."""
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
        """Wait for the thread at most this long; whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _withdraw(self) -> int | None:
        """Cancel what is in hand and forget what waits; gives the number of the latter."""
        if self._current is not None:
            self._current.control.cancel()
        waiting, self._waiting = self._waiting, None
        return None if waiting is None else waiting.request

    def _work(self) -> None:
        lower_this_thread()
        while (wish := self._next()) is not None:
            self._explain(wish)
            with self._changed:
                self._current = None
            if not self._stopping:
                self.finished.emit(wish.request, wish.control.cancelled)

    def _next(self) -> _Wish | None:
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

    def _explain(self, wish: _Wish) -> None:
        try:
            for event in self._make_explain(wish.order, wish.control):
                if wish.control.cancelled:
                    return
                self.event_ready.emit(wish.request, event)
        except Cancelled:
            pass
        except Exception as problem:
            if not isinstance(problem, MemappError):
                _log.exception("a photo could not be explained")
            if not self._stopping:
                self.failed.emit(wish.request, problem)
