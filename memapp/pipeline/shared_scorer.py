"""Keeping the net loaded between runs and sharing it among them, so that the next folder starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer, ScorerFactory, score_with_features
from memapp.core.records import EngineInfo, NetIdentity, PixelArray
from memapp.pipeline.shared import Shared


class SharedScorer:
    """A ScorerFactory whose scorer outlives its run. Thread-safe.

    Several runs may lease the one scorer at once: they take turns, batch by batch.
    """

    def __init__(self, factory: ScorerFactory) -> None:
        self._factory = factory
        self._shared = Shared[Scorer]()
        self._turns = _Turns()

    def identity(self) -> NetIdentity:
        """Return the net's identity. Raise WeightsError if it is not available."""
        return self._factory.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return the nets whose known scores can be used instead."""
        return self._factory.equivalent_identities()

    def build(self, notify: Notify) -> Scorer:
        """Return the loaded scorer, or load and keep one. Raise WeightsError or DeviceError if that fails."""
        scorer = self._shared.borrow(lambda: self._factory.build(notify))
        return _BorrowedScorer(scorer, turns=self._turns, give_back=self._shared.give_back)

    def release(self) -> None:
        """Release the net's memory as soon as it has no lease. Does not wait."""
        self._shared.release()

    def retire(self) -> None:
        """Stop keeping a scorer: a leased one is closed when its last run ends."""
        self._shared.retire()


class _Turns:
    """A fair lock, first come, first served: the photo in the viewer never waits for a whole folder."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked = 0
        self._served = 0

    def __enter__(self) -> None:
        with self._changed:
            turn = self._asked
            self._asked += 1
            while turn != self._served:
                self._changed.wait()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._served += 1
            self._changed.notify_all()


class _BorrowedScorer:
    """The shared scorer as one run sees it: closing it leaves it loaded. Used by one thread at a time."""

    def __init__(self, scorer: Scorer, *, turns: _Turns, give_back: Callable[[], None]) -> None:
        self._scorer = scorer
        self._turns = turns
        self._give_back: Callable[[], None] | None = give_back

    @property
    def engine(self) -> EngineInfo:
        return self._scorer.engine

    @property
    def batch_size(self) -> int:
        return self._scorer.batch_size

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        with self._turns:
            return self._scorer.score(frames)

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        with self._turns:
            return score_with_features(self._scorer, frames)

    def close(self) -> None:
        if self._give_back is not None:
            self._give_back()
            self._give_back = None
