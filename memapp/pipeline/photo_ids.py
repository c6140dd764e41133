"""The ids of a run's photos: from the register on disk, else from one in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from memapp.core.contents import Contents
from memapp.core.contracts import PhotoRegister
from memapp.core.errors import StoreError
from memapp.core.marks import Marks
from memapp.core.records import (
    FileState,
    Fingerprint,
    FoundFile,
    FoundPhoto,
    IdentifiedPhoto,
    ImageKey,
    KnownPhoto,
    PhotoId,
)
from memapp.intake.fingerprint import read_fingerprint
from memapp.store.photos import FIRST_IN_MEMORY

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ResolvedFile:
    """A file of a run, and which photo it is, as far as its path and state show."""

    file: FoundFile
    id: PhotoId
    fingerprint: Fingerprint | None
    """Of its content, if its state is known."""
    settled: bool
    """Whether the photo is known to be here in this state."""
    may_be_known: bool
    """Whether a known photo may have this content: its fingerprint will show, without decoding."""

    @property
    def key(self) -> ImageKey:
        """The file's key."""
        return self.file.key

    @property
    def photo(self) -> FoundPhoto:
        """The photo, as it is Found."""
        return FoundPhoto(self.id, self.file.key)


class RunPhotos:
    """The ids of one run's photos. Used by one thread.

    Photos that can't be written to the register on disk get an id from the one in memory, so no run fails for
    that.
    """

    def __init__(self, *, kept: PhotoRegister | None, spare: PhotoRegister) -> None:
        """Use the register on disk, if there is one, and one in memory that outlives the run."""
        self._kept = kept
        self._spare = spare

    def resolve(self, files: Sequence[FoundFile]) -> list[ResolvedFile]:
        """Return which photos these files are, as far as their paths and states show."""
        known: list[KnownPhoto | None] = [None] * len(files)
        sizes: set[int] = set()
        for register in (self._kept, self._spare):
            if register is None or None not in known:
                continue
            try:
                _register(files, register, known, sizes)
            except Exception as problem:
                if register is self._spare:
                    raise
                # Full, read-only, locked ...: known photos keep their ids.
                _log.warning("photos can't be registered: %s", problem)
        return [_resolved(file, photo, sizes) for file, photo in zip(files, known, strict=True) if photo]

    def identify(
        self, contents: Sequence[tuple[ResolvedFile, Fingerprint | None]]
    ) -> tuple[IdentifiedPhoto, ...]:
        """Store the content of these files; return those that are other photos than their paths suggested.

        Args:
            contents: files with their fingerprints; None if a file is known by its path only.
        """
        identified: list[IdentifiedPhoto] = []
        for register in (self._kept, self._spare):
            mine = [each for each in contents if self._register_of(each[0].id) is register]
            if register is None or not mine:
                continue
            try:
                ids = register.identify(
                    [(resolved.file, resolved.id, fingerprint) for resolved, fingerprint in mine],
                    read_fingerprint=read_fingerprint,
                )
            except Exception as problem:
                _log.warning("the state of photos can't be registered: %s", problem)
                continue
            identified += [
                IdentifiedPhoto(resolved.key, found_as=resolved.id, id=photo)
                for (resolved, _), photo in zip(mine, ids, strict=True)
                if photo != resolved.id
            ]
        return tuple(identified)

    def marks(self, photos: Iterable[PhotoId]) -> dict[PhotoId, Marks]:
        """Return the stored marks of those of these photos that have some."""
        found: dict[PhotoId, Marks] = {}
        wanted = set(photos)
        for register in (self._kept, self._spare):
            mine = [photo for photo in wanted if self._register_of(photo) is register]
            if register is None or not mine:
                continue
            try:
                found.update(register.marks(mine))
            except StoreError as problem:
                _log.warning("marks can't be read: %s", problem)
        return found

    def contents(self, photos: Iterable[FoundPhoto]) -> dict[ImageKey, Contents]:
        """Return what those of these photos consist of that were looked at."""
        found: dict[ImageKey, Contents] = {}
        for register in (self._kept, self._spare):
            mine = [photo.key for photo in photos if self._register_of(photo.id) is register]
            if register is None or not mine:
                continue
            try:
                found.update(register.contents(mine))
            except StoreError as problem:
                _log.warning("what is in photos can't be read: %s", problem)
        return found

    def _register_of(self, photo: PhotoId) -> PhotoRegister | None:
        return self._spare if photo >= FIRST_IN_MEMORY else self._kept


def _register(
    files: Sequence[FoundFile],
    register: PhotoRegister,
    known: list[KnownPhoto | None],
    sizes: set[int],
) -> None:
    """Fill in the unknown photos, and add to the sizes those that known photos also have."""
    places = [place for place, photo in enumerate(known) if photo is None]
    new: list[int] = []
    unsettled: set[int] = set()
    for place, photo in zip(places, register.find([files[place] for place in places]), strict=True):
        known[place] = photo
        if photo is None:
            new.append(place)
        if photo is None or not _is_settled(files[place], photo):
            unsettled.add(files[place].key.size)
    sizes |= register.known_sizes(unsettled)
    if new:
        for place, photo_id in zip(new, register.add([files[place] for place in new]), strict=True):
            key = files[place].key
            known[place] = KnownPhoto(photo_id, FileState(key.size, key.mtime_ns), identified=False)


def _resolved(file: FoundFile, photo: KnownPhoto, sizes: set[int]) -> ResolvedFile:
    settled = _is_settled(file, photo)
    return ResolvedFile(
        file=file,
        id=photo.id,
        fingerprint=photo.state.fingerprint if settled else None,
        settled=settled,
        may_be_known=not settled and file.key.size in sizes,
    )


def _is_settled(file: FoundFile, photo: KnownPhoto) -> bool:
    state, key = photo.state, file.key
    return photo.identified and state.size == key.size and state.mtime_ns == key.mtime_ns
