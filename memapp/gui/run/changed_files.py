"""Notices files that were changed by another program while their photos are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from memapp.core.records import ImageKey
from memapp.workers.supervisor import Supervisor

PAUSE_MILLISECONDS = 250
"""The time for which requests are gathered before files are checked."""


class ChangedFiles(QObject):
    """Checks files when they are shown and when the window gets the focus. Lives on the GUI thread.

    Signals:
        changed(list[ImageKey]): these files were changed since their photos were scored.
    """

    changed = Signal(list)

    def __init__(
        self, *, supervisor: Supervisor, all_keys: Callable[[], Sequence[ImageKey]], parent: QObject
    ) -> None:
        """Check files through this supervisor.

        Args:
            supervisor: has the thread that checks.
            all_keys: returns the files of all photos, in the order on screen.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._supervisor = supervisor
        self._all_keys = all_keys
        self._wanted: dict[ImageKey, None] = {}
        self._all_requests = 0
        """How often all files were asked for, and how many of these requests were answered."""
        self._all_answered = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_application_state)

    def look_at(self, keys: Sequence[ImageKey]) -> None:
        """Check soon whether these files were changed."""
        self._wanted.update(dict.fromkeys(keys))
        if not self._timer.isActive():
            self._timer.start()

    def look_at_all(self) -> None:
        """Check soon the files of all photos, those requested already first."""
        self._all_requests += 1
        self.look_at(())

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        # The person may come back from the program in which a photo was edited.
        if state == Qt.ApplicationState.ApplicationActive:
            self.look_at_all()

    def _look(self) -> None:
        keys, requests = dict(self._wanted), self._all_requests
        if requests > self._all_answered:
            keys.update(dict.fromkeys(self._all_keys()))
        if keys:
            self._supervisor.find_changed(
                list(keys), done=lambda changed: self._on_looked(keys, requests, changed)
            )

    def _on_looked(self, keys: dict[ImageKey, None], requests: int, changed: list[ImageKey]) -> None:
        # Only now: a look that a newer one replaces is part of the newer one, and gets no answer. What was
        # asked for since this look began still waits.
        for key in keys:
            self._wanted.pop(key, None)
        self._all_answered = requests
        if changed:
            self.changed.emit(changed)
