"""Marks by keyboard and menu: pick, reject, stars, labels, on the chosen photos, with undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from memapp.core.events import Notice, NoticeKind
from memapp.core.marks import MOST_STARS, Flag, Label, MarkChange
from memapp.core.records import ImageKey, PhotoId
from memapp.core.settings import SETTINGS, Settings
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.window.photo_panes import PhotoPanes
from memapp.library.marks import Changes, MarkBook, command_text
from memapp.library.undo import Command, CommandLog
from memapp.workers.jobs import Jobs


class MarkCommands(QObject):
    """Marks photos, shows it at once and saves it. Lives on the GUI thread; saves on the jobs' thread.

    Signals:
        noticed(object Notice): marks can't be saved, and why; given once for each reason.
    """

    noticed = Signal(object)

    def __init__(
        self,
        *,
        book: MarkBook,
        photos: GridModel,
        panes: PhotoPanes,
        chosen: Callable[[], Sequence[ImageKey]],
        log: CommandLog,
        saving: Jobs,
        save: Callable[[Changes], None],
        may_go_on: Callable[[], bool],
        settings: Settings,
        parent: QObject,
    ) -> None:
        """Mark the chosen photos of this book; `save` stores changes, on the thread of `saving`.

        `may_go_on` says whether the next photo may be shown after a mark.
        """
        super().__init__(parent)
        self._book = book
        self._library = photos.library
        self._stacks = photos.stacks
        self._panes = panes
        self._chosen = chosen
        self._log = log
        self._settings = settings
        self._may_go_on = may_go_on
        self._said: set[str] = set()
        book.save = lambda changes: saving.start(
            partial(save, dict(changes)), done=lambda _nothing: None, failed=self._on_failed
        )

    @property
    def runners(self) -> Mapping[str, Callable[[], None]]:
        """What each action of marks runs, by its id."""
        flags = {"pick": Flag.PICK, "unflag": Flag.NONE, "reject": Flag.REJECT}
        return {
            **{name: partial(self.mark, MarkChange(flag=flag)) for name, flag in flags.items()},
            **{
                f"stars-{stars}": partial(self.mark, MarkChange(stars=stars))
                for stars in range(MOST_STARS + 1)
            },
            **{f"label-{label.name.lower()}": partial(self._label, label) for label in Label},
        }

    def mark(self, change: MarkChange) -> None:
        """Mark the photo in the viewer, else the selected ones; it can be undone."""
        photos = self._photos()
        if not photos:
            return
        alone = len(self._chosen()) == 1
        # Before the mark, which may move the photo, or hide it from the filter.
        beside = self._panes.beside(photos[0])
        self.mark_photos(change, photos)
        if alone and self._may_go_on() and self._settings.get(SETTINGS.advance_after_mark):
            self._panes.go_on(photos[0], beside)

    def mark_photos(self, change: MarkChange, photos: Sequence[PhotoId]) -> None:
        """Mark these photos, at least one, in one step that can be undone."""
        before: Changes = {}

        def do() -> None:
            nonlocal before
            before = self._book.change(dict.fromkeys(photos, change))

        command = Command(
            command_text(change, len(photos)),
            do=do,
            undo=lambda: self._change(before),
            where=photos[0],
            photos=tuple(photos),
        )
        self._log.run(command)

    def _label(self, label: Label) -> None:
        """Give a label; the same again takes it off, as in other programs."""
        photos = self._photos()
        has_it = photos and all(self._book.marks(photo).label is label for photo in photos)
        self.mark(MarkChange(label=Label.NONE if has_it else label))

    def _photos(self) -> list[PhotoId]:
        """Return the chosen photos; RAW and JPEG of one shot are marked alike."""
        found = (self._library.id_of(key) for key in self._chosen())
        return self._stacks.with_companions(photo for photo in found if photo is not None)

    def _change(self, changes: Changes) -> None:
        self._book.change(changes)

    def _on_failed(self, problem: Exception) -> None:
        if str(problem) not in self._said:
            self._said.add(str(problem))
            self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)))
