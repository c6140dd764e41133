"""The progress of a run: how far, how fast, and the remaining time."""

from __future__ import annotations

from collections import deque

from memapp.core.events import Progress

WINDOW_SECONDS = 30.0
"""The rate is measured over the last half minute: long enough to be steady, short enough to be current."""


class ProgressMeter:
    """Counts finished photos of one run. Times are seconds of one monotonic clock; pauses are excluded."""

    def __init__(self, *, now: float) -> None:
        self.total = 0
        self.total_is_final = False
        self._done = 0
        self._steps: deque[tuple[float, int]] = deque([(now, 0)])
        self._worked = 0
        self._paused_at: float | None = None

    def finished(self, count: int, *, now: float, worked: bool) -> None:
        """Count finished photos; worked is False for known ones, which take no time."""
        self._done += count
        if not worked:
            return
        self._worked += count
        self._steps.append((now, self._worked))
        while len(self._steps) > 2 and self._steps[0][0] < now - WINDOW_SECONDS:
            self._steps.popleft()

    def idle(self, *, now: float) -> None:
        """Exclude the time from now on, because nothing can be scored (paused, loading the net)."""
        if self._paused_at is not None:
            passed = now - self._paused_at
            self._steps = deque((when + passed, count) for when, count in self._steps)
        self._paused_at = now

    def working(self) -> None:
        """Include the time again: photos are being scored."""
        self._paused_at = None

    def state(self) -> Progress:
        """Return the progress to show."""
        (first, first_count), (last, last_count) = self._steps[0], self._steps[-1]
        rate = (last_count - first_count) / (last - first) if last > first else 0.0
        left = self.total - self._done
        return Progress(
            done=self._done,
            total=self.total,
            total_is_final=self.total_is_final,
            photos_per_second=rate or None,
            seconds_left=left / rate if rate and self.total_is_final else None,
        )
