"""Finds photos of one moment, and lets a person change what is grouped: what is on top, out, or joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.control import RunControl
from memapp.core.events import Notice, NoticeKind
from memapp.core.number_text import number_text
from memapp.core.records import ImageKey, PhotoId
from memapp.core.settings import SETTINGS, Settings
from memapp.core.text import tr, trn
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.run.session import Session
from memapp.library.changes import Change, ChangeKind
from memapp.library.found_stacks import Choices, FoundStacks, StackedPhoto
from memapp.library.photo import Photo
from memapp.library.photo_columns import facts_of
from memapp.library.undo import Command, CommandLog
from memapp.workers.supervisor import Supervisor


class _Noted(Protocol):
    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


class _Search(Protocol):
    def __call__(self, photos: Sequence[StackedPhoto], *, control: RunControl) -> FoundStacks: ...


class _Note(Protocol):
    def __call__(self, keys: Sequence[ImageKey], *, control: RunControl) -> Iterator[_Noted]: ...


@dataclass(frozen=True, slots=True)
class MomentWork:
    """The work of lower layers on moments; each is called on a thread of its own."""

    search: _Search
    """Return the stacks among photos. Raises MemappError."""
    note: _Note
    """Note what tells how alike photos are, one after the other, behind other work. Raises MemappError."""
    save: Callable[[Choices], None]
    """Store what a person said. Raises MemappError."""


class MomentCommands(QObject):
    """Commands on moments. Lives on the GUI thread; searches on the thread of `supervisor.moments`.

    Signals:
        noticed(object Notice): something to show.
        progressed(str): how far the pass over photos scored earlier is, in words; empty when there is none.
    """

    noticed = Signal(object)
    progressed = Signal(str)

    def __init__(
        self,
        *,
        session: Session,
        photos: GridModel,
        grid: GridView,
        chosen: Callable[[], Sequence[ImageKey]],
        log: CommandLog,
        supervisor: Supervisor,
        work: MomentWork,
        settings: Settings,
        parent: QObject,
    ) -> None:
        """Group the photos of this model; `chosen` are those that a command is about."""
        super().__init__(parent)
        self._session = session
        self._photos = photos
        self._library = photos.library
        self._book = photos.stacks
        self._grid = grid
        self._chosen = chosen
        self._log = log
        self._worker = supervisor.moments
        self._work = work
        self._settings = settings
        self._noting: int | None = None
        self._lacking: tuple[ImageKey, ...] = ()
        self._searched = False
        """Whether the last search knew all photos."""
        self._find_then = False
        """Whether to look at photos scored earlier when the search has said which they are."""
        self._said: set[str] = set()
        self._book.save = lambda choices: supervisor.saving.start(
            partial(work.save, dict(choices)), done=lambda _nothing: None, failed=self._on_failed
        )
        session.ended.connect(lambda *_end: self.search())
        grid.moment_clicked.connect(self._toggle)
        self._worker.event_ready.connect(self._on_noted)
        self._worker.failed.connect(self._on_noting_failed)
        self._worker.finished.connect(self._on_noting_ended)
        self.destroyed.connect(self._library.subscribe(self._on_change))

    @property
    def runners(self) -> Mapping[str, Callable[[], None]]:
        """What each action on moments runs, by its id."""
        return {
            "moment-toggle": self.toggle,
            "moments-expand": lambda: self._expand(None, expanded=True),
            "moments-collapse": lambda: self._expand(None, expanded=False),
            "moment-top": self.put_on_top,
            "moment-take-out": self.take_out,
            "moment-join": self.join,
            "moments-find": self.find_earlier,
        }

    # Finding

    def group(self, wanted: bool) -> None:
        """Group photos from now on, or show each by itself."""
        self._settings.set(SETTINGS.group_moments, wanted)
        self._book.wanted = wanted
        if wanted:
            self.search()
        self._show()

    def search(self) -> None:
        """Find the moments among the photos that are listed; the search before is given up."""
        if not self._book.wanted or self._session.running or self._noting is not None:
            return
        photos = [self._stacked(row) for row in self._library.rows().tolist()]
        if len(photos) > 1:
            self._worker.start_job(partial(self._search, photos), done=self._take)

    def find_earlier(self) -> None:
        """Look at photos again that were scored before memapp knew moments; stop where that is going on."""
        if self._noting is not None:
            self.stop()
            return
        if not self._searched:
            self._find_then = True
            if not self._worker.busy:
                self.search()
            return
        scored = [key for key in self._lacking if self._photos.scores.outcome(key) is not None]
        if not scored:
            text = tr("All photos have been compared. Photos of one moment are grouped.")
            self.noticed.emit(Notice(NoticeKind.INFORMATION, text))
            return
        self._noting = self._worker.start(lambda control: self._work.note(scored, control=control))
        self._show_progress(0, len(scored))

    def stop(self) -> None:
        """Stop looking at photos scored earlier after the one in hand; what was noted stays."""
        if self._noting is not None:
            self._worker.cancel()

    def _search(self, photos: Sequence[StackedPhoto], control: RunControl) -> FoundStacks | Exception:
        try:
            return self._work.search(photos, control=control)
        except Exception as problem:
            if control.cancelled:
                raise
            return problem

    def _take(self, found: FoundStacks | Exception) -> None:
        if isinstance(found, Exception):
            self._on_failed(found)
            return
        self._lacking, self._searched = found.lacking, True
        self._book.take(found)
        self._photos.stacks_changed.emit()
        if self._find_then:
            self._find_then = False
            self.find_earlier()

    def _stacked(self, row: int) -> StackedPhoto:
        photo = Photo(self._library, row)
        facts = facts_of(photo)
        return StackedPhoto(
            photo.id,
            photo.key,
            facts.taken if facts else None,
            facts.exposure if facts else None,
            facts.camera if facts else None,
        )

    # What a person does

    def toggle(self) -> None:
        """Expand the moments of the chosen photos; collapse them where the first one is expanded."""
        photos = [photo for photo in self._photos_meant() if self._book.in_moment(photo)]
        if photos:
            self._expand(photos, expanded=not self._book.is_expanded(photos[0]))
        else:
            self._say(tr("This photo is not part of a moment."))

    @Slot(object)
    def _toggle(self, key: ImageKey) -> None:
        photo = self._library.id_of(key)
        if photo is not None:
            self._expand([photo], expanded=not self._book.is_expanded(photo))

    def put_on_top(self) -> None:
        """Let the chosen photo stand for its moment; it can be undone."""
        photos = self._photos_meant()[:1]
        choices = self._book.on_top(photos[0]) if photos else {}
        if choices:
            self._run(tr("Put another photo on top of a moment"), photos, choices)
        else:
            self._say(tr("This photo is on top already, or not part of a moment."))

    def take_out(self) -> None:
        """Take the chosen photos out of their moments; it can be undone."""
        choices = self._book.taken_out(self._photos_meant())
        if not choices:
            self._say(tr("This photo is not part of a moment."))
            return
        text = trn("Take {count} photo out of its moment", "Take {count} photos out of moments", len(choices))
        self._run(text, list(choices), choices)

    def join(self) -> None:
        """Make one moment of the chosen photos and of their moments; it can be undone."""
        photos = self._photos_meant()
        if len(photos) > 1:
            choices = self._book.joined(photos)
            text = trn(
                "Join {count} photo into one moment", "Join {count} photos into one moment", len(choices)
            )
            self._run(text, photos, choices)

    def _run(self, text: str, photos: Sequence[PhotoId], choices: Choices) -> None:
        before: Choices = {}

        def do() -> None:
            nonlocal before
            before = self._book.change(choices)
            self._show()

        def undo() -> None:
            self._book.change(before)
            self._show()

        self._log.run(Command(text, do=do, undo=undo, where=photos[0], photos=tuple(photos)))
        self._go_to(photos[0])

    def _photos_meant(self) -> list[PhotoId]:
        return [photo for key in self._chosen() if (photo := self._library.id_of(key)) is not None]

    def _expand(self, photos: Sequence[PhotoId] | None, *, expanded: bool) -> None:
        self._book.expand(photos, expanded=expanded)
        self._show()
        if photos:
            self._go_to(photos[0])

    def _show(self) -> None:
        """Show the photos as they are grouped now; at once, even while the order is held."""
        self._photos.refresh_stacks()

    def _go_to(self, photo: PhotoId) -> None:
        """Choose a photo, or the one that stands for its moment where that is collapsed."""
        key = self._library.key_of(self._book.shown_for(photo))
        if key is not None and self._photos.index_of(key).isValid():
            self._grid.go_to(key)

    # The pass over photos that were scored earlier

    @Slot(int, object)
    def _on_noted(self, request: int, noted: _Noted) -> None:
        if request == self._noting:
            self._show_progress(noted.done, noted.total)

    @Slot(int, object)
    def _on_noting_failed(self, request: int, problem: Exception) -> None:
        if request == self._noting:
            self._on_failed(problem)

    @Slot(int, bool)
    def _on_noting_ended(self, request: int, _cancelled: bool) -> None:
        if request == self._noting:
            self._noting = None
            self.progressed.emit("")
            self._searched = False
            self.search()

    def _show_progress(self, done: int, total: int) -> None:
        text = tr(
            "Comparing photos: {done} of {total}", done=number_text(done, ","), total=number_text(total, ",")
        )
        self.progressed.emit(text)

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.ADDED:
            self._searched = False
        elif change.kind is ChangeKind.CLEARED:
            self._lacking, self._searched, self._find_then = (), False, False
            self.stop()

    def _on_failed(self, problem: Exception) -> None:
        if str(problem) not in self._said:
            self._said.add(str(problem))
            self.noticed.emit(Notice(NoticeKind.WARNING, str(problem)))

    def _say(self, text: str) -> None:
        self.noticed.emit(Notice(NoticeKind.INFORMATION, text))
