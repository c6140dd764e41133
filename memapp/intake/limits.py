"""Limits of memory and time: for one photo, and for all photos that are being decoded."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.machine import memory_of_this_computer
from memapp.core.records import FailureKind
from memapp.core.running_time import RunningTime
from memapp.core.text import trn

GIGABYTE = 1024**3


class Deadline:
    """The remaining time for one photo. Used by the thread that loads it.

    Each check is a heartbeat: time in which the process did not run does not count.
    """

    def __init__(
        self, *, seconds: float, control: RunControl | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start counting.

        Args:
            seconds: the limit for this photo, of time in which the process runs.
            control: the run, which may be cancelled.
            clock: seconds that never fall.
        """
        self._seconds = seconds
        self._control = control
        self._clock = clock
        self._ran = RunningTime(clock=clock)

    def check_cancelled(self) -> None:
        """Raise Cancelled if the run was cancelled."""
        if self._control is not None and self._control.cancelled:
            raise Cancelled("Cancelled.")

    def check(self) -> None:
        """Raise if the loading must stop.

        Raises:
            Cancelled: the run was cancelled.
            PhotoError: the time is up.
        """
        self.check_cancelled()
        if self._ran.beat() >= self._seconds:
            raise PhotoError(
                FailureKind.TOO_SLOW,
                trn(
                    "Reading this photo took longer than {count} second. The file may be damaged, "
                    "or its disk too slow. Copy it to this computer, then try again.",
                    "Reading this photo took longer than {count} seconds. The file may be damaged, "
                    "or its disk too slow. Copy it to this computer, then try again.",
                    round(self._seconds),
                ),
            )

    def restart(self) -> None:
        """Restart the count: the wait for memory is not counted."""
        self._ran = RunningTime(clock=self._clock)


class DecodeBudget:
    """Memory shared by all decoding threads. Thread-safe.

    First come, first served, so that many small photos do not delay a large one. A photo that needs more than
    the total gets it when no other holds any, so there is no deadlock.
    """

    def __init__(self, *, total: int) -> None:
        """Set the number of bytes to share."""
        self._total = total
        self._used = 0
        self._condition = threading.Condition()
        self._queue: deque[object] = deque()

    @property
    def used(self) -> int:
        """Bytes reserved now."""
        return self._used

    @property
    def waiting(self) -> int:
        """Number of waiting threads."""
        return len(self._queue)

    @contextmanager
    def reserve(self, amount: int, deadline: Deadline) -> Iterator[None]:
        """Reserve this many bytes, waiting until they are free. A thread holds one reservation at a time.

        Raises:
            Cancelled: the run was cancelled while waiting.
        """
        self._acquire(amount, deadline)
        try:
            yield
        finally:
            with self._condition:
                self._used -= amount
                self._condition.notify_all()

    def _acquire(self, amount: int, deadline: Deadline) -> None:
        ticket = object()
        with self._condition:
            self._queue.append(ticket)
            try:
                while self._queue[0] is not ticket or (self._used and self._used + amount > self._total):
                    # Cancelling does not notify, hence the timeout.
                    self._condition.wait(timeout=0.1)
                    deadline.check_cancelled()
                self._used += amount
            finally:
                self._queue.remove(ticket)
                self._condition.notify_all()


def shared_memory(physical: int) -> int:
    """Return the bytes that all photos being decoded may share on a computer with this much memory.

    A sixteenth, which is 1 GB with 16 GB; at least 1 GB and at most 8. With more, decoding is no longer what
    limits even 64 cores.
    """
    return min(max(GIGABYTE, physical // 16), 8 * GIGABYTE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for loading one photo. See docs/decisions/intake-limits.md."""

    pixels: int = 500_000_000
    """Pixels of the stored photo, of any format."""
    memory: int = 1_250_000_000
    """Peak bytes for one photo: two copies of the largest cameras' 151 megapixels, to rotate them."""
    seconds: float = 60.0
    """For one photo."""
    budget: DecodeBudget = field(
        default_factory=lambda: DecodeBudget(total=shared_memory(memory_of_this_computer()))
    )
    """Shared by all photos that are loaded under these limits at the same time."""


DEFAULT_LIMITS = Limits()
"""The limits of this process: all its runs and previews share its memory."""
