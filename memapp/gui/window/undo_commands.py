"""Undo and redo of everything that a person did, and the way back to where it was done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from memapp.core.errors import MemappError
from memapp.core.events import Notice, NoticeKind
from memapp.library.undo import Command, CommandLog


class UndoCommands(QObject):
    """Shows a command log to the window. Lives on the GUI thread.

    Signals:
        changed(): other commands can be undone or redone.
        went(object Command): this one was undone or redone; show what it was about.
        noticed(object Notice): what was undone, or why it could not be.
    """

    changed = Signal()
    went = Signal(object)
    noticed = Signal(object)

    def __init__(self, *, log: CommandLog, parent: QObject) -> None:
        super().__init__(parent)
        self._log = log
        self.destroyed.connect(log.subscribe(self.changed.emit))

    @property
    def undo_text(self) -> str | None:
        """What the next undo undoes; None where there is nothing to undo."""
        return self._log.undo_text

    @property
    def redo_text(self) -> str | None:
        """What the next redo does again; None where there is nothing to redo."""
        return self._log.redo_text

    def undo(self) -> None:
        """Undo the last command and go where it was done."""
        self._go(self._log.undo, "Undone")

    def redo(self) -> None:
        """Do again what was undone last, and go there."""
        self._go(self._log.redo, "Done again")

    def _go(self, step: Callable[[], Command | None], what: str) -> None:
        try:
            command = step()
        except (MemappError, OSError) as problem:
            self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)))
            return
        if command is not None:
            self.went.emit(command)
            self.noticed.emit(Notice(NoticeKind.INFORMATION, f"{what}: {command.text}."))
