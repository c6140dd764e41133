"""The one protocol of the engines."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.records import EngineInfo, PixelArray


class Engine(Protocol):
    """A net that is loaded on one device. Used by one thread at a time."""

    batch_size: int
    """How many frames score() is best given at once."""

    @property
    def engine(self) -> EngineInfo:
        """What executes the net."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8; gives n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: the device failed or gives numbers that are none.
        """

    def close(self) -> None:
        """Give back the memory. The engine is not used afterwards."""
