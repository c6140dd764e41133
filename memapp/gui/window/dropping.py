"""Takes files that are dropped or pasted on the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.file_addresses import is_address
from memapp.core.names import display_name
from memapp.core.text import tr, trn
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.drop_area import DropOverlay, given_by

_LONGEST = 80
"""Letters of an entry in a notice."""


class DropTarget(QObject):
    """Lets a window take files that are dropped anywhere on it. Lives on the GUI thread.

    Signals:
        dropped(list[str]): add these paths; may be empty.
        noticed(object Notice): why nothing is added.
    """

    dropped = Signal(list)
    noticed = Signal(object)

    def __init__(self, *, window: QWidget, theme_manager: ThemeManager) -> None:
        super().__init__(window)
        self._veil = DropOverlay(theme_manager=theme_manager, parent=window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def take(self, mime: QMimeData) -> None:
        """Take files that were dropped or pasted, or show why there are none."""
        given = given_by(mime)
        if given.paths and given.refused:
            self._show_notice(
                trn(
                    "{count:,} entry was left out, because it is not a file on this computer: {first}",
                    "{count:,} entries were left out, because they are not files on this computer. "
                    "The first: {first}",
                    len(given.refused),
                    first=_shortened(given.refused[0]),
                )
            )
        elif any(map(is_address, given.refused)):
            self._show_notice(tr("Only files on this computer can be added."))
        elif not given.paths:
            self._show_notice(tr("There are no files in what was dropped or pasted."))
        self.dropped.emit(list(given.paths))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle a drag over the window."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif isinstance(event, QDragMoveEvent) and event.type() == QEvent.Type.DragMove:
            # Copy, never move: originals stay where they are.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        elif event.type() == QEvent.Type.DragLeave:
            self._veil.hide()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self._veil.hide()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.take(event.mimeData())
        else:
            return super().eventFilter(watched, event)
        return True

    def _enter(self, event: QDragEnterEvent) -> None:
        """Accept a drag that has files, anywhere on the window."""
        given = given_by(event.mimeData())
        brings_files = given.paths or any(map(is_address, given.refused))
        # Photos dragged out of the grid are here already.
        if event.source() is None and brings_files:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._veil.cover()
        else:
            event.ignore()

    def _show_notice(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text))


def _shortened(entry: str) -> str:
    """Return an entry for a notice, which holds the beginning of a long one."""
    shown = display_name(entry)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
