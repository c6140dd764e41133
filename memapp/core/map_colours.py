"""The colours of memorability maps: diverging, perceptual, safe with colour vision deficiency."""

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
"""RdBu, eleven samples (Cynthia Brewer, ColorBrewer 2.0), reversed: blue lowers a score, red raises it. Its
ends differ for people who confuse red and green."""

MAP_LIMIT = 0.10
"""Score points at both ends of the colours: the same for all photos, so that maps can be compared."""
NOISE = 0.03
"""Score points below which a value is no finding, and gets no colour: as much as the mirror image of a photo
moves its score on average (the benchmark mirror_ties)."""

_STEPS = 127
"""Colours on each side of zero."""
_UNSEEN = 0
"""Level of pixels that the net does not see."""
_UNSEEN_COLOUR = (128, 128, 128)
_MOST_OPAQUE = 0.8


def map_limit(values: MapArray, *, stretched: bool = False) -> float:
    """Return the points at both ends of a map's colours, symmetric around zero.

    Args:
        values: of the map, in score points, NaN where the net does not see.
        stretched: whether the colours reach as far as this map's values, in whole hundredths and no further
            down than the noise; else the limit is the same for all maps.
    """
    if not stretched:
        return MAP_LIMIT
    seen = np.abs(values[np.isfinite(values)])
    if not seen.size:
        return NOISE
    # A few extreme pixels must not make all others pale.
    return max(NOISE, math.ceil(100 * float(np.percentile(seen, 99.5)) - 1e-6) / 100)


def raises_or_lowers(values: MapArray) -> tuple[bool, bool]:
    """Return whether anything in a map raises the score, and whether anything lowers it, beyond the noise."""
    seen = values[np.isfinite(values)]
    return bool((seen >= NOISE).any()), bool((seen <= -NOISE).any())


def map_levels(values: MapArray, limit: float) -> npt.NDArray[np.uint8]:
    """Return a map as 255 levels, 1 (lowers most) to 255 (raises most); 0 if not seen.

    Values within the noise are 128, as zero is.
    """
    known = np.nan_to_num(values, nan=0.0)
    share = np.clip(np.where(np.abs(known) < NOISE, 0.0, known) / np.float32(limit), -1, 1)
    levels: npt.NDArray[np.uint8] = (share * _STEPS + (_STEPS + 1)).round().astype(np.uint8)
    levels[~np.isfinite(values)] = _UNSEEN
    return levels


def level_colours() -> PixelArray:
    """Return the colour of each level, shape (256, 1, 3)."""
    table = np.empty((2 * _STEPS + 2, 1, 3), np.uint8)
    table[_UNSEEN] = _UNSEEN_COLOUR
    places = np.linspace(0, len(DIVERGING) - 1, 2 * _STEPS + 1)
    samples = np.arange(len(DIVERGING))
    for channel in range(3):
        table[1:, 0, channel] = np.interp(places, samples, DIVERGING[:, channel]).round()
    return table


def level_opacities() -> npt.NDArray[np.uint8]:
    """Return the opacity of each level over the photo, 0..255, shape (256,), low for small values."""
    # Proportional: pale colours over a dark photo would look like a veil.
    strength = np.abs(np.arange(-_STEPS, _STEPS + 1)) / _STEPS
    opacities = np.zeros(2 * _STEPS + 2, np.uint8)
    opacities[1:] = (255 * _MOST_OPAQUE * strength).round()
    return opacities


def hatching(height: int, width: int) -> npt.NDArray[np.bool_]:
    """Return diagonal lines, with a distance that suits the picture's size, for areas that are not seen."""
    period = max(6, max(height, width) // 80)
    diagonal = np.arange(height)[:, None] + np.arange(width)[None, :]
    lines: npt.NDArray[np.bool_] = diagonal % period < max(1, period // 6)
    return lines
