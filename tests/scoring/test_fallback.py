"""A run survives its device: out of memory halves the batch, then the CPU takes over with a note."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.fallback import FallbackScorer


@dataclass
class Engine:
    """Returns each frame's first value; fails on purpose."""

    device: str
    batch_size: int
    fits: int
    """The largest batch that does not run out of memory."""
    breaks: bool = False
    sizes: list[int] = field(default_factory=list)
    closed: bool = False

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo(engine="test", device=self.device, device_name=self.device.upper())

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.sizes.append(len(frames))
        if self.breaks:
            raise DeviceError("CUDA failed (unspecified launch failure).")
        if len(frames) > self.fits:
            raise OutOfDeviceMemoryError("CUDA has not enough memory.")
        return frames[:, 0, 0, 0].astype(np.float32)

    def close(self) -> None:
        self.closed = True


def frames(count: int) -> PixelArray:
    made = np.zeros((count, 227, 227, 3), dtype=np.uint8)
    made[:, 0, 0, 0] = np.arange(count)
    return made


def test_a_batch_that_does_not_fit_is_halved_and_nothing_is_lost() -> None:
    gpu = Engine("cuda", batch_size=16, fits=5)
    scorer = FallbackScorer(engine=gpu, fallback=None, note=None, notify=pytest.fail)
    assert scorer.score(frames(20)).tolist() == list(range(20))
    assert scorer.batch_size == 4
    assert gpu.sizes == [16, 8, 4, 4, 4, 4, 4]


def test_if_not_even_one_fits_the_cpu_takes_over_with_a_note() -> None:
    gpu, cpu = Engine("cuda", batch_size=4, fits=0), Engine("cpu", batch_size=2, fits=2)
    notes: list[str] = []
    scorer = FallbackScorer(engine=gpu, fallback=lambda: cpu, note=None, notify=notes.append)
    assert scorer.score(frames(5)).tolist() == [0, 1, 2, 3, 4]
    assert gpu.closed
    assert scorer.engine.device == "cpu"
    assert scorer.engine.note == notes[0]
    assert "not enough memory" in notes[0]
    assert "CPU" in notes[0]
    assert cpu.sizes == [2, 2, 1]


def test_a_device_that_fails_during_the_run_is_replaced_by_the_cpu() -> None:
    gpu, cpu = Engine("cuda", 4, 4), Engine("cpu", 4, 4)
    notes: list[str] = []
    scorer = FallbackScorer(engine=gpu, fallback=lambda: cpu, note=None, notify=notes.append)
    scorer.score(frames(4))
    gpu.breaks = True
    assert scorer.score(frames(4)).tolist() == [0, 1, 2, 3]
    assert len(notes) == 1


def test_the_cpu_out_of_memory_is_reported() -> None:
    cpu = Engine("cpu", batch_size=4, fits=0)
    scorer = FallbackScorer(engine=cpu, fallback=None, note=None, notify=pytest.fail)
    with pytest.raises(OutOfDeviceMemoryError, match="not enough memory"):
        scorer.score(frames(4))
    assert cpu.sizes == [4, 2, 1]
