"""Loading photos ahead of the net in a bounded number of threads, with replacement of hanging threads."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.file_state import check_file
from memapp.core.machine import lower_this_thread
from memapp.core.records import (
    Failure,
    FailureKind,
    FileCheck,
    Fingerprint,
    ImageKey,
    LoadedPhoto,
    PixelArray,
    Precision,
)
from memapp.core.running_time import RunningTime
from memapp.core.text import tr, trn
from memapp.intake.fingerprint import load_fingerprint
from memapp.pipeline.thumbnail_cache import ThumbnailCache

DEADLINE_SECONDS = 90.0
"""After this time, in which the process runs, a thread is abandoned. The loader's own limit is shorter; only
a library that hangs gets here."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A photo that is ready for the net."""

    key: ImageKey
    loaded: LoadedPhoto


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """A photo that was read, but not decoded."""

    key: ImageKey
    fingerprint: Fingerprint | None
    """None if it can't be read: loading it will say why."""


class DecodePool:
    """Threads that call the loader and pass its results to a callback, called on those threads.

    Each submitted photo gives exactly one Decoded or Failure, or, if requested, one Fingerprinted or Failure,
    unless the pool is closed first. Its methods are called by one thread.
    """

    def __init__(
        self,
        *,
        loader: PhotoLoader,
        threads: int,
        deliver: Callable[[Decoded | Fingerprinted | Failure], None],
        control: RunControl,
        thumbnails: ThumbnailCache | None = None,
        deadline: float = DEADLINE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the threads.

        Args:
            loader: turns a photo into the net's frame.
            threads: how many photos are loaded at once.
            deliver: called with the result of each photo.
            control: of the run; threads stop loading once it is cancelled.
            thumbnails: where to store the thumbnails from the same decode; None for none.
            deadline: seconds after which a thread is abandoned.
            clock: seconds that never fall.
        """
        self._loader = loader
        self._thumbnails = thumbnails
        self._deliver = deliver
        self._control = control
        self._deadline = deadline
        self._ran = RunningTime(clock=clock)
        self._waiting: queue.SimpleQueue[tuple[ImageKey, Precision | None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._busy: dict[threading.Thread, tuple[ImageKey, float]] = {}
        self._threads: set[threading.Thread] = set()
        for _ in range(threads):
            self._start_thread()

    def submit(self, key: ImageKey, precision: Precision = Precision.EXACT) -> None:
        """Load this photo for a net of this precision as soon as a thread is free."""
        self._waiting.put((key, precision))

    def submit_fingerprint(self, key: ImageKey) -> None:
        """Read only this photo's fingerprint as soon as a thread is free."""
        self._waiting.put((key, None))

    def give_up_hanging(self) -> None:
        """Replace threads that have been busy with one photo for too long; their photos fail.

        Each call is a heartbeat, by which the time is counted.
        """
        now = self._ran.beat()
        with self._lock:
            hanging = {
                thread: key for thread, (key, since) in self._busy.items() if now - since > self._deadline
            }
            for thread in hanging:
                del self._busy[thread]
                self._threads.discard(thread)
        for key in hanging.values():
            _log.warning("abandoned a thread that hangs reading %r", key.path)
            reason = trn(
                "Reading this photo took longer than {count} second, so it was left out. The file "
                "may be damaged, or its disk too slow. Copy it to this computer, then try again.",
                "Reading this photo took longer than {count} seconds, so it was left out. The file "
                "may be damaged, or its disk too slow. Copy it to this computer, then try again.",
                round(self._deadline),
            )
            self._deliver(Failure(key=key, kind=FailureKind.TOO_SLOW, reason=reason))
            self._start_thread()

    def close(self) -> None:
        """Let the threads end after their current photo, without waiting for one that hangs."""
        for _ in self._threads:
            self._waiting.put(None)

    def join(self, seconds: float) -> None:
        """Wait for the threads to end, at most this long in total."""
        until = time.monotonic() + seconds
        for thread in list(self._threads):
            thread.join(max(0.0, until - time.monotonic()))

    def _start_thread(self) -> None:
        # A daemon: one that hangs inside a library must not keep the program from exiting.
        thread = threading.Thread(target=self._work, name="memapp decoder", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        lower_this_thread()
        me = threading.current_thread()
        while (order := self._waiting.get()) is not None:
            key, precision = order
            if self._control.cancelled:
                continue
            with self._lock:
                self._busy[me] = (key, self._ran.seconds)
            outcome = self._read(key) if precision is None else self._load(key, precision)
            with self._lock:
                given_up = self._busy.pop(me, None) is None
            if given_up:
                return
            if outcome is not None:
                self._deliver(outcome)

    def _read(self, key: ImageKey) -> Fingerprinted | None:
        try:
            fingerprint = load_fingerprint(key.path, control=self._control)
        except Cancelled:
            return None
        except Exception as problem:
            _log.info("no fingerprint of %r: %s", key.path, problem)
            return Fingerprinted(key, None)
        # A file written meanwhile has the fingerprint of neither state.
        return Fingerprinted(key, fingerprint if check_file(key) is FileCheck.SAME else None)

    def _load(self, key: ImageKey, precision: Precision) -> Decoded | Failure | None:
        try:
            return self._load_unchanged(key, precision)
        except PhotoError as problem:
            return Failure(key=key, kind=problem.kind, reason=problem.reason)
        except Cancelled:
            return None
        except Exception as problem:
            # One photo never stops a run, not even through a bug in memapp; the log has the details.
            return _unexpected_failure(key, problem)

    def _load_unchanged(self, key: ImageKey, precision: Precision) -> Decoded | Failure:
        side = self._thumbnails.side_to_make(key) if self._thumbnails else None
        loaded = self._loader(
            key.path, frame=True, longest_side=side, precision=precision, control=self._control
        )
        if check_file(key) is not FileCheck.SAME:
            return _changed(key)
        if self._thumbnails and side is not None and loaded.picture is not None:
            _keep_thumbnail(self._thumbnails, key, loaded.picture, side)
        # The picture must not wait for the net: it takes more memory than the frame.
        return Decoded(key, replace(loaded, picture=None))


def _keep_thumbnail(cache: ThumbnailCache, key: ImageKey, picture: PixelArray, side: int) -> None:
    try:
        cache.keep(key, picture, side)
    except Exception:
        # Only the thumbnail is lost, not the score.
        _log.exception("the thumbnail of %r can't be kept", key.path)


def _changed(key: ImageKey) -> Failure:
    reason = tr("This file was changed while memapp read it. Wait until it is complete, then try again.")
    return Failure(key=key, kind=FailureKind.NOT_SCORED, reason=reason)


def _unexpected_failure(key: ImageKey, problem: Exception) -> Failure:
    """Return the failure shown for a bug in memapp itself; log it with its traceback."""
    _log.error("could not load %r", key.path, exc_info=problem)
    return Failure(
        key=key,
        kind=FailureKind.DAMAGED,
        reason=tr(
            "memapp could not read this photo. Report it to memapp's makers with the log: Help, Show the log."
        ),
    )
