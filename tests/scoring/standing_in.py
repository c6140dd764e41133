"""A tiny net that replaces ResMem: its score is the mean brightness. It is really exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from memapp.core.records import NetIdentity, PixelArray
from memapp.scoring.engines.export import export

SMALL_NET = NetIdentity(name="Small", sha256="5" * 64, preprocessing="test-1")


class SmallNet(nn.Module):
    """The frame's mean brightness minus an offset, the net's only weight."""

    def __init__(self, offset: float = 0.0) -> None:
        super().__init__()
        self.offset = nn.Parameter(torch.tensor(offset))

    def forward(self, frames: Tensor) -> Tensor:
        """Map (n, 3, 227, 227) floats in 0..1 to n scores."""
        return frames.mean(dim=(1, 2, 3)) - self.offset


class SmallExport:
    """Exports the small net in this process, and counts how often."""

    def __init__(self, *, offset: float = 0.0) -> None:
        self.count = 0
        self._offset = offset

    def __call__(self, weights: Path, target: Path) -> npt.NDArray[np.float32]:
        self.count += 1
        return export(SmallNet(self._offset).requires_grad_(False), target)


def brightness(frames: PixelArray) -> npt.NDArray[np.float32]:
    """Return the small net's scores."""
    mean: npt.NDArray[np.float32] = (frames.mean(axis=(1, 2, 3), dtype=np.float64) / 255).astype(np.float32)
    return mean
