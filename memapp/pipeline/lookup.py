"""Lookup of the photos that a run found: by path and state at once, else by content."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from memapp.core.contracts import PhotoRegister, StoreOpener
from memapp.core.events import Event, Identified, Looked, Marked, Notice, Scored
from memapp.core.records import (
    Fingerprint,
    FoundFile,
    FoundPhoto,
    ImageKey,
    NetIdentity,
    PhotoId,
    ScoredPhoto,
)
from memapp.pipeline.known_scores import KnownScores
from memapp.pipeline.photo_ids import ResolvedFile, RunPhotos
from memapp.pipeline.run_helpers import FOUND_BATCH


class Lookup:
    """The found files of one run, on their way to a known score or a decoder. Used by one thread.

    A file with unknown path or state, but the size of a known photo, is first read for its fingerprint: that
    is far cheaper than decoding and scoring it.
    """

    def __init__(self, *, open_store: StoreOpener | None, spare_photos: PhotoRegister) -> None:
        """Use this store of scores and photos, and this register for photos that it can't store."""
        self._scores = KnownScores(open_store)
        self._spare_photos = spare_photos
        self._photos = RunPhotos(kept=None, spare=spare_photos)
        self._found: deque[ResolvedFile] = deque()
        self._to_read: deque[ResolvedFile] = deque()
        self._reading: dict[ImageKey, ResolvedFile] = {}
        self._read: list[tuple[ResolvedFile, Fingerprint | None]] = []

    def open(self) -> Iterator[Event]:
        """Open the store."""
        if notice := self._scores.open():
            yield notice
        self._photos = RunPhotos(kept=self._scores.photos, spare=self._spare_photos)

    def close(self) -> None:
        """Close the store."""
        self._scores.close()

    @property
    def has_work(self) -> bool:
        """Whether files are waiting to be looked up."""
        return bool(self._found or self._read)

    @property
    def is_reading(self) -> bool:
        """Whether files are being looked up by their content."""
        return bool(self._to_read or self._reading or self._read)

    @property
    def done(self) -> bool:
        """Whether every found file is looked up."""
        return not (self._found or self.is_reading)

    def add(self, files: Sequence[FoundFile], unseen: Sequence[FoundFile]) -> tuple[FoundPhoto, ...]:
        """Add found files; return which photos they are, as far as paths and states show.

        Args:
            files: to look up.
            unseen: unreadable files; each is a photo by its path, too.
        """
        resolved = self._photos.resolve((*files, *unseen))
        self._found.extend(resolved[: len(files)])
        return tuple(each.photo for each in resolved)

    def next_to_read(self, most: int) -> Iterator[ImageKey]:
        """Yield files to fingerprint, so that at most this many are being read."""
        while self._to_read and len(self._reading) < most:
            file = self._to_read.popleft()
            self._reading[file.key] = file
            yield file.key

    def take_fingerprint(self, key: ImageKey, fingerprint: Fingerprint | None) -> None:
        """Store the fingerprint of a file that was read; None if it can't be read."""
        if file := self._reading.pop(key, None):
            self._read.append((file, fingerprint))

    def give_up(self, key: ImageKey) -> None:
        """Drop a file that failed while it was being read."""
        self._reading.pop(key, None)

    def look_up(
        self, nets: Sequence[NetIdentity], unknown: deque[ResolvedFile]
    ) -> Iterator[Identified | Marked | Notice | Scored]:
        """Look up the waiting files: yield the known ones, and append the others to those to load.

        Args:
            nets: the nets whose scores count, the best first.
            unknown: gets the files without a score.
        """
        if self._read:
            read, self._read = self._read, []
            yield from self.identify(read)
            files = [
                replace(file, fingerprint=content, settled=content is not None, may_be_known=False)
                for file, content in read
            ]
            yield from self._give_known(files, nets, unknown)
        if self._found:
            count = min(len(self._found), FOUND_BATCH)
            yield from self._give_known([self._found.popleft() for _ in range(count)], nets, unknown)

    def identify(
        self, contents: Sequence[tuple[ResolvedFile, Fingerprint | None]]
    ) -> Iterator[Identified | Marked]:
        """Store the content of these files; yield those that are other photos than their paths suggested."""
        if identified := self._photos.identify(contents):
            yield Identified(identified)
            yield from self.marked(photo.id for photo in identified)

    def looked(self, photos: Sequence[FoundPhoto]) -> Iterator[Looked]:
        """Yield what those of these photos consist of that were looked at."""
        if contents := self._photos.contents(photos):
            yield Looked(contents)

    def marked(self, photos: Iterable[PhotoId]) -> Iterator[Marked]:
        """Yield the stored marks of those of these photos that have some."""
        if marks := self._photos.marks(photos):
            yield Marked(marks)

    def keep(self, photos: Sequence[ScoredPhoto], net: NetIdentity) -> Iterator[Notice]:
        """Store new scores."""
        if notice := self._scores.keep(photos, net):
            yield notice

    def _give_known(
        self, files: Sequence[ResolvedFile], nets: Sequence[NetIdentity], unknown: deque[ResolvedFile]
    ) -> Iterator[Identified | Marked | Notice | Scored]:
        known, notice = self._scores.find(files, nets)
        if notice:
            yield notice
        unsettled: list[tuple[ResolvedFile, Fingerprint | None]] = []
        for file in files:
            score = known.get(file.key)
            if score is None:
                (self._to_read if file.may_be_known else unknown).append(file)
            elif not file.settled:
                unsettled.append((file, score.fingerprint))
        if known:
            yield from self.identify(unsettled)
            yield Scored(tuple(known.values()), known=True)
