"""The context menu of photos in a list."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QAbstractItemView, QMenu

from memapp.gui.window.actions import Actions

_LINE = ""
_ENTRIES = (
    *("open", "reveal", "copy", _LINE, "pick", "reject", "unflag", _LINE, "score-rest", "score-exact", _LINE),
    *("remove", "trash"),
)


class PhotoMenu(QObject):
    """Opens the menu of the photos that are selected in a view. Lives on the GUI thread."""

    def __init__(self, *, view: QAbstractItemView, actions: Actions) -> None:
        """Open where the view asks for a context menu on a photo."""
        super().__init__(view)
        self._view = view
        self._actions = actions
        view.customContextMenuRequested.connect(self._show)

    @Slot(QPoint)
    def _show(self, position: QPoint) -> None:
        if not self._view.indexAt(position).isValid():
            return
        menu = QMenu(self._view)
        for action_id in _ENTRIES:
            if action_id == _LINE:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[action_id])
        menu.exec(self._view.viewport().mapToGlobal(position))
        menu.deleteLater()
