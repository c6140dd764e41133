"""Keeps the net loaded between runs, so that the next folder starts at once."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer, ScorerFactory
from memapp.core.machine import garbage_collector_at_rest
from memapp.core.records import EngineInfo, NetIdentity, PixelArray


class KeepingFactory:
    """A ScorerFactory whose scorer outlives its run. One run at a time; release() when no run is going on."""

    def __init__(self, factory: ScorerFactory) -> None:
        self._factory = factory
        self._lock = threading.Lock()
        self._scorer: Scorer | None = None

    def identity(self) -> NetIdentity:
        """The net's identity. Raises: WeightsError."""
        return self._factory.identity()

    def as_good(self) -> tuple[NetIdentity, ...]:
        """Nets whose known scores serve as well."""
        return self._factory.as_good()

    def build(self, notify: Notify) -> Scorer:
        """The kept scorer, or a new one, which is kept. Raises: WeightsError, DeviceError."""
        with self._lock:
            if self._scorer is None:
                # Only a window keeps its net, and a window must not stand still meanwhile.
                with garbage_collector_at_rest():
                    self._scorer = self._factory.build(notify)
            return _Borrowed(self._scorer)

    def release(self) -> None:
        """Give back the net's memory."""
        with self._lock:
            if self._scorer is not None:
                self._scorer.close()
                self._scorer = None


class _Borrowed:
    """The kept scorer as one run sees it: closing it leaves it loaded."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @property
    def engine(self) -> EngineInfo:
        return self._scorer.engine

    @property
    def batch_size(self) -> int:
        return self._scorer.batch_size

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        return self._scorer.score(frames)

    def close(self) -> None:
        pass
