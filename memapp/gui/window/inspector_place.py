"""Opens and closes the inspector: by its action, with Esc where it lies over the photos, and for overlays."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from memapp.core.settings import SETTINGS, Setting, Settings
from memapp.gui.window.actions import Actions
from memapp.gui.window.side_panel import SidePanel


class InspectorPlace(QObject):
    """Remembers whether the inspector is open: beside the photos, and apart from that over them.

    Lives on the GUI thread.
    """

    def __init__(
        self,
        *,
        pages: QStackedWidget,
        inspector: QWidget,
        actions: Actions,
        settings: Settings,
        window: QWidget,
    ) -> None:
        """Put the inspector at the right of the pages; Esc in the window closes it."""
        super().__init__(window)
        self._side = side = SidePanel(pages=pages, panel=inspector)
        self._action = actions["inspector"]
        self._settings = settings
        self._covered = False
        side.moved.connect(self.restore)
        window.installEventFilter(self)

    @property
    def side(self) -> SidePanel:
        """The pages with the inspector."""
        return self._side

    def restore(self) -> None:
        """Open it if it was open when it last lay where it lies now."""
        self._action.setChecked(self._settings.get(self._setting))
        self._update()

    def show(self, wanted: bool) -> None:
        """Open or close it, and remember that."""
        self._settings.set(self._setting, wanted)
        self._update()

    def set_covered(self, covered: bool) -> None:
        """Give its place to the panel of an overlay, or take it back."""
        self._covered = covered
        self._update()

    def close_over(self) -> bool:
        """Close it if it is open over the photos; return whether it was."""
        if not (self._side.over and self._side.open):
            return False
        self._action.setChecked(False)
        return True

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Close it with an Esc that nothing else in the window takes."""
        return (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and self.close_over()
        )

    @property
    def _setting(self) -> Setting[bool]:
        return SETTINGS.inspector_over if self._side.over else SETTINGS.inspector_open

    def _update(self) -> None:
        self._side.set_open(self._action.isChecked() and not self._covered)
