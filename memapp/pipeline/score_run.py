"""The scoring run: paths in, events out. A plain generator, run on the caller's thread.

    discover (thread) -> known already? (store; by path, else by content) -> decode (threads)
                      -> score a batch (here) -> store -> events

The net is loaded on a separate thread, and only when a photo needs it, so that placeholders and known scores
come at once. The threads put all results into one inbox, which the generator empties.
"""

from __future__ import annotations

import logging
import queue
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from memapp.core.contracts import (
    PhotoFinder,
    PhotoLoader,
    PhotoRegister,
    Scorer,
    ScorerFactory,
    StoreOpener,
    score_with_features,
)
from memapp.core.control import RunControl
from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Notice,
    Scored,
    Skipped,
    Started,
)
from memapp.core.frame import FRAME_SIDE
from memapp.core.machine import usable_cores
from memapp.core.records import (
    Failure,
    FoundFile,
    ImageKey,
    LoadedPhoto,
    NetIdentity,
    Precision,
    ScoredPhoto,
    SkippedFile,
)
from memapp.pipeline.decode_pool import Decoded, DecodePool, Fingerprinted
from memapp.pipeline.likeness import likenesses
from memapp.pipeline.lookup import Lookup
from memapp.pipeline.photo_ids import ResolvedFile
from memapp.pipeline.progress import ProgressMeter
from memapp.pipeline.run_helpers import (
    HelperMessage,
    NetProblem,
    NetReady,
    RunHelpers,
    SearchEnded,
)
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.photos import photos_in_memory

_FIRST_BATCH = 4
"""The first scores should not wait for a full batch."""
_FRAME_BYTES = 3 * FRAME_SIDE**2
_AHEAD_BYTES = 64_000_000
"""Of frames that wait beyond the next batch, for any batch size. The loader limits the memory of decoding."""
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
    spare_photos: PhotoRegister | None = None,
    decoders: int | None = None,
) -> Iterator[Event]:
    """Score every photo below some paths.

    Args:
        paths: files and folders, as the user gave them.
        finder: finds the photos in them.
        loader: turns a photo into the net's frame.
        scorers: identifies the net, and loads it when a photo needs it.
        open_store: opens the store of known scores; None to score everything and store nothing.
        control: pause and cancel. After a cancel the generator ends within a batch; finished scores are kept.
        thumbnails: where to store the thumbnails from the same decode; None for none.
        spare_photos: gives photos their ids if the store can't, the same ones in each run that shares it;
            None for a register of this run only.
        decoders: threads that load photos; None for one per core.

    Yields:
        Events in the order that core.events describes.

    Raises:
        WeightsError: the net is not available; raised after every photo was Found and every known score
            given.
        MemappError: the net failed on the CPU itself; scores so far are kept.
    """
    run = _ScoreRun(
        finder=finder,
        loader=loader,
        scorers=scorers,
        open_store=open_store,
        control=control,
        thumbnails=thumbnails,
        spare_photos=spare_photos or photos_in_memory(),
        decoders=decoders or max(2, usable_cores()),
    )
    try:
        yield from run.events(list(paths))
    finally:
        run.close()


_Message: TypeAlias = HelperMessage | Decoded | Fingerprinted | Failure


class _ScoreRun:
    """The state of one run; used by the generator's thread only, except the inbox."""

    def __init__(
        self,
        *,
        finder: PhotoFinder,
        loader: PhotoLoader,
        scorers: ScorerFactory,
        open_store: StoreOpener | None,
        control: RunControl,
        thumbnails: ThumbnailCache | None,
        spare_photos: PhotoRegister,
        decoders: int,
    ) -> None:
        self._scorers = scorers
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

        self._lookup = Lookup(open_store=open_store, spare_photos=spare_photos)
        self._net: NetIdentity | None = None
        self._scorer: Scorer | None = None
        self._scorer_wanted = False
        self._net_problem: Exception | None = None

        self._searching = True
        self._pending: deque[ResolvedFile] = deque()
        """Unknown, and not being loaded yet."""
        self._loading: dict[ImageKey, ResolvedFile] = {}
        self._ready: deque[tuple[ResolvedFile, LoadedPhoto]] = deque()
        self._scored_any = False
        self._meter = ProgressMeter(now=time.monotonic())
        self._next_progress = 0.0
        self._completed = False

    def events(self, paths: list[str]) -> Iterator[Event]:
        """Run and yield the events."""
        yield from self._lookup.open()
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
        """Stop the threads, close the store and the net."""
        if not self._completed:
            self._control.cancel()
        self._pool.close()
        until = time.monotonic() + _JOIN_SECONDS
        self._pool.join(_JOIN_SECONDS)
        self._helpers.join(until - time.monotonic())
        while not self._inbox.empty():
            # The net may have become ready after the last check.
            if isinstance(message := self._inbox.get(), NetReady):
                self._scorer = message.scorer
        if self._scorer is not None:
            self._scorer.close()
        self._lookup.close()

    def _messages(self) -> Iterator[_Message]:
        """Yield all messages in the inbox; wait a moment if there is nothing else to do."""
        try:
            yield self._inbox.get(timeout=_TICK_SECONDS) if self._has_to_wait() else self._inbox.get_nowait()
            while True:
                yield self._inbox.get_nowait()
        except queue.Empty:
            return

    def _has_to_wait(self) -> bool:
        if self._lookup.has_work and self._net is not None:
            return False
        return self._control.waits or self._next_batch_size() == 0

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
                if resolved := self._loading.pop(message.key, None):
                    self._ready.append((resolved, message.loaded))
                if not self._scorer_wanted:
                    # Not earlier: a folder of broken files needs no net.
                    self._scorer_wanted = True
                    self._helpers.build_net()
            case Fingerprinted():
                self._lookup.take_fingerprint(message.key, message.fingerprint)
            case Failure():
                self._loading.pop(message.key, None)
                self._lookup.give_up(message.key)
                # A file that can't be read takes almost no time: it does not count for the speed.
                self._meter.finished(1, now=time.monotonic(), worked=False)
                yield Failed((message,))
            case NetReady():
                self._scorer = message.scorer
                yield EngineReady(message.scorer.engine)

    def _take_found(self, batch: list[FoundFile | Failure | SkippedFile]) -> Iterator[Event]:
        files = [item for item in batch if isinstance(item, FoundFile)]
        failures = [item for item in batch if isinstance(item, Failure)]
        skipped = len(batch) - len(files) - len(failures)
        self._meter.total += len(files) + len(failures)
        unseen = [FoundFile(failure.key, failure.key.path) for failure in failures]
        if files or failures:
            found = self._lookup.add(files, unseen)
            yield Found(found)
            yield from self._lookup.marked(photo.id for photo in found)
            yield from self._lookup.looked(found)
        if failures:
            self._meter.finished(len(failures), now=time.monotonic(), worked=False)
            yield Failed(tuple(failures))
        if skipped:
            yield Skipped(skipped)

    def _look_up(self) -> Iterator[Event]:
        if self._net is None:
            return
        for event in self._lookup.look_up((*self._scorers.equivalent_identities(), self._net), self._pending):
            if isinstance(event, Scored):
                self._meter.finished(len(event.photos), now=time.monotonic(), worked=False)
            yield event

    def _feed(self) -> None:
        if self._control.waits:
            return
        for key in self._lookup.next_to_read(self._decoders):
            self._pool.submit_fingerprint(key)
        if not self._pending or self._net_problem is not None:
            return
        # The next batch, and as many again for the time when the net is busy, so that the net never waits.
        batch = self._scorer.batch_size if self._scorer else _FIRST_BATCH
        ahead = batch + min(batch + self._decoders, _AHEAD_BYTES // _FRAME_BYTES)
        assert self._net is not None, "nothing is pending before it was looked up for a net"
        while self._pending and len(self._loading) + len(self._ready) < ahead:
            file = self._pending.popleft()
            self._loading[file.key] = file
            self._pool.submit(file.key, self._net.precision)

    def _next_batch_size(self) -> int:
        """Return how many of the ready photos to score now; 0 to wait for more."""
        if self._scorer is None or self._net_problem is not None:
            return 0
        whole = self._scorer.batch_size
        wanted = whole if self._scored_any else min(whole, _FIRST_BATCH)
        more_to_come = self._loading or self._pending or self._lookup.is_reading
        return 0 if len(self._ready) < wanted and more_to_come else min(whole, len(self._ready))

    def _score(self) -> Iterator[Event]:
        now = time.monotonic()
        if self._control.waits or self._scorer is None:
            self._meter.idle(now=now)
            return
        self._meter.working()
        count = self._next_batch_size()
        if count == 0:
            return
        batch = [self._ready.popleft() for _ in range(count)]
        frames = np.stack([loaded.frame for _, loaded in batch if loaded.frame is not None])
        engine = self._scorer.engine
        # The net's identity always comes before the net itself.
        precision = self._net.precision if self._net else Precision.EXACT
        try:
            scores, features = score_with_features(self._scorer, frames)
        except Exception as problem:
            _log.exception("the net failed")
            self._net_problem = problem
            return
        self._scored_any = True
        if self._scorer.engine != engine:
            engine = self._scorer.engine
            yield EngineReady(engine)
        photos = tuple(
            ScoredPhoto(file.key, float(score), loaded.facts, engine, precision, loaded.fingerprint, like)
            for (file, loaded), score, like in zip(
                batch, scores, likenesses([loaded for _, loaded in batch], features), strict=True
            )
        )
        yield from self._lookup.identify(
            [(file, loaded.fingerprint) for file, loaded in batch if file.fingerprint is None]
        )
        if self._net is not None:
            yield from self._lookup.keep(photos, self._net)
        self._meter.finished(len(photos), now=time.monotonic(), worked=True)
        yield Scored(photos, known=False)

    def _is_done(self) -> bool:
        if self._searching:
            return False
        if self._net is None:
            # Without its identity nothing can be looked up, and exports could not name the net.
            return self._net_problem is not None
        if self._net_problem is not None:
            return self._lookup.done
        return self._lookup.done and not (self._pending or self._loading or self._ready)

    def _progress(self) -> Iterator[Event]:
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + _TICK_SECONDS
            self._pool.give_up_hanging()
            yield self._meter.state()
