"""A cache on disk: bytes by photo and variant, checksummed and limited in size."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from memapp.core.files import make_private_folder, open_regular_file
from memapp.core.records import ImageKey

_SEAL_BYTES = 16
_KEPT_AFTER_TRIM = 0.9
"""Of the limit, so that the folder is not searched for every new file."""
_RECOUNT_SHARE = 0.05
"""Of the limit: after writing this much the folder is counted again, because other processes may write there,
too."""
_TOUCH_SECONDS = 3600.0
"""A use is recorded again only after this time: reading a screen of files must not write to the disk."""
_RETRY_SECONDS = 60.0
"""Time without writing after a failed write."""
_ABANDONED_SECONDS = 3600.0
_PART = ".part"

_log = logging.getLogger(__name__)


class DiskCache:
    """A folder of checksummed files, shared by threads and processes. A cache: errors are only logged.

    A file's name is derived from the photo's path, size and time, so a changed photo has no file. A seal at
    the end, a hash of name and bytes, detects damaged, truncated and foreign files.
    """

    def __init__(self, *, folder: Path, limit: int, largest: int) -> None:
        """Use this folder; nothing is read or created yet.

        Args:
            folder: for these files only.
            limit: total bytes of the files; the least recently used are deleted first.
            largest: bytes of one file; larger ones are neither stored nor read.
        """
        self._folder = folder
        self._limit = limit
        self._largest = largest
        self._lock = threading.Lock()
        self._room = 0
        """Bytes that may be written before the folder is counted (again)."""
        self._silent_until = 0.0

    def has(self, key: ImageKey, variant: str) -> bool:
        """Return whether there is such a file; whether it is intact is checked when it is read."""
        return self._path(key, variant).is_file()

    def read(self, key: ImageKey, variant: str) -> bytes | None:
        """Return the stored bytes, and record the use; None if there are no intact ones.

        Args:
            key: the photo, in the state from which the bytes were made.
            variant: distinguishes several files of one photo; letters, digits and hyphens.
        """
        path = self._path(key, variant)
        try:
            with open_regular_file(path) as file:
                sealed = file.read(self._largest + 1)
                used = os.fstat(file.fileno()).st_mtime
        except OSError:
            return None
        content, seal = sealed[:-_SEAL_BYTES], sealed[-_SEAL_BYTES:]
        if len(sealed) > self._largest or seal != _seal(path.name, content):
            _log.info("a broken file of %s is made again: %s", self._folder.name, path.name)
            self.discard(key, variant)
            return None
        if time.time() - used > _TOUCH_SECONDS:
            with suppress(OSError):
                os.utime(path)
        return content

    def write(self, key: ImageKey, variant: str, content: bytes) -> None:
        """Store these bytes, replacing earlier ones; do nothing if the disk can't be written."""
        if time.monotonic() < self._silent_until or len(content) + _SEAL_BYTES > self._largest:
            return
        path = self._path(key, variant)
        try:
            make_private_folder(path.parent)
            _replace(path, content + _seal(path.name, content))
            self._count(len(content) + _SEAL_BYTES)
        except OSError as problem:
            self._silent_until = time.monotonic() + _RETRY_SECONDS
            _log.warning("%s can't be kept just now: %s", self._folder.name, problem)

    def discard(self, key: ImageKey, variant: str) -> None:
        """Delete one file."""
        with suppress(OSError):
            self._path(key, variant).unlink()

    def _path(self, key: ImageKey, variant: str) -> Path:
        # File names need not be text.
        name = f"{key.size} {key.mtime_ns} {key.path}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(name, digest_size=16).hexdigest()
        # A folder with many thousands of files is slow on some systems.
        return self._folder / digest[:2] / f"{digest}-{variant}"

    def _count(self, written: int) -> None:
        with self._lock:
            self._room -= written
            if self._room < 0:
                total = _trim(self._folder, self._limit)
                self._room = min(self._limit - total, int(self._limit * _RECOUNT_SHARE))


class _Kept(NamedTuple):
    used: float
    size: int
    path: str


def _seal(name: str, content: bytes) -> bytes:
    seal = hashlib.blake2b(name.encode(), digest_size=_SEAL_BYTES)
    seal.update(content)
    return seal.digest()


def _replace(path: Path, content: bytes) -> None:
    """Replace a file atomically. Not flushed to the disk: the seal detects what a power cut left behind, and
    it is only a cache."""
    handle, beside = tempfile.mkstemp(dir=path.parent, suffix=_PART)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise


def _trim(folder: Path, limit: int) -> int:
    """Delete the least recently used files if the folder exceeds its limit; return the remaining bytes."""
    files = sorted(_files(folder))
    total = sum(file.size for file in files)
    excess = total - _KEPT_AFTER_TRIM * limit if total > limit else 0.0
    abandoned = time.time() - _ABANDONED_SECONDS
    for file in files:
        is_part = file.path.endswith(_PART)
        if file.used < abandoned if is_part else excess > 0:
            # Another process may have been faster, or may be reading it (Windows).
            with suppress(OSError):
                Path(file.path).unlink()
                total -= file.size
                excess -= file.size
    return total


def _files(folder: Path) -> Iterator[_Kept]:
    for shard in _entries(folder):
        for entry in _entries(Path(shard.path)):
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                yield _Kept(status.st_mtime, status.st_size, entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # no folder, or a file where a folder should be
        return []
