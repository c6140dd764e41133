"""Moving photos to the trash, with undo where the system lets a program put files back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from memapp.core.events import Notice, NoticeKind
from memapp.core.records import ImageKey, PhotoId
from memapp.core.text import tr, trn
from memapp.gui.window.file_commands import FileCommands
from memapp.gui.window.list_commands import ListCommands
from memapp.library.library import Library
from memapp.library.undo import Command, CommandLog


class TrashCommands(QObject):
    """Moves photos to the trash and back. Lives on the GUI thread.

    Signals:
        noticed(object Notice): what was undone or done again.
    """

    noticed = Signal(object)

    def __init__(
        self,
        *,
        files: FileCommands,
        lists: ListCommands,
        library: Library,
        log: CommandLog,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._lists = lists
        self._library = library
        self._log = log

    def move(self, keys: Sequence[ImageKey]) -> None:
        """Ask, then move photos to the trash and take them off the list; the neighbour is selected."""
        if keys and self._files.ask_trash(keys):
            self._files.move_to_trash(keys, done=self._on_moved)

    def _on_moved(self, keys: Sequence[ImageKey]) -> None:
        photos = {photo: key for key in keys if (photo := self._library.id_of(key)) is not None}
        if not photos or not self._files.restores:
            self._lists.take_away(keys)
            return
        first = True

        def do() -> None:
            nonlocal first
            if first:
                first = False
                self._lists.take_away(keys)
            else:
                self._move_again(text, list(photos))

        text = trn("Move {count} photo to the trash", "Move {count} photos to the trash", len(photos))
        command = Command(
            text,
            do=do,
            undo=lambda: self._bring_back(text, photos),
            where=next(iter(photos)),
            says_itself=True,
        )
        self._log.run(command)

    def _bring_back(self, text: str, photos: dict[PhotoId, ImageKey]) -> None:
        ids = {key: photo for photo, key in photos.items()}

        def on_back(keys: Sequence[ImageKey]) -> None:
            self._lists.bring_back([ids[key] for key in keys])
            self._say(tr("Undone: {command}.", command=text))

        self._files.restore_from_trash(list(photos.values()), done=on_back)

    def _move_again(self, text: str, photos: Sequence[PhotoId]) -> None:
        def on_moved(keys: Sequence[ImageKey]) -> None:
            self._lists.take_away(keys)
            self._say(tr("Redone: {command}.", command=text))

        # What could not be brought back is not there to be moved.
        there = [key for photo in photos if (key := self._library.key_of(photo)) is not None]
        if there:
            self._files.move_to_trash(there, done=on_moved)

    def _say(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text))
