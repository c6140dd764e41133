"""Applies the events of runs to a library, and drops those that come too late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Identified,
    Looked,
    Marked,
    Notice,
    NoticeKind,
    Progress,
    Scored,
    Skipped,
    Started,
)
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import EngineInfo, Failure, FoundPhoto, ImageKey, NetIdentity, PhotoId, RunOrder
from memapp.core.text import tr, trn
from memapp.library.contents import note_contents
from memapp.library.marks import MarkBook
from memapp.library.scores import Scores


@dataclass(frozen=True, slots=True)
class News:
    """The contents of some events that are not applied to the library."""

    progress: Progress | None = None
    engine: EngineInfo | None = None
    notices: tuple[Notice, ...] = ()
    failures_changed: bool = False
    skipped_changed: bool = False


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended."""

    photos: int
    """Photos finished, each once, also in a triage."""
    notices: tuple[Notice, ...]


class Ingest:
    """Feeds a library from the events of runs and remembers how the runs went. Used by one thread."""

    def __init__(self, scores: Scores) -> None:
        self._scores = scores
        self._library = scores.library
        self.marks = MarkBook(scores.library)
        self._orders: dict[int, RunOrder] = {}
        """The runs that have not ended, by request number."""
        self._repeats: set[int] = set()
        """Those that only score photos with another net that are here, or that another run finds."""
        self._latest = 0
        self._begun = 0
        """The run that began last."""
        self._superseded = 0
        """Runs up to this number belong to a list that was cleared since; their events are dropped."""
        self._removed: dict[PhotoId, int] = {}
        """Removed photos; events about them from runs up to this number is dropped."""
        self._removed_paths: dict[str, int] = {}
        """The same by the paths of their files, for failures, which carry no id."""
        self._local_ids = 0
        """How many photos without a file have an id of the library's own, below 0."""
        self._local: dict[str, PhotoId] = {}
        self._progress: Progress | None = None
        self._net_of_run: NetIdentity | None = None
        self._done_before_refining: int | None = None
        """Photos finished when a triage began to score the best of them a second time."""
        self._unread: list[Failure] = []
        """Photos that one net has scored and that could not be read again in this run, for another."""
        self.skipped = 0
        """Files that are no pictures and were passed over, in all."""
        self.identities: dict[str, NetIdentity] = {}
        """The nets that have scored, by name."""

    # Orders

    def note_order(self, request: int, order: RunOrder, *, repeats: bool = False) -> None:
        """Note a run that was asked for.

        Args:
            request: its number; they rise.
            order: what it is asked to do.
            repeats: whether it only scores photos that are here, or that another run finds.
        """
        self._latest = request
        self._orders[request] = order
        if repeats:
            self._repeats.add(request)

    def requests_of(self, net: str) -> list[int]:
        """Return the runs of a net that have not ended."""
        return [request for request, order in self._orders.items() if order.net == net]

    def title_of(self, request: int) -> str:
        """Return the title of the net of a run that has not ended; empty where only one net scores."""
        order, nets = self._orders.get(request), self._scores.nets
        titles = [net.title for net in nets if order and net.id == order.net]
        return titles[0] if titles and len(nets) > 1 else ""

    def begin(self, request: int) -> bool:
        """Note that a run began; return False if that was known: events may come before the signal."""
        if request == self._begun:
            return False
        self._begun = request
        self._progress = self._net_of_run = self._done_before_refining = None
        self._unread.clear()
        return True

    # News

    def is_superseded(self, request: int) -> bool:
        """Return whether a run was requested before the last `clear`: its events are dropped."""
        return request <= self._superseded

    def take(self, request: int, events: Iterable[Event]) -> News:
        """Apply events of a run; those of a run from before `clear` are dropped."""
        if self.is_superseded(request):
            return News()
        order = self._orders.get(request)
        net = order.net if order else RESMEM_ID
        progress, engine, notices = None, None, list[Notice]()
        failed = skipped = False
        for event in events:
            match event:
                case Found():
                    self._take_found(event.photos, request)
                case Identified():
                    self._library.identify((photo.found_as, photo.id, photo.key) for photo in event.photos)
                    self.marks.note_identified(event.photos)
                case Looked():
                    ids = {self._library.id_of(key): each for key, each in event.contents.items()}
                    note_contents(self._library, {photo: each for photo, each in ids.items() if photo})
                case Marked():
                    self.marks.take(event.marks)
                case Scored():
                    self._scores.note_scores(event.photos, net)
                case Failed():
                    failed = self._take_failures(event.failures, request) or failed
                case Progress():
                    progress = self._progress = event
                case Skipped() if request not in self._repeats:
                    self.skipped += event.count
                    skipped = True
                case EngineReady():
                    engine = event.engine
                case Started():
                    self._take_net(event.net, net)
                case Notice():
                    notices.append(event)
        return News(progress, engine, tuple(notices), failed, skipped)

    def finish(self, request: int, *, cancelled: bool) -> RunEnd:
        """Note that a run ended, exactly once for each."""
        title = self.title_of(request)
        self._orders.pop(request, None)
        notices: list[Notice] = []
        if self._progress and not self._progress.total and not cancelled and request not in self._repeats:
            notices.append(Notice(NoticeKind.INFORMATION, tr("No photos were found there.")))
        self._repeats.discard(request)
        if self._unread:
            notices.append(Notice(NoticeKind.WARNING, _unread_text(self._unread, title)))
            self._unread.clear()
        photos = self._progress.done if self._progress else 0
        if self._done_before_refining is not None:
            photos = self._done_before_refining
        return RunEnd(photos, tuple(notices))

    # What a person does

    def remove(self, photos: Iterable[PhotoId]) -> tuple[PhotoId, ...]:
        """Remove photos from the list; return those that were there. Runs that go on bring none back."""
        keys = {photo: key for photo in photos if (key := self._library.key_of(photo)) is not None}
        removed = self._library.remove(keys)
        self._removed.update(dict.fromkeys(removed, self._latest))
        self._removed_paths.update((keys[photo].path, self._latest) for photo in removed)
        return removed

    def restore(self, photos: Iterable[PhotoId]) -> tuple[PhotoId, ...]:
        """Undo `remove`; return the photos that came back."""
        restored = self._library.restore(photos)
        for photo in restored:
            self._removed.pop(photo, None)
            if (key := self._library.key_of(photo)) is not None:
                self._removed_paths.pop(key.path, None)
        return restored

    def clear(self) -> None:
        """Empty the list; events of runs that were requested before are dropped."""
        self._superseded = self._latest
        self._removed.clear()
        self._removed_paths.clear()
        self._local.clear()
        self._library.clear()
        self.skipped = 0

    # Inside

    def _take_found(self, photos: Sequence[FoundPhoto], request: int) -> None:
        for photo in photos:
            if (local := self._local.pop(photo.key.path, None)) is not None:
                # It failed before it was found as a photo: it stays where it stands.
                self._library.rename(local, photo.id)
        wanted = (photo for photo in photos if self._removed.get(photo.id, 0) < request)
        if request in self._repeats:
            # A file that can't be looked at has neither size nor time: what is known of its photo stays.
            wanted = (photo for photo in wanted if photo.id in self._library and photo.key.mtime_ns)
        self._library.add((photo.id, photo.key) for photo in wanted)

    def _take_failures(self, failures: Sequence[Failure], request: int) -> bool:
        """Note failures; return whether there are any to show.

        A photo that another net has scored keeps its scores, also where its file is gone.
        """
        noted: dict[PhotoId, Failure] = {}
        for failure in failures:
            photo = self._photo_of(failure.key)
            if photo is None and self._removed_paths.get(failure.key.path, 0) >= request:
                continue
            if request in self._repeats and (photo is None or self._scores.has_any(photo)):
                self._unread.append(failure)
                continue
            noted[self._local_id(failure.key.path) if photo is None else photo] = failure
        self._library.add((photo, failure.key) for photo, failure in noted.items())
        self._scores.note_failures(noted.values())
        return bool(noted)

    def _photo_of(self, key: ImageKey) -> PhotoId | None:
        """Return the photo that a failure is about; a file that can't be looked at is known by its path."""
        photo = self._library.id_of(key)
        return self._library.id_at_path(key.path) if photo is None else photo

    def _local_id(self, path: str) -> PhotoId:
        self._local_ids += 1
        return self._local.setdefault(path, PhotoId(-self._local_ids))

    def _take_net(self, identity: NetIdentity, net: str) -> None:
        if self._net_of_run is not None:
            self._done_before_refining = self._progress.done if self._progress else 0
        self._net_of_run = self.identities[net] = identity


def _unread_text(unread: Sequence[Failure], title: str) -> str:
    first, more = unread[0], len(unread) - 1
    words = {"name": first.key.name, "net": title or tr("this scoring model"), "reason": first.reason}
    if not more:
        return tr("{name} has no score of {net}: {reason}", **words)
    return trn(
        "{name} and {count:,} more have no score of {net}: {reason}",
        "{name} and {count:,} more have no score of {net}: {reason}",
        more,
        **words,
    )
