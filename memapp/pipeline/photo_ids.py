"""Which photos the files of a run are: asked of the register on disk, else of one in memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from memapp.core.contracts import PhotoRegister
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
    """A file of a run, and which photo it is as far as its path and state tell."""

    file: FoundFile
    id: PhotoId
    fingerprint: Fingerprint | None
    """Of its content, where its state is known."""
    settled: bool
    """Whether the photo is known to lie here in this state."""
    may_be_known: bool
    """Whether a known photo may have this content: its fingerprint will tell, without decoding it."""

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

    What the register on disk can't take gets an id of the one in memory: no run fails for it.
    """

    def __init__(self, *, kept: PhotoRegister | None, spare: PhotoRegister) -> None:
        """Take the register on disk, if there is one, and one in memory that outlives the run."""
        self._kept = kept
        self._spare = spare

    def resolve(self, files: Sequence[FoundFile]) -> list[ResolvedFile]:
        """Say which photos these files are, as far as their paths and states tell."""
        known: dict[FoundFile, KnownPhoto] = {}
        sizes: set[int] = set()
        if self._kept is not None:
            try:
                _register(files, self._kept, known, sizes)
            except Exception as problem:
                # Full, read-only, locked ...: what is known already keeps its id.
                _log.warning("photos can't be registered: %s", problem)
        missing = [file for file in files if file not in known]
        if missing:
            _register(missing, self._spare, known, sizes)
        return [_resolved(file, known[file], sizes) for file in files]

    def identify(
        self, contents: Sequence[tuple[ResolvedFile, Fingerprint | None]]
    ) -> tuple[IdentifiedPhoto, ...]:
        """Remember the content of these files; return those that are other photos than their paths said.

        Args:
            contents: files with their fingerprints; None where a file is known by its path alone.
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

    def _register_of(self, photo: PhotoId) -> PhotoRegister | None:
        return self._spare if photo >= FIRST_IN_MEMORY else self._kept


def _register(
    files: Sequence[FoundFile],
    register: PhotoRegister,
    known: dict[FoundFile, KnownPhoto],
    sizes: set[int],
) -> None:
    """Add these files' photos to the known ones, and to the sizes those that known photos have, too."""
    found = dict(zip(files, register.find(files), strict=True))
    known |= {file: photo for file, photo in found.items() if photo is not None}
    sizes |= register.known_sizes(
        file.key.size for file, photo in found.items() if photo is None or not _is_settled(file, photo)
    )
    new = [file for file, photo in found.items() if photo is None]
    if new:
        for file, photo_id in zip(new, register.add(new), strict=True):
            state = FileState(file.key.size, file.key.mtime_ns)
            known[file] = KnownPhoto(photo_id, state, identified=False)


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
    state = (photo.state.size, photo.state.mtime_ns)
    return photo.identified and state == (file.key.size, file.key.mtime_ns)
