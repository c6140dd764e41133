"""The time in which this process really ran: a limit on it costs no photo when the computer sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_BEAT_SECONDS = 1.0
"""How much of the time between two heartbeats counts at most. If it is longer, the computer was asleep, the
process was stopped, or the machine was too busy to run it."""


class RunningTime:
    """Counts seconds by heartbeats, each capped. Used by one thread; others may read `seconds`."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start counting.

        Args:
            clock: seconds that never fall; whether they pass during sleep does not matter.
        """
        self._clock = clock
        self._last = clock()
        self.seconds = 0.0
        """Counted until the last heartbeat."""

    def beat(self) -> float:
        """Count the time since the last heartbeat, and return the sum."""
        now = self._clock()
        self.seconds += min(now - self._last, LONGEST_BEAT_SECONDS)
        self._last = now
        return self.seconds
