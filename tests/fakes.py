"""A net that costs nothing, behind the real protocols: its score is the frame's mean brightness."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer
from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.explanation import (
    Category,
    FrameMap,
    Instance,
    ScorerOpener,
    Segmentation,
    Segmenter,
    SegmenterIdentity,
    Steps,
)
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
        self.fail_after = fail_after

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.threads.add(threading.get_ident())
        time.sleep(self._seconds)
        self.scored += len(frames)
        if self.fail_after is not None and self.scored > self.fail_after:
            raise RuntimeError("failed on purpose")
        scores: npt.NDArray[np.float32] = (
            frames.mean(axis=(1, 2, 3), dtype=np.float64).astype(np.float32) / 255
        )
        return scores

    def close(self) -> None:
        self.closed = True


class SeeingScorer(BrightnessScorer):
    """A BrightnessScorer with features: the frame itself, 20 x 50 places of its green."""

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        places = np.ix_(np.linspace(0, 226, 20).astype(int), np.linspace(0, 226, 50).astype(int))
        seen = np.stack([frame[..., 1][places].reshape(-1) for frame in frames]).astype(np.float32)
        return self.score(frames), seen - 128


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
        equivalent_identities: tuple[NetIdentity, ...] = (),
    ) -> None:
        self.scorer = scorer or BrightnessScorer()
        self.built = 0
        self._seconds = seconds
        self.identity_problem = identity_problem
        self._build_problem = build_problem
        self._notice = notice
        self._identity = identity
        self._equivalent_identities = equivalent_identities

    def identity(self) -> NetIdentity:
        if self.identity_problem:
            raise self.identity_problem
        return self._identity

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        return self._equivalent_identities

    def build(self, notify: Notify) -> Scorer:
        time.sleep(self._seconds)
        self.built += 1
        if self._notice:
            notify(self._notice)
        if self._build_problem:
            raise self._build_problem
        return self.scorer


HALVES = SegmenterIdentity(
    name="halves",
    sha256="c" * 64,
    title="Halves of a picture",
    categories=(Category("left", (200, 40, 40)), Category("right", (40, 40, 200))),
)


class HalvesSegmenter:
    """Sees a left and a right half in every picture, and on demand one thing in its middle."""

    identity = HALVES

    def __init__(self, *, with_instance: bool = False, problem: Exception | None = None) -> None:
        self.closed = False
        self.segmented = 0
        self._with_instance = with_instance
        self._problem = problem

    def segment(self, picture: PixelArray) -> Segmentation:
        if self._problem:
            raise self._problem
        self.segmented += 1
        height, width = picture.shape[:2]
        labels = np.zeros((height, width), np.uint8)
        labels[:, width // 2 :] = 1
        middle = np.zeros((height, width), bool)
        middle[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = True
        thing = Instance(name="thing", category=1, confidence=0.9, mask=middle)
        return Segmentation(
            segmenter=HALVES, labels=labels, instances=(thing,) if self._with_instance else ()
        )

    def close(self) -> None:
        self.closed = True


class HalvesFactory:
    """Gives one HalvesSegmenter, or none where nothing is installed."""

    def __init__(self, segmenter: HalvesSegmenter | None = None, *, installed: bool = True) -> None:
        self.segmenter = segmenter or HalvesSegmenter()
        self.opened = 0
        self.is_installed = installed

    def installed(self) -> tuple[SegmenterIdentity, ...]:
        return (HALVES,) if self.is_installed else ()

    def open(self, name: str) -> Segmenter:
        if not self.is_installed or name != HALVES.name:
            raise SegmenterError(f"The segmenter {name} is not installed.")
        self.opened += 1
        return self.segmenter


class HalvesMapMaker:
    """Makes a map of two values in three passes: what covering the left half, then the right one, changes."""

    version = "halves-1"
    closed = 0
    """How often its memory was given back."""

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        side = frame.shape[1]
        versions = np.stack([frame, frame, frame])
        versions[1, :, : side // 2] = 0
        versions[2, :, side // 2 :] = 0
        scores: list[float] = []
        for version in versions:
            control.checkpoint()
            yield len(scores), len(versions)
            scores.append(float(scorer().score(version[None])[0]))
        values = np.zeros(frame.shape[:2], np.float32)
        values[:, : side // 2] = scores[0] - scores[1]
        values[:, side // 2 :] = scores[0] - scores[2]
        return FrameMap(values=values, score=scores[0], forward_passes=len(versions))

    def close(self) -> None:
        self.closed += 1
