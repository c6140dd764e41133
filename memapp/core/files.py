"""Atomic writing of files, with a check beforehand whether it will work; safe reading."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import Any

from memapp.core.text import tr

_MOST_LINKS = 40
"""Links followed in sequence, as systems do."""

_DESCRIPTOR = re.compile(r"/(?:proc/(?P<process>self|\d+)|dev)/fd/(?P<number>\d+)")
"""The target of /dev/stdout on Linux, and /dev/fd/1 on macOS."""


class OutputProblem(StrEnum):
    """Why nothing can be written to a path."""

    FOLDER = "it is a folder"
    NO_FOLDER = "the folder that it would be in is not there"
    NO_FILE = "it is neither a file nor something to write into"
    PROTECTED = "it may not be written"


def output_problem(path: Path) -> OutputProblem | None:
    """Return why nothing can be written to a path; None if it should work.

    An existing path must be a writable regular file, FIFO or character device, or a link to one. A path that
    does not exist must have a writable folder.
    """
    if own_descriptor(path) is not None:
        return None
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return _folder_problem(_behind_links(path).parent)
    except (OSError, ValueError):
        return OutputProblem.NO_FILE
    if stat.S_ISDIR(mode):
        return OutputProblem.FOLDER
    if not (stat.S_ISREG(mode) or _is_stream(mode)):
        return OutputProblem.NO_FILE
    if not os.access(path, os.W_OK):
        return OutputProblem.PROTECTED
    # A file is replaced, a stream is written into.
    return None if _is_stream(mode) else _folder_problem(_behind_links(path).parent)


def is_one_of(path: Path, others: Iterable[str]) -> bool:
    """Return whether a path leads to the same file as one of the others, under any name."""
    try:
        wanted = path.stat()
    except (OSError, ValueError):
        return False
    return any(_is_same(wanted, other) for other in others)


def open_regular_file(path: Path) -> BufferedReader:
    """Open a regular file to read; a FIFO or a device in its place is refused without waiting.

    Raises:
        OSError: it can't be read, or is not a regular file (a link to one is).
    """
    # Not blocking: opening a FIFO would wait forever for a writer.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, tr("it is a folder or a device, not a file"), str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular_file(path: Path, *, most_bytes: int) -> bytes:
    """Read a whole regular file, as open_regular_file does.

    Raises:
        OSError: it can't be read, is not a regular file, or is too large.
    """
    with open_regular_file(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, tr("it is too large"), str(path))
    return content


def read_json(path: Path, *, most_bytes: int) -> Any:
    """Read a JSON document in UTF-8, as read_regular_file does.

    Raises:
        OSError: as read_regular_file does.
        ValueError: it is not such a document, or is nested too deep.
    """
    try:
        return json.loads(read_regular_file(path, most_bytes=most_bytes).decode("utf-8"))
    except RecursionError as problem:
        raise ValueError("it is nested too deep") from problem


def make_private_folder(folder: Path) -> None:
    """Create a folder and its missing parents for their owner only; existing ones are not changed.

    Raises:
        OSError: it can't be created, or is not a folder.
    """
    for above in reversed([folder, *folder.parents]):
        above.mkdir(mode=0o700, exist_ok=True)


def keep_from_others(path: Path) -> None:
    """Remove other users' access to an existing file; ignored if that is not possible."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) and mode & 0o077:
            path.chmod(stat.S_IMODE(mode) & 0o700)


def write_atomically(path: Path, text: str, *, private: bool = False) -> None:
    """Write UTF-8 text atomically: to a temporary file, flushed to disk, then renamed.

    Line ends are written as they are in the text. A surrogate-escaped name in it becomes "?". Only its
    owner can read a private file.

    Raises:
        OSError: nothing was changed.
    """
    write_bytes_atomically(path, text.encode("utf-8", errors="replace"), private=private)


def write_bytes_atomically(path: Path, content: bytes | memoryview, *, private: bool = False) -> None:
    """Write bytes atomically: to a temporary file, flushed to disk, then renamed.

    Through a link, its target is written. A FIFO or a character device, such as /dev/stdout, is written into;
    bytes written there before an error can't be undone. A private file is always a regular one that
    only its owner can read.

    Raises:
        OSError: no file was changed.
    """
    if not private and (descriptor := own_descriptor(path)) is not None:
        _write_into(os.dup(descriptor), content)
        return
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        if private or not _is_stream(mode):
            problem = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(problem, os.strerror(problem), str(path))
        # Never created: the existing stream is written into, or nothing.
        _write_into(os.open(path, os.O_WRONLY), content)
        return
    _replace(_behind_links(path), content, 0o600 if private else _access(mode))


def _replace(target: Path, content: bytes | memoryview, access: int) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(access)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _access(mode: int | None) -> int:
    """Return the permissions of a file that replaces one with this mode; None if there was none."""
    # An ordinary new file follows the user's umask. A setuid bit must not be kept for new content.
    return mode & 0o777 if mode is not None else 0o666 & ~_umask()


def _write_into(descriptor: int, content: bytes | memoryview) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _is_stream(mode: int) -> bool:
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _is_same(wanted: os.stat_result, other: str) -> bool:
    try:
        return os.path.samestat(wanted, os.stat(other))  # noqa: PTH116 (a path may be no text)
    except (OSError, ValueError):
        return False


def _folder_problem(folder: Path) -> OutputProblem | None:
    if not folder.is_dir():
        return OutputProblem.NO_FOLDER
    return None if os.access(folder, os.W_OK | os.X_OK) else OutputProblem.PROTECTED


def _behind_links(path: Path) -> Path:
    """Return the path that links lead to, whether the file exists or not."""
    return Path(os.path.realpath(path))


def own_descriptor(path: Path) -> int | None:
    """Return the open file of this process that a path names, as /dev/stdout does; None if there is none.

    Opening such a path again would start at the beginning of the file that the output goes to.
    """
    current = os.path.abspath(path)  # noqa: PTH100 (without following links)
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(current)
        current = os.path.join(os.path.realpath(folder), name)  # noqa: PTH118
        match = _DESCRIPTOR.fullmatch(current)
        if match is not None:
            is_own = match["process"] in (None, "self", str(os.getpid()))
            return int(match["number"]) if is_own else None
        try:
            current = os.path.normpath(os.path.join(os.path.dirname(current), os.readlink(current)))  # noqa: PTH115, PTH118, PTH120
        except (OSError, ValueError):
            return None
    return None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
