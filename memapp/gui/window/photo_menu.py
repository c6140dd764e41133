"""The context menu of photos in a list."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from memapp.gui.window.actions import Actions

_LINE = ""
_ENTRIES = (
    *("open", "reveal", "copy", _LINE, "pick", "reject", "unflag", _LINE, "moment-toggle", "moment-top"),
    *("moment-take-out", "moment-join", _LINE, "score-rest", "score-exact", _LINE),
    *("remove", "trash"),
)


class PhotoMenu(QObject):
    """Opens the menu of the photos of a view. Lives on the GUI thread."""

    def __init__(self, *, view: QWidget, actions: Actions) -> None:
        """Open where a list asks for a context menu on a photo, or anywhere on a view of one photo."""
        super().__init__(view)
        self._view = view
        self._actions = actions
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show)

    @Slot(QPoint)
    def _show(self, position: QPoint) -> None:
        surface = self._view
        if isinstance(surface, QAbstractItemView):
            if not surface.indexAt(position).isValid():
                return
            surface = surface.viewport()
        menu = QMenu(self._view)
        for action_id in _ENTRIES:
            if action_id == _LINE:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[action_id])
        menu.exec(surface.mapToGlobal(position))
        menu.deleteLater()
