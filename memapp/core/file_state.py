"""Whether a file is still the photo that was shown, checked before acting on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, TypeAlias

from memapp.core.records import FileCheck, FileState, Fingerprint, ImageKey
from memapp.core.text import deferred

FingerprintReader: TypeAlias = Callable[[str], Fingerprint | None]
"""Returns the fingerprint of the file at a path; None if it can't be read."""

_REFUSALS = {
    FileCheck.CHANGED: deferred(
        "This file was changed or replaced since it was shown. Wait until it is scored again, then try again."
    ),
    FileCheck.GONE: deferred("This file is no longer there. It was moved, renamed or deleted."),
}


class StateCheck(Protocol):
    """Checks whether the file of a key is still in that state."""

    def __call__(self, key: ImageKey, fingerprint: Fingerprint | None = None) -> FileCheck:
        """Check the file now.

        Args:
            key: the state that was shown.
            fingerprint: of its content, if known: then a new time alone is not a change.
        """


def state_of(path: str) -> FileState | None:
    """Return the state of the file at a path, links followed; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 (paths are plain text in the records)
    except (OSError, ValueError):
        return None
    return FileState(status.st_size, status.st_mtime_ns)


def check_file(
    key: ImageKey,
    fingerprint: Fingerprint | None = None,
    *,
    read_fingerprint: FingerprintReader = lambda path: None,
) -> FileCheck:
    """Return what happened to a file since it was in the state of its key.

    Args:
        key: the state that was shown.
        fingerprint: of its content then; None if unknown.
        read_fingerprint: reads the file if its size is the same and its time is not.
    """
    now = state_of(key.path)
    if now is None:
        return FileCheck.GONE
    if now.size != key.size:
        return FileCheck.CHANGED
    if now.mtime_ns == key.mtime_ns:
        return FileCheck.SAME
    if fingerprint is not None and read_fingerprint(key.path) == fingerprint:
        return FileCheck.SAME
    return FileCheck.CHANGED


def refusal(check: FileCheck) -> str:
    """Return the sentence why memapp does not act on a file that is not the photo shown."""
    return str(_REFUSALS[check])
