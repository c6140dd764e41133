"""Undo and redo of every command, and the way back to its photo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from memapp.core.errors import MemappError
from memapp.core.events import Notice, NoticeKind
from memapp.core.text import Deferred, deferred
from memapp.library.undo import Command, CommandLog


class UndoCommands(QObject):
    """Shows a command log to the window. Lives on the GUI thread.

    Signals:
        changed(): other commands can be undone or redone.
        went(object Command): this one was undone or redone; show its photo.
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
        """The text of the command that undo undoes; None where there is none."""
        return self._log.undo_text

    @property
    def redo_text(self) -> str | None:
        """The text of the command that redo does again; None where there is none."""
        return self._log.redo_text

    def undo(self) -> None:
        """Undo the last command and show its photo."""
        self._go(self._log.undo, deferred("Undone: {command}."))

    def redo(self) -> None:
        """Redo the command that was undone last, and show its photo."""
        self._go(self._log.redo, deferred("Redone: {command}."))

    def _go(self, step: Callable[[], Command | None], done: Deferred) -> None:
        try:
            command = step()
        except (MemappError, OSError) as problem:
            self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)))
            return
        if command is not None:
            self.went.emit(command)
            if not command.says_itself:
                self.noticed.emit(Notice(NoticeKind.INFORMATION, done.filled(command=command.text)))
