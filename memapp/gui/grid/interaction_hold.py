"""Holds the grid's order while a person uses the mouse or the keyboard in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication

from memapp.gui.grid.grid_model import GridModel

REST_MILLISECONDS = 1500
"""The time after the last movement until the order is released."""

_INTERACTIONS = {
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel,
    QEvent.Type.NativeGesture,
    QEvent.Type.KeyPress,
    QEvent.Type.ContextMenu,
}


class InteractionHold(QObject):
    """Watches a grid for pointer and keys, and holds its order meanwhile. Lives on the GUI thread.

    The order is released when the hand has rested, no button is down and no menu is open.
    """

    def __init__(self, *, view: QAbstractItemView, model: GridModel) -> None:
        """Watch this view on behalf of its model; the view owns the watcher."""
        super().__init__(view)
        self._model = model
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._on_rest)
        for watched in (view, view.viewport(), view.verticalScrollBar()):
            watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch events, and pass all of them on."""
        if event.type() in _INTERACTIONS:
            self._model.hold()
            self._rest.start()
        return False

    def _on_rest(self) -> None:
        if QApplication.mouseButtons().value or QApplication.activePopupWidget() is not None:
            self._rest.start()
        else:
            self._model.release()
