"""The run: paths go in, events come out. A plain generator; whoever drives it decides on which thread.

    discover (thread) -> known already? (store) -> decode (threads) -> score a batch (here) -> store -> events

The net is loaded on a thread of its own, and only when a photo needs it, so that placeholders and known
scores come at once. Everything that those threads find lands in one inbox, which the generator empties.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from memapp.core.contracts import PhotoFinder, PhotoLoader, Scorer, ScorerFactory, ScoreStore, StoreOpener
from memapp.core.control import RunControl
from memapp.core.errors import StoreError
from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Notice,
    NoticeKind,
    Scored,
    Skipped,
    Started,
)
from memapp.core.frame import FRAME_SIDE
from memapp.core.machine import usable_cores
from memapp.core.records import (
    Failure,
    FoundPhoto,
    ImageKey,
    NetIdentity,
    PhotoId,
    Precision,
    ScoredPhoto,
    SkippedFile,
)
from memapp.pipeline.decode_pool import Decoded, DecodePool
from memapp.pipeline.progress import ProgressMeter
from memapp.pipeline.run_helpers import (
    FOUND_BATCH,
    HelperMessage,
    NetProblem,
    NetReady,
    RunHelpers,
    SearchEnded,
)
from memapp.pipeline.thumbnail_cache import ThumbnailCache

_FIRST_BATCH = 4
"""The first scores should not wait for a whole batch."""
_FRAME_BYTES = 3 * FRAME_SIDE**2
_AHEAD_BYTES = 64_000_000
"""Of frames that wait beyond the next batch, however large batches are. What decoding itself takes is bounded
by the loader."""
_TICK_SECONDS = 0.1
_JOIN_SECONDS = 2.0

_log = logging.getLogger(__name__)


def score_run(
    paths: Iterable[str],
    *,
    finder: PhotoFinder,
    loader: PhotoLoader,
    scorers: ScorerFactory,
    open_store: StoreOpener | None,
    control: RunControl,
    thumbnails: ThumbnailCache | None = None,
    decoders: int | None = None,
) -> Iterator[Event]:
    """Score every photo below some paths.

    Args:
        paths: files and folders, as the user gave them.
        finder: turns them into photos.
        loader: turns a photo into the net's frame.
        scorers: knows the net, and loads it when a photo needs it.
        open_store: where known scores are; None to score everything and keep nothing.
        control: pause and cancel. After a cancel the generator ends within a batch; what was scored is kept.
        thumbnails: where to put the thumbnails that come with the same decode; None to make none.
        decoders: threads that load photos; None for one a core.

    Yields:
        Events in the order that core.events describes.

    Raises:
        WeightsError: the net can't be had; raised after every photo was Found and every known score given.
        MemappError: the net failed on the CPU itself; scores so far are kept.
    """
    run = _ScoreRun(
        finder=finder,
        loader=loader,
        scorers=scorers,
        open_store=open_store,
        control=control,
        thumbnails=thumbnails,
        decoders=decoders or max(2, usable_cores()),
    )
    try:
        yield from run.events(list(paths))
    finally:
        run.close()


_Message: TypeAlias = HelperMessage | Decoded | Failure


class _ScoreRun:
    """The state of one run; everything here is touched by the generator's thread only, but for the inbox."""

    def __init__(
        self,
        *,
        finder: PhotoFinder,
        loader: PhotoLoader,
        scorers: ScorerFactory,
        open_store: StoreOpener | None,
        control: RunControl,
        thumbnails: ThumbnailCache | None,
        decoders: int,
    ) -> None:
        self._scorers = scorers
        self._open_store = open_store
        self._control = control
        self._decoders = decoders
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._pool = DecodePool(
            loader=loader,
            threads=decoders,
            deliver=self._inbox.put,
            control=control,
            thumbnails=thumbnails,
        )
        self._helpers = RunHelpers(finder=finder, scorers=scorers, control=control, deliver=self._inbox.put)

        self._store: ScoreStore | None = None
        self._keeping = False
        self._net: NetIdentity | None = None
        self._scorer: Scorer | None = None
        self._scorer_wanted = False
        self._net_problem: Exception | None = None

        self._searching = True
        self._found: deque[ImageKey] = deque()
        """Found, not looked up yet."""
        self._pending: deque[ImageKey] = deque()
        """Not known, not being loaded yet."""
        self._loading = 0
        self._ready: deque[Decoded] = deque()
        self._scored_any = False
        self._meter = ProgressMeter(now=time.monotonic())
        self._next_progress = 0.0
        self._completed = False

    def events(self, paths: list[str]) -> Iterator[Event]:
        """The run itself."""
        yield from self._open()
        self._helpers.search(paths)
        self._helpers.identify_net()
        while not self._control.cancelled:
            for message in self._messages():
                yield from self._take(message)
            yield from self._look_up()
            self._feed()
            yield from self._score()
            if self._is_done():
                break
            yield from self._progress()
        self._completed = not self._control.cancelled
        yield self._meter.state()
        if self._completed and self._net_problem is not None:
            raise self._net_problem

    def close(self) -> None:
        """Stop the threads, let go of the store and the net."""
        if not self._completed:
            self._control.cancel()
        self._pool.close()
        until = time.monotonic() + _JOIN_SECONDS
        self._pool.join(_JOIN_SECONDS)
        self._helpers.join(until - time.monotonic())
        while not self._inbox.empty():
            # The net may have become ready after it was last asked for.
            if isinstance(message := self._inbox.get(), NetReady):
                self._scorer = message.scorer
        if self._scorer is not None:
            self._scorer.close()
        if self._store is not None:
            self._store.close()

    def _open(self) -> Iterator[Event]:
        if self._open_store is None:
            return
        try:
            self._store = self._open_store()
        except StoreError as problem:
            yield Notice(NoticeKind.WARNING, f"{problem} Scores are lost when memapp is closed.")
            return
        self._keeping = True
        if self._store.notice:
            yield Notice(NoticeKind.WARNING, self._store.notice)

    def _messages(self) -> Iterator[_Message]:
        """Everything that has come in; waits a moment where there is nothing else to do."""
        try:
            yield self._inbox.get(timeout=_TICK_SECONDS) if self._has_to_wait() else self._inbox.get_nowait()
            while True:
                yield self._inbox.get_nowait()
        except queue.Empty:
            return

    def _has_to_wait(self) -> bool:
        if self._found and self._net is not None:
            return False
        return self._control.paused or self._next_batch_size() == 0

    def _take(self, message: _Message) -> Iterator[Event]:
        match message:
            case list():
                yield from self._take_found(message)
            case SearchEnded():
                self._searching = False
                self._meter.total_is_final = True
            case NetIdentity():
                self._net = message
                yield Started(message)
            case NetProblem():
                _log.error("the net can't be used", exc_info=message.problem)
                self._net_problem = message.problem
                self._scorer_wanted = True
            case Notice():
                yield message
            case Decoded():
                self._loading -= 1
                self._ready.append(message)
                if not self._scorer_wanted:
                    # Not before: a folder of broken files needs no net.
                    self._scorer_wanted = True
                    self._helpers.build_net()
            case Failure():
                self._loading -= 1
                # A file that can't be read takes no time to speak of: it says nothing about the speed.
                self._meter.finished(1, now=time.monotonic(), worked=False)
                yield Failed((message,))
            case NetReady():
                self._scorer = message.scorer
                yield EngineReady(message.scorer.engine)

    def _take_found(self, batch: list[ImageKey | Failure | SkippedFile]) -> Iterator[Event]:
        keys = [item for item in batch if isinstance(item, ImageKey)]
        failures = [item for item in batch if isinstance(item, Failure)]
        skipped = len(batch) - len(keys) - len(failures)
        self._meter.total += len(keys) + len(failures)
        self._found.extend(keys)
        if keys or failures:
            found = (*keys, *(failure.key for failure in failures))
            yield Found(tuple(FoundPhoto(_id_of_path(key.path), key) for key in found))
        if failures:
            self._meter.finished(len(failures), now=time.monotonic(), worked=False)
            yield Failed(tuple(failures))
        if skipped:
            yield Skipped(skipped)

    def _look_up(self) -> Iterator[Event]:
        if self._net is None or not self._found:
            return
        keys = [self._found.popleft() for _ in range(min(len(self._found), FOUND_BATCH))]
        known: dict[ImageKey, ScoredPhoto] = {}
        if self._store is not None:
            try:
                for net in (*self._scorers.equivalent_identities(), self._net):
                    known.update(self._store.lookup([key for key in keys if key not in known], net))
            except StoreError as problem:
                yield self._stop_keeping(problem)
                self._store.close()
                self._store = None
        self._pending.extend(key for key in keys if key not in known)
        if known:
            self._meter.finished(len(known), now=time.monotonic(), worked=False)
            yield Scored(tuple(known.values()), known=True)

    def _feed(self) -> None:
        if not self._pending or self._control.paused or self._net_problem is not None:
            return
        # The next batch, and while the net is busy with it as many again: enough that the net never waits.
        batch = self._scorer.batch_size if self._scorer else _FIRST_BATCH
        ahead = batch + min(batch + self._decoders, _AHEAD_BYTES // _FRAME_BYTES)
        assert self._net is not None, "nothing is pending before it was looked up for a net"
        while self._pending and self._loading + len(self._ready) < ahead:
            self._loading += 1
            self._pool.submit(self._pending.popleft(), self._net.precision)

    def _next_batch_size(self) -> int:
        """How many of the ready photos to score now; 0 to wait for more."""
        if self._scorer is None or self._net_problem is not None:
            return 0
        whole = self._scorer.batch_size
        wanted = whole if self._scored_any else min(whole, _FIRST_BATCH)
        more_to_come = self._loading or self._pending
        return 0 if len(self._ready) < wanted and more_to_come else min(whole, len(self._ready))

    def _score(self) -> Iterator[Event]:
        now = time.monotonic()
        if self._control.paused or self._scorer is None:
            self._meter.idle(now=now)
            return
        self._meter.working()
        count = self._next_batch_size()
        if count == 0:
            return
        batch = [self._ready.popleft() for _ in range(count)]
        frames = np.stack([decoded.loaded.frame for decoded in batch if decoded.loaded.frame is not None])
        engine = self._scorer.engine
        # The net's identity always came before the net itself.
        precision = self._net.precision if self._net else Precision.EXACT
        try:
            scores = self._scorer.score(frames)
        except Exception as problem:
            _log.exception("the net failed")
            self._net_problem = problem
            return
        self._scored_any = True
        if self._scorer.engine != engine:
            engine = self._scorer.engine
            yield EngineReady(engine)
        photos = tuple(
            ScoredPhoto(decoded.key, float(score), decoded.loaded.facts, engine, precision)
            for decoded, score in zip(batch, scores, strict=True)
        )
        if self._keeping and self._store is not None and self._net is not None:
            try:
                self._store.put(photos, self._net)
            except StoreError as problem:
                yield self._stop_keeping(problem)
        self._meter.finished(len(photos), now=time.monotonic(), worked=True)
        yield Scored(photos, known=False)

    def _stop_keeping(self, problem: StoreError) -> Notice:
        _log.error("scores are no longer kept", exc_info=problem)
        self._keeping = False
        return Notice(NoticeKind.WARNING, f"{problem} New scores are lost when memapp is closed.")

    def _is_done(self) -> bool:
        if self._searching:
            return False
        if self._net is None:
            # Without its identity nothing can be looked up, and the exports could not say what scored.
            return self._net_problem is not None
        if self._net_problem is not None:
            return not self._found
        return not (self._found or self._pending or self._loading or self._ready)

    def _progress(self) -> Iterator[Event]:
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + _TICK_SECONDS
            self._pool.give_up_hanging()
            yield self._meter.state()


def _id_of_path(path: str) -> PhotoId:
    """A photo's id by its path alone, the same in every run."""
    return PhotoId(int.from_bytes(hashlib.blake2b(os.fsencode(path), digest_size=6).digest()))
