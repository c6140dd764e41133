"""Small pieces of work off the GUI thread, one after another: write an export, move files to the trash."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

_log = logging.getLogger(__name__)


class Jobs(QObject):
    """Runs jobs on one thread and delivers their results on the GUI thread, where it belongs.

    Signals (private):
        _ended(object, object): what to call, and with what.
    """

    _ended = Signal(object, object)

    def __init__(self, *, finish_all: bool = False, parent: QObject | None = None) -> None:
        """Start no thread yet; finish_all keeps jobs that wait when the program ends, as a person's marks."""
        super().__init__(parent)
        self._finish_all = finish_all
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="memapp job")
        self._started: list[Future[None]] = []
        self._ended.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def start(
        self, job: Callable[[], Any], *, done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        """Run a job after those started before; its result or exception is delivered on the GUI thread.

        Args:
            job: runs on the jobs' thread.
            done: called with the job's result.
            failed: called with the exception that the job raised.
        """

        def work() -> None:
            try:
                result = job()
            except Exception as problem:
                _log.exception("a job failed")
                self._ended.emit(failed, problem)
            else:
                self._ended.emit(done, result)

        self._started = [job for job in self._started if not job.done()]
        self._started.append(self._thread.submit(work))

    def stop(self) -> None:
        """Let the thread end after the job in hand (half an export helps nobody); or after all of them."""
        self._thread.shutdown(wait=False, cancel_futures=not self._finish_all)

    def join(self, seconds: float) -> bool:
        """Wait for the jobs that are still to be done at most this long; return whether they have ended.

        A network drive that hangs must not hold the program.
        """
        in_hand = [job for job in self._started if not job.cancelled()]
        return not wait(in_hand, timeout=seconds).not_done

    @Slot(object, object)
    def _answer(self, call: Callable[[Any], None], outcome: Any) -> None:
        call(outcome)
