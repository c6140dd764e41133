"""Opening a file so that it can't block, whatever is at its path: the only open() of intake."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import tr
from memapp.intake import problems
from memapp.intake.limits import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Without O_NONBLOCK, opening a FIFO without a writer waits forever; regular files ignore it.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class PhotoFile(io.BufferedReader):
    """A photo's file, open for reading. Each read checks the time and cancellation, so that decoders that
    read in pieces stop early. Used by one thread."""

    def __init__(self, raw: io.RawIOBase, *, size: int, deadline: Deadline) -> None:
        super().__init__(raw, buffer_size=64 * 1024)
        self._deadline = deadline
        self.size = size
        """Bytes, when it was opened."""
        self.ran_out = False
        """Whether a reader asked for more bytes than the file had."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, unless the time is up or the run is cancelled.

        Raises:
            PhotoError: the time is up.
            Cancelled: the run was cancelled.
        """
        self._deadline.check()
        data = super().read(size)
        if size is not None and 0 < len(data) < size:
            self.ran_out = True
        return data

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read as read() does."""
        self._deadline.check()
        return super().readinto(buffer)


@contextmanager
def open_photo_file(path: str, *, deadline: Deadline) -> Iterator[PhotoFile]:
    """Open one regular file; never blocks on a FIFO or device.

    Raises:
        PhotoError: it is missing, unreadable or not a regular file.
    """
    try:
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError) as problem:
        raise not_a_file(path) or problems.from_system(problem) from problem
    status = os.fstat(handle)
    if special := describe_special(status.st_mode):
        os.close(handle)
        raise special
    with io.FileIO(handle, "rb") as raw, PhotoFile(raw, size=status.st_size, deadline=deadline) as file:
        yield file


@contextmanager
def second_handle(file: PhotoFile, *, deadline: Deadline) -> Iterator[PhotoFile]:
    """Keep an open file available: most decoders close their file. Both handles share one position."""
    with (
        io.FileIO(os.dup(file.fileno()), "rb") as raw,
        PhotoFile(raw, size=file.size, deadline=deadline) as again,
    ):
        yield again


def file_in_memory(data: bytes, *, deadline: Deadline) -> PhotoFile:
    """Return a file inside a file as a file of its own."""
    # At run time any object with readinto() works, such as BytesIO.
    return PhotoFile(cast(io.RawIOBase, io.BytesIO(data)), size=len(data), deadline=deadline)


def not_a_file(path: str) -> PhotoError | None:
    """Return why an existing path can't be a photo, or None if it may be one or is unknown."""
    try:
        return describe_special(os.stat(path).st_mode)  # noqa: PTH116 (paths are plain text all through intake)
    except (OSError, ValueError):
        return None


def describe_special(mode: int) -> PhotoError | None:
    """Return why something with this st_mode can't be a photo, or None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return PhotoError(FailureKind.NOT_A_PICTURE, tr("This is a folder, not a picture."))
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        reason = tr("This is a connection between programs, not a picture.")
    else:
        reason = tr("This is a device, not a picture.")
    return PhotoError(FailureKind.NOT_A_PICTURE, reason)
