"""A net that costs nothing, behind the real protocols: its score is the frame's mean brightness."""

from __future__ import annotations

import threading
import time

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer
from memapp.core.records import EngineInfo, NetIdentity, PixelArray

BRIGHTNESS_NET = NetIdentity(name="Brightness", sha256="b" * 64, preprocessing="test-1")
CPU = EngineInfo(engine="none", device="cpu", device_name="CPU, pretending")


class BrightnessScorer:
    """Scores by mean brightness, 0..1; can be slow, can fail after some photos."""

    engine = CPU

    def __init__(self, *, batch_size: int = 8, seconds: float = 0.0, fail_after: int | None = None) -> None:
        self.batch_size = batch_size
        self.closed = False
        self.scored = 0
        self.threads: set[int] = set()
        self._seconds = seconds
        self._fail_after = fail_after

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.threads.add(threading.get_ident())
        time.sleep(self._seconds)
        self.scored += len(frames)
        if self._fail_after is not None and self.scored > self._fail_after:
            raise RuntimeError("failed on purpose")
        scores: npt.NDArray[np.float32] = (
            frames.mean(axis=(1, 2, 3), dtype=np.float64).astype(np.float32) / 255
        )
        return scores

    def close(self) -> None:
        self.closed = True


class BrightnessFactory:
    """Gives one BrightnessScorer; can take its time, can be without weights."""

    def __init__(
        self,
        scorer: BrightnessScorer | None = None,
        *,
        seconds: float = 0.0,
        identity_problem: Exception | None = None,
        build_problem: Exception | None = None,
        notice: str | None = None,
        identity: NetIdentity = BRIGHTNESS_NET,
        as_good: tuple[NetIdentity, ...] = (),
    ) -> None:
        self.scorer = scorer or BrightnessScorer()
        self.built = 0
        self._seconds = seconds
        self._identity_problem = identity_problem
        self._build_problem = build_problem
        self._notice = notice
        self._identity = identity
        self._as_good = as_good

    def identity(self) -> NetIdentity:
        if self._identity_problem:
            raise self._identity_problem
        return self._identity

    def as_good(self) -> tuple[NetIdentity, ...]:
        return self._as_good

    def build(self, notify: Notify) -> Scorer:
        time.sleep(self._seconds)
        self.built += 1
        if self._notice:
            notify(self._notice)
        if self._build_problem:
            raise self._build_problem
        return self.scorer
