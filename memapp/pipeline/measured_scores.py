"""The scores of covered frames, so that an explanation that was left goes on from there: docs/decisions."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer, ScorerFactory
from memapp.core.records import EngineInfo, NetIdentity, PixelArray

MOST_SCORES = 20_000
"""Of more than a hundred photos with all their parts; a few megabytes."""

_DIGEST_BYTES = 16


class MeasuredScores:
    """Scores by net and content of the frame, the least recently used dropped first. Thread-safe."""

    def __init__(self, *, most: int = MOST_SCORES) -> None:
        """Remember at most this many scores."""
        self._most = most
        self._lock = threading.Lock()
        self._scores: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        """Return how many scores are remembered."""
        return len(self._scores)

    def remembered_by(self, factory: ScorerFactory) -> ScorerFactory:
        """Return the same factory, whose scorers score no frame twice."""
        return _RememberingFactory(factory, self)

    def find(self, frames: list[bytes]) -> list[float | None]:
        """Return the scores of these frames; None for those that are not known."""
        with self._lock:
            for frame in frames:
                if frame in self._scores:
                    self._scores.move_to_end(frame)
            return [self._scores.get(frame) for frame in frames]

    def keep(self, frames: list[bytes], scores: list[float]) -> None:
        """Remember the scores of these frames."""
        with self._lock:
            self._scores.update(zip(frames, scores, strict=True))
            while len(self._scores) > self._most:
                self._scores.popitem(last=False)


class _RememberingFactory:
    """A ScorerFactory over another one."""

    def __init__(self, factory: ScorerFactory, measured: MeasuredScores) -> None:
        self._factory = factory
        self._measured = measured

    def identity(self) -> NetIdentity:
        return self._factory.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return self._factory.equivalent_identities()

    def build(self, notify: Notify) -> Scorer:
        net = hashlib.blake2b(repr(self._factory.identity()).encode(), digest_size=_DIGEST_BYTES).digest()
        return _RememberingScorer(self._factory.build(notify), net=net, measured=self._measured)


class _RememberingScorer:
    """A Scorer over another one. Used by one thread at a time."""

    def __init__(self, scorer: Scorer, *, net: bytes, measured: MeasuredScores) -> None:
        self._scorer = scorer
        self._net = net
        self._measured = measured

    @property
    def engine(self) -> EngineInfo:
        return self._scorer.engine

    @property
    def batch_size(self) -> int:
        return self._scorer.batch_size

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        digests = [self._digest(frame) for frame in frames]
        known = self._measured.find(digests)
        missing = [place for place, score in enumerate(known) if score is None]
        if missing:
            scores = self._scorer.score(frames[missing]).tolist()
            # Before the next look at the control: a batch that is done is kept, cancelled or not.
            self._measured.keep([digests[place] for place in missing], scores)
            for place, score in zip(missing, scores, strict=True):
                known[place] = score
        return np.array(known, np.float32)

    def close(self) -> None:
        self._scorer.close()

    def _digest(self, frame: PixelArray) -> bytes:
        content = np.ascontiguousarray(frame).tobytes()
        return hashlib.blake2b(content, digest_size=_DIGEST_BYTES, key=self._net).digest()
