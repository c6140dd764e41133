"""The state of the window between starts: its place and size, and which panels are open."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QWidget

from memapp.core.settings import SETTINGS, Settings
from memapp.gui.window.actions import Actions
from memapp.gui.window.inspector_place import InspectorPlace

_DEFAULT_SIZE = (1280, 800)


class WindowState:
    """Restores and saves the state of a window. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        window: QMainWindow,
        problems: QWidget,
        inspector: InspectorPlace,
        actions: Actions,
        settings: Settings,
    ) -> None:
        """Take the window and its panels."""
        self._window = window
        self._problems = problems
        self._inspector = inspector
        self._actions = actions
        self._settings = settings

    def restore(self) -> None:
        """Restore place, size and panels of the last time."""
        self._window.resize(*_DEFAULT_SIZE)
        geometry = self._settings.get(SETTINGS.window_geometry).encode(errors="replace")
        self._window.restoreGeometry(QByteArray.fromBase64(geometry))
        shown = self._settings.get(SETTINGS.problems_open)
        self._actions["problems"].setChecked(shown)
        self._problems.setVisible(shown)
        self._inspector.restore()
        self._actions["details"].setChecked(self._settings.get(SETTINGS.details_open))
        self._actions["group-moments"].setChecked(self._settings.get(SETTINGS.group_moments))

    def save(self) -> None:
        """Remember place and size; panels are remembered when they are opened and closed."""
        geometry = bytes(self._window.saveGeometry().toBase64().data()).decode()
        self._settings.set(SETTINGS.window_geometry, geometry)
