"""Fingerprints for photos that were scored without one, taken while memapp is idle."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from memapp.core.contracts import StoreOpener
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.file_state import check_file
from memapp.core.machine import lower_this_thread
from memapp.core.records import FileCheck, Fingerprint, FoundPhoto, PhotoId
from memapp.intake.fingerprint import load_fingerprint

_PHOTOS_AT_ONCE = 100
_LONGEST_REST = 1.0
_TICK_SECONDS = 0.05

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FingerprintProgress:
    """The progress of the pass."""

    taken: int
    """Photos that got a fingerprint."""
    passed: int
    """Skipped photos: gone, changed, or unreadable now."""


def fingerprint_run(
    *, open_store: StoreOpener, control: RunControl, rest: float = 1.0
) -> Iterator[FingerprintProgress]:
    """Take the fingerprint of every known photo without one whose file is unchanged.

    Lowers the priority of its thread, and rests after each photo, to leave disk and processor to other work.
    Skipped photos are tried again in the next pass; until then they are known by their path.

    Args:
        open_store: opens the store of known photos.
        control: pause and cancel, for other work; the results so far are kept.
        rest: rest after each photo, as a share of the time that reading it took.

    Yields:
        Progress, after each photo.

    Raises:
        StoreError: the store can't be opened or written.
    """
    lower_this_thread(idle=True)
    store = open_store()
    taken = passed = 0
    last = PhotoId(0)
    try:
        while photos := store.photos.without_fingerprint(after=last, most=_PHOTOS_AT_ONCE):
            for photo in photos:
                last = photo.id
                control.checkpoint()
                began = time.monotonic()
                fingerprint = _read(photo, control) if _is_there(photo) else None
                # A file written meanwhile has the fingerprint of neither state.
                if fingerprint is not None and _is_there(photo):
                    store.photos.keep_fingerprint(photo, fingerprint)
                    taken += 1
                else:
                    passed += 1
                yield FingerprintProgress(taken, passed)
                _rest(min(_LONGEST_REST, rest * (time.monotonic() - began)), control)
    except Cancelled:
        return
    finally:
        store.close()


def _read(photo: FoundPhoto, control: RunControl) -> Fingerprint | None:
    try:
        return load_fingerprint(photo.key.path, control=control)
    except PhotoError as problem:
        _log.info("no fingerprint of %r: %s", photo.key.path, problem)
        return None


def _is_there(photo: FoundPhoto) -> bool:
    return check_file(photo.key) is FileCheck.SAME


def _rest(seconds: float, control: RunControl) -> None:
    """Wait, unless cancelled. Raise Cancelled if cancelled."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        control.checkpoint()
        time.sleep(min(left, _TICK_SECONDS))
