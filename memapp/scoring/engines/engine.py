"""The protocol that all engines implement."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.core.records import EngineInfo, PixelArray
from memapp.core.text import tr


def check_scores(scores: npt.NDArray[np.float32], frames: PixelArray, device_name: str) -> None:
    """Raise DeviceError unless there is a number 0..1 for each frame: a foreign net may return anything."""
    if scores.shape != (len(frames),) or not ((scores >= 0) & (scores <= 1)).all():
        raise DeviceError(tr("{device} returned values that are not scores.", device=device_name))


def check_features(features: npt.NDArray[np.float32], frames: PixelArray, device_name: str) -> None:
    """Raise DeviceError unless there is a row of finite numbers for each frame."""
    if features.ndim != 2 or len(features) != len(frames) or not np.isfinite(features).all():
        raise DeviceError(tr("{device} returned values that are not numbers.", device=device_name))


class Engine(Protocol):
    """A net loaded on one device. Used by one thread at a time."""

    batch_size: int
    """The best number of frames per call of score()."""

    @property
    def engine(self) -> EngineInfo:
        """What executes the net."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: the device failed or returned values that are not scores.
        """

    def close(self) -> None:
        """Release the memory. The engine must not be used afterwards."""
