"""A cache on disk: bytes by photo and variant, never half a file or another photo's, bounded in bytes."""

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

from memapp.core.records import ImageKey

_SEAL_BYTES = 16
_KEPT_AFTER_TRIM = 0.9
"""Of the limit, so that not every new file has the folder searched."""
_RECOUNT_SHARE = 0.05
"""Of the limit: after writing so much the folder is counted again, for others may write there, too."""
_TOUCH_SECONDS = 3600.0
"""A use counts as a new one only after this: reading a screen of them must not write to the disk."""
_RETRY_SECONDS = 60.0
"""After a write that failed, the disk is left alone for so long."""
_ABANDONED_SECONDS = 3600.0
_PART = ".part"

_log = logging.getLogger(__name__)


class DiskCache:
    """A folder of sealed files, shared by threads and processes. A cache: what goes wrong is only logged.

    A file's name is made of the photo's path, size and time, so that a changed photo has none; a seal at its
    end, made of its name and its bytes, tells files that are damaged, cut off or not ours.
    """

    def __init__(self, *, folder: Path, limit: int, largest: int) -> None:
        """Take the place; nothing is read or made yet.

        Args:
            folder: for these files alone.
            limit: bytes that all of them may take; those that were used longest ago go first.
            largest: bytes of one file; nothing larger is kept, or ever read into memory.
        """
        self._folder = folder
        self._limit = limit
        self._largest = largest
        self._lock = threading.Lock()
        self._room = 0
        """Bytes that may still be written before the folder is counted (again)."""
        self._silent_until = 0.0

    def has(self, key: ImageKey, variant: str) -> bool:
        """Whether there is such a file; whether it is sound shows when it is read."""
        return self._path(key, variant).exists()

    def read(self, key: ImageKey, variant: str) -> bytes | None:
        """The bytes that were kept, which counts as a use; None where there are none that can be trusted.

        Args:
            key: the photo, in the state that the bytes were made of.
            variant: what tells several files of one photo apart; letters, digits and hyphens.
        """
        path = self._path(key, variant)
        try:
            with path.open("rb") as file:
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
        """Keep these bytes, in place of those kept before; does nothing where the disk won't have them."""
        if time.monotonic() < self._silent_until or len(content) + _SEAL_BYTES > self._largest:
            return
        path = self._path(key, variant)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content + _seal(path.name, content))
            self._count(len(content) + _SEAL_BYTES)
        except OSError as problem:
            self._silent_until = time.monotonic() + _RETRY_SECONDS
            _log.warning("%s can't be kept just now: %s", self._folder.name, problem)

    def discard(self, key: ImageKey, variant: str) -> None:
        """Forget one file."""
        with suppress(OSError):
            self._path(key, variant).unlink()

    def _path(self, key: ImageKey, variant: str) -> Path:
        # Names of files need not be text.
        name = f"{key.size} {key.mtime_ns} {key.path}".encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(name, digest_size=16).hexdigest()
        # A folder of many thousands of files is slow on some systems.
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
    """Put a file in its place, whole or not at all. Not flushed to the disk: the seal tells what a power cut
    left behind, and it is only a cache."""
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
    """Delete what was used longest ago, if the folder has grown beyond its limit; gives the bytes left."""
    files = sorted(_files(folder))
    total = sum(file.size for file in files)
    excess = total - _KEPT_AFTER_TRIM * limit if total > limit else 0.0
    abandoned = time.time() - _ABANDONED_SECONDS
    for file in files:
        is_part = file.path.endswith(_PART)
        if file.used < abandoned if is_part else excess > 0:
            # Another process may have been quicker, or may be reading it (Windows).
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
