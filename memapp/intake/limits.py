"""How much memory and time photos may take: one photo, and all that are being decoded together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import trn

GIGABYTE = 1024**3


class Deadline:
    """How long one photo may still take. Used by the one thread that loads it."""

    def __init__(self, *, seconds: float, control: RunControl | None) -> None:
        """Start counting.

        Args:
            seconds: the limit for this photo.
            control: the run that may be cancelled meanwhile.
        """
        self._seconds = seconds
        self._control = control
        self._deadline = time.monotonic() + seconds

    def check_cancelled(self) -> None:
        """Raises: Cancelled."""
        if self._control is not None and self._control.cancelled:
            raise Cancelled("Cancelled.")

    def check(self) -> None:
        """Go on, or leave.

        Raises:
            Cancelled: the run was cancelled.
            PhotoError: the time is up.
        """
        self.check_cancelled()
        if time.monotonic() >= self._deadline:
            raise PhotoError(
                FailureKind.TOO_SLOW,
                trn(
                    "Reading this photo took longer than {count} second. "
                    "It may be damaged, or its disk may be slow. Try it again.",
                    "Reading this photo took longer than {count} seconds. "
                    "It may be damaged, or its disk may be slow. Try it again.",
                    round(self._seconds),
                ),
            )

    def restart(self) -> None:
        """Count from now: waiting for other photos' memory is not this photo's fault."""
        self._deadline = time.monotonic() + self._seconds


class DecodeBudget:
    """Memory that all decoding threads share. Thread-safe.

    First come, first served, so that a large photo is not kept waiting by many small ones. A photo that wants
    more than there is gets it when nobody else holds any: nobody waits for ever.
    """

    def __init__(self, *, total: int) -> None:
        """Take the number of bytes to share."""
        self._total = total
        self._used = 0
        self._condition = threading.Condition()
        self._queue: deque[object] = deque()

    @property
    def used(self) -> int:
        """Bytes that are reserved now."""
        return self._used

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._queue)

    @contextmanager
    def reserve(self, amount: int, deadline: Deadline) -> Iterator[None]:
        """Hold this many bytes; waits until they are free. A thread holds one reservation at a time.

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
                    # A cancel does not notify, hence the timeout.
                    self._condition.wait(timeout=0.1)
                    deadline.check_cancelled()
                self._used += amount
            finally:
                self._queue.remove(ticket)
                self._condition.notify_all()


@dataclass(frozen=True, slots=True)
class Limits:
    """What loading one photo may cost. See docs/decisions/intake-limits.md."""

    pixels: int = 500_000_000
    """Of the photo as stored, whatever its kind."""
    memory: int = 1_250_000_000
    """Bytes for one photo at the worst moment: the largest cameras' 151 megapixels, twice, to turn them."""
    seconds: float = 60.0
    """For one photo."""
    budget: DecodeBudget = field(default_factory=lambda: DecodeBudget(total=GIGABYTE))
    """Shared by all photos that are loaded under these limits at the same time."""


DEFAULT_LIMITS = Limits()
"""Those of this process: its memory is one, however many runs and previews decode at once."""
