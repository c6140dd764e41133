"""The fingerprint of a file's content: the first 128 bits of BLAKE3 (docs/decisions/identity.md)."""

from __future__ import annotations

from blake3 import blake3

from memapp.core import file_state
from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FileCheck, Fingerprint, ImageKey
from memapp.intake import problems
from memapp.intake.limits import DEFAULT_LIMITS, Deadline
from memapp.intake.reading import PhotoFile, open_photo_file

_BYTES = 16
_PIECE = 1024 * 1024


def fingerprint_of(file: PhotoFile) -> Fingerprint:
    """Return the fingerprint of an open file, read from start to end; the position is lost.

    Raises:
        PhotoError: the time is up.
        OSError: it can't be read.
        Cancelled: the run was cancelled.
    """
    digest = blake3()
    piece = memoryview(bytearray(_PIECE))
    file.seek(0)
    while count := file.readinto(piece):
        digest.update(piece[:count])
    return Fingerprint(digest.digest(length=_BYTES))


def load_fingerprint(path: str, *, control: RunControl | None = None) -> Fingerprint:
    """Return the fingerprint of the file at a path. Thread-safe.

    Raises:
        PhotoError: it is missing, unreadable or not a regular file, or takes too long.
        Cancelled: control was cancelled.
    """
    deadline = Deadline(seconds=DEFAULT_LIMITS.seconds, control=control)
    with open_photo_file(path, deadline=deadline) as file:
        try:
            return fingerprint_of(file)
        except OSError as problem:
            raise problems.from_system(problem) from problem


def read_fingerprint(path: str) -> Fingerprint | None:
    """Return the fingerprint of the file at a path; None if it can't be read. Thread-safe."""
    try:
        return load_fingerprint(path)
    except PhotoError:
        return None


def check_photo(key: ImageKey, fingerprint: Fingerprint | None = None) -> FileCheck:
    """Return whether a photo's file has changed; reads it if only its time differs. Implements StateCheck."""
    return file_state.check_file(key, fingerprint, read_fingerprint=read_fingerprint)
