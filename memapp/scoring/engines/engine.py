"""The protocol that all engines implement."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.records import EngineInfo, PixelArray


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
            DeviceError: the device failed or returned values that are not numbers.
        """

    def close(self) -> None:
        """Release the memory. The engine must not be used afterwards."""
