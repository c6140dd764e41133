"""The colours of memorability maps: diverging, perceptual, safe for colour-blind eyes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import MapArray
from memapp.core.records import PixelArray

DIVERGING: npt.NDArray[np.uint8] = np.array(
    [
        (0x05, 0x30, 0x61),
        (0x21, 0x66, 0xAC),
        (0x43, 0x93, 0xC3),
        (0x92, 0xC5, 0xDE),
        (0xD1, 0xE5, 0xF0),
        (0xF7, 0xF7, 0xF7),
        (0xFD, 0xDB, 0xC7),
        (0xF4, 0xA5, 0x82),
        (0xD6, 0x60, 0x4D),
        (0xB2, 0x18, 0x2B),
        (0x67, 0x00, 0x1F),
    ],
    dtype=np.uint8,
)
"""RdBu, eleven samples (Cynthia Brewer, ColorBrewer 2.0), turned round: what lowers a score is blue, what
raises it red. Eyes that confuse red and green tell its ends apart."""

LEAST_LIMIT = 0.02
"""Maps that stay within so few points look as pale as they are."""

_STEPS = 127
"""Colours on each side of nothing."""
_UNSEEN = 0
"""Level of pixels that the net does not see."""
_UNSEEN_COLOUR = (128, 128, 128)
_MOST_OPAQUE = 0.8


def map_limit(values: MapArray) -> float:
    """The points at the two ends of a map's colours: whole hundredths, the same above and below nothing."""
    seen = np.abs(values[np.isfinite(values)])
    if not seen.size:
        return LEAST_LIMIT
    # A few pixels that stick out do not make all others pale.
    return max(LEAST_LIMIT, math.ceil(100 * float(np.percentile(seen, 99.5)) - 1e-6) / 100)


def map_levels(values: MapArray, limit: float) -> npt.NDArray[np.uint8]:
    """A map as 255 levels, 1 (lowers most) to 255 (raises most), 128 for nothing; 0 where it is not seen."""
    share = np.clip(np.nan_to_num(values / np.float32(limit), nan=0.0), -1, 1)
    levels: npt.NDArray[np.uint8] = (share * _STEPS + (_STEPS + 1)).round().astype(np.uint8)
    levels[~np.isfinite(values)] = _UNSEEN
    return levels


def level_colours() -> PixelArray:
    """The colour of each level, shape (256, 1, 3)."""
    table = np.empty((2 * _STEPS + 2, 1, 3), np.uint8)
    table[_UNSEEN] = _UNSEEN_COLOUR
    places = np.linspace(0, len(DIVERGING) - 1, 2 * _STEPS + 1)
    samples = np.arange(len(DIVERGING))
    for channel in range(3):
        table[1:, 0, channel] = np.interp(places, samples, DIVERGING[:, channel]).round()
    return table


def level_opacities() -> npt.NDArray[np.uint8]:
    """How much each level covers of the photo below it, 0..255, shape (256,): little where little is."""
    # In proportion: pale colours over a dark photo would be a veil.
    strength = np.abs(np.arange(-_STEPS, _STEPS + 1)) / _STEPS
    opacities = np.zeros(2 * _STEPS + 2, np.uint8)
    opacities[1:] = (255 * _MOST_OPAQUE * strength).round()
    return opacities


def hatching(height: int, width: int) -> npt.NDArray[np.bool_]:
    """Diagonal lines, as wide apart as suits a picture of this size: what is not seen is marked with them."""
    period = max(6, max(height, width) // 80)
    diagonal = np.arange(height)[:, None] + np.arange(width)[None, :]
    lines: npt.NDArray[np.bool_] = diagonal % period < max(1, period // 6)
    return lines
