"""A lock between processes, based on a file."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_log = logging.getLogger(__name__)
_LOOK_AGAIN_SECONDS = 0.01


@contextmanager
def file_lock(file: Path, *, seconds: float = 2.0) -> Iterator[bool]:
    """Hold the lock that goes with a file; the file is made, and stays. The lock ends with the process.

    A lock that does not come in time, or that the file system does not know, is done without: whatever is
    guarded must stay whole then, too, if perhaps without another process's last change.

    Yields:
        Whether the lock is held.
    """
    handle: int | None = None
    held = False
    try:
        # Not blocking: with a FIFO in the file's place, opening it would wait for a reader for ever.
        handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600)
        held = _taken(handle, until=time.monotonic() + seconds)
    except OSError as problem:
        _log.warning("%s can't be locked: %s", file, problem.strerror)
    try:
        yield held
    finally:
        if handle is not None:
            if held:
                _let_go(handle)
            os.close(handle)


def _taken(handle: int, *, until: float) -> bool:
    while True:
        with suppress(BlockingIOError, PermissionError):
            _take(handle)
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _let_go(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
