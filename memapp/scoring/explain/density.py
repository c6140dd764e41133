"""How densely a score is spread over the frame, estimated from what covering patches of any size did to it.

Gaussian process regression (Rasmussen & Williams 2006, ch. 2) on integrals: the density is taken to be smooth
with a constant mean of its own; a patch's drop is the density summed over the patch, and noise in proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.core.frame import FRAME_SIDE
from memapp.scoring.explain.fills import FloatArray

REFERENCE_SHARE = 1 / 16
"""A map's unit: what covering a square of a quarter of the frame's side would take from the score."""

_CELLS = 32
"""Across and down."""
_SMOOTHNESS = 0.07
"""Length over which the density changes, as a share of the frame's side."""
_CONSTANT = 0.3
"""Variance of the whole frame's mean, against that of what varies within it."""
_NOISE = 0.1
"""Variance of a measurement that the density does not explain, against what it does: nets do not add up."""


class DensityField:
    """Takes measurements and gives the density that explains them. Used by one thread."""

    def __init__(self) -> None:
        self._shares = np.empty((0, _CELLS**2))
        """For each patch the share of the frame that it covers in each cell."""
        self._drops = np.empty(0)

    def add(self, covers: Sequence[FloatArray], drops: npt.NDArray[np.float64]) -> None:
        """Take what covering patches, each of shape (227, 227), 0..1, took from the score."""
        shares = np.array([_in_cells(cover) for cover in covers]).reshape(len(covers), -1) / _CELLS**2
        self._shares = np.concatenate((self._shares, shares))
        self._drops = np.concatenate((self._drops, drops))

    def in_frame(self) -> FloatArray:
        """The density, in score points per REFERENCE_SHARE of the frame; shape (227, 227)."""
        towards_cells = self._shares @ _covariance()
        between = towards_cells @ self._shares.T
        noisy = between + _NOISE * np.diag(np.diag(between))
        density = np.linalg.solve(noisy, self._drops) @ towards_cells * REFERENCE_SHARE
        cells = Image.fromarray(density.reshape(_CELLS, _CELLS).astype(np.float32))
        return np.array(cells.resize((FRAME_SIDE, FRAME_SIDE), Image.Resampling.BICUBIC))


def _in_cells(cover: FloatArray) -> npt.NDArray[np.float64]:
    cells = Image.fromarray(cover).resize((_CELLS, _CELLS), Image.Resampling.BOX)
    return np.asarray(cells, dtype=np.float64)


@cache
def _covariance() -> npt.NDArray[np.float64]:
    places = (np.arange(_CELLS) + 0.5) / _CELLS
    distances = (places[:, None] - places[None, :]) / _SMOOTHNESS
    one_axis = np.exp(-0.5 * distances**2)
    return np.asarray(np.kron(one_axis, one_axis) + _CONSTANT, dtype=np.float64)
