"""Saves settings a moment after they change, and takes over what another window saved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from memapp.core.errors import MemappError
from memapp.core.settings import Settings, Stored
from memapp.workers.jobs import Jobs

_log = logging.getLogger(__name__)

_DELAY_MS = 500
"""A slider that is dragged is written a few times, not for every step."""


class SettingsDisk(Protocol):
    """Where settings are kept; all of it may be called from any thread."""

    def note(self, key: str, value: Stored) -> None:
        """Keep a change until the next save."""

    def save(self) -> None:
        """Write what was noted. Raises a MemappError where that can't be done."""

    def values(self) -> Mapping[str, object]:
        """Return what is kept now, by any window; empty where it can't be read."""


class SettingsSaver(QObject):
    """Ties the settings in use to the disk. Lives on the GUI thread; the disk is used on the jobs' thread.

    Signals:
        failed(str): settings can't be saved, and why, in words; given once for each reason.
    """

    failed = Signal(str)

    def __init__(
        self,
        *,
        settings: Settings,
        disk: SettingsDisk,
        jobs: Jobs,
        delay_ms: int = _DELAY_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._disk = disk
        self._jobs = jobs
        self._said: set[str] = set()
        self._changed: set[str] = set()
        """The keys changed here since another window's values were last asked for."""
        self._reading = False
        self._flushed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._save_soon)
        settings.watch(self._on_change)

    @Slot()
    def refresh(self) -> None:
        """Take over what another window saved meanwhile; called when this one gets the focus back."""
        if not self._reading and not self._flushed:
            self._reading = True
            self._changed.clear()
            self._jobs.start(self._save_and_read, done=self._take_over, failed=self._on_failed)

    def flush(self) -> None:
        """Save now, on this thread: the program is about to end. What goes wrong is for the log only."""
        self._flushed = True
        self._timer.stop()
        try:
            self._disk.save()
        except MemappError as problem:
            _log.warning("%s", problem)

    def _on_change(self, key: str, value: Stored) -> None:
        self._disk.note(key, value)
        self._changed.add(key)
        if not self._timer.isActive() and not self._flushed:
            self._timer.start()

    @Slot()
    def _save_soon(self) -> None:
        self._jobs.start(self._disk.save, done=lambda _nothing: None, failed=self._on_failed)

    def _save_and_read(self) -> Mapping[str, object]:
        self._disk.save()
        return self._disk.values()

    def _take_over(self, values: Mapping[str, object]) -> None:
        self._reading = False
        # A person who was quicker than the disk is right.
        self._settings.take_over({key: value for key, value in values.items() if key not in self._changed})

    def _on_failed(self, problem: Exception) -> None:
        self._reading = False
        if str(problem) not in self._said:
            self._said.add(str(problem))
            self.failed.emit(str(problem))
