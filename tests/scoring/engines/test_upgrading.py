"""An engine that scores at once switches to the better one when that is ready, and not before."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.errors import DeviceError
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.upgrading import UpgradingEngine

FRAMES = np.zeros((2, 227, 227, 3), dtype=np.uint8)
SECONDS = 10.0


@dataclass
class Engine:
    """Returns its own number as each score."""

    name: str
    number: float
    batch_size: int = 4
    closed: bool = False

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo(engine=self.name, device="cpu", device_name="CPU")

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        assert not self.closed
        return np.full(len(frames), self.number, dtype=np.float32)

    def close(self) -> None:
        self.closed = True


def test_it_scores_at_once_and_switches_when_the_better_one_is_ready() -> None:
    ready = threading.Event()
    first, better = Engine("torch", 0.25), Engine("onnxruntime", 0.75)

    def open_better() -> Engine:
        ready.wait(SECONDS)
        return better

    engine = UpgradingEngine(first=first, open_better=open_better)
    assert engine.score(FRAMES).tolist() == [0.25, 0.25]
    assert engine.engine.engine == "torch"
    ready.set()
    assert engine.wait(SECONDS)
    assert engine.score(FRAMES).tolist() == [0.75, 0.75]
    assert engine.engine.engine == "onnxruntime"
    assert first.closed
    engine.close()
    assert better.closed


def test_if_the_better_one_fails_the_first_stays(caplog: pytest.LogCaptureFixture) -> None:
    def open_better() -> Engine:
        raise DeviceError("The disk is too full.")

    first = Engine("torch", 0.25)
    engine = UpgradingEngine(first=first, open_better=open_better)
    assert engine.wait(SECONDS)
    assert engine.score(FRAMES).tolist() == [0.25, 0.25]
    assert not first.closed
    assert "can't be used" in caplog.text


def test_a_better_one_that_comes_too_late_is_closed() -> None:
    ready = threading.Event()
    first, better = Engine("torch", 0.25), Engine("onnxruntime", 0.75)

    def open_better() -> Engine:
        ready.wait(SECONDS)
        return better

    engine = UpgradingEngine(first=first, open_better=open_better)
    engine.close()
    assert first.closed
    ready.set()
    assert engine.wait(SECONDS)
    assert better.closed
