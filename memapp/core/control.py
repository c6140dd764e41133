"""Control of a run from another thread: pause, resume, cancel."""

from __future__ import annotations

import threading

from memapp.core.errors import Cancelled


class RunControl:
    """Pause and cancellation of one run. Thread-safe; cooperative, checked between photos and batches.

    A run waits while a person has paused it, and while it gives way to work that a person waits for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._paused = self._gives_way = False

    def cancel(self) -> None:
        """Ask the run to stop; a waiting run stops too."""
        self._cancelled.set()
        self._update()

    def pause(self) -> None:
        """Ask the run to wait at its next checkpoint."""
        self._paused = True
        self._update()

    def resume(self) -> None:
        """Let a paused run continue."""
        self._paused = False
        self._update()

    def set_giving_way(self, gives_way: bool) -> None:
        """Set whether the run waits for work that a person waits for."""
        self._gives_way = gives_way
        self._update()

    @property
    def cancelled(self) -> bool:
        """Whether the run should stop."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether a person has paused the run."""
        return self._paused and not self.cancelled

    @property
    def waits(self) -> bool:
        """Whether the run should wait: it is paused, or gives way."""
        return not self._running.is_set()

    def checkpoint(self) -> None:
        """Wait here while the run should wait.

        Raises:
            Cancelled: the run should stop.
        """
        self._running.wait()
        if self._cancelled.is_set():
            raise Cancelled("Cancelled.")

    def _update(self) -> None:
        with self._lock:
            if self._cancelled.is_set() or not (self._paused or self._gives_way):
                self._running.set()
            else:
                self._running.clear()
