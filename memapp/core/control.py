"""Control of a run from another thread: pause, resume, cancel."""

from __future__ import annotations

import threading

from memapp.core.errors import Cancelled


class RunControl:
    """Pause and cancellation of one run. Thread-safe; cooperative, checked between photos and batches."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Ask the run to stop; a paused run stops too."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Ask the run to wait at its next checkpoint."""
        if not self._cancelled.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Let a paused run continue."""
        self._running.set()

    @property
    def cancelled(self) -> bool:
        """Whether the run should stop."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the run should wait."""
        return not self._running.is_set()

    def checkpoint(self) -> None:
        """Wait here while paused.

        Raises:
            Cancelled: the run should stop.
        """
        self._running.wait()
        if self._cancelled.is_set():
            raise Cancelled("Cancelled.")
