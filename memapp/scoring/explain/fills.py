"""Fills that cover a part of the net's frame, to score the frame without that part."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from memapp.core.explanation import MaskArray
from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SEEN_PART, SQUASHED_SIDE
from memapp.core.records import PixelArray

FloatArray: TypeAlias = npt.NDArray[np.float32]

BLUR_SIGMA = 16.0
"""Of the blurred frame, in pixels of the frame: removes shapes of a sixth of its side, keeps the light."""
_RING_SIGMA = 10.0
"""How far a region's surroundings extend, in pixels of the frame."""
_LEAST_WEIGHT = 1e-4


def blur(values: FloatArray, sigma: float) -> FloatArray:
    """Return a Gaussian blur, shape (227, 227) or (227, 227, channels), normalised at the edge."""
    return _spread(values, sigma) / _edge_weight(sigma)[(...,) + (None,) * (values.ndim - 2)]


def blurred_frame(frame: PixelArray) -> FloatArray:
    """Return the frame without detail, shape (227, 227, 3), 0..255."""
    return blur(frame.astype(np.float32), BLUR_SIGMA)


def mean_frame(frame: PixelArray) -> FloatArray:
    """Return a frame filled with the mean colour, shape (227, 227, 3), 0..255."""
    mean = frame.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
    return np.broadcast_to(mean, frame.shape)


def surroundings_colour(frame: PixelArray, cover: FloatArray) -> FloatArray:
    """Return a frame filled with the mean colour around a region; shape (227, 227, 3), 0..255.

    Args:
        frame: shape (227, 227, 3).
        cover: the region, shape (227, 227): 0 outside, 1 inside, in between at its edge.
    """
    outside = 1 - cover
    weight = outside * _spread(cover, _RING_SIGMA)
    if weight.sum() < _LEAST_WEIGHT:  # the region covers the whole frame
        return mean_frame(frame)
    colour = (frame * weight[..., None]).sum(axis=(0, 1), dtype=np.float64) / weight.sum(dtype=np.float64)
    return np.broadcast_to(colour.astype(np.float32), frame.shape)


def surroundings_spread(frame: PixelArray, cover: FloatArray) -> FloatArray:
    """Return the surroundings spread into a region, softer the farther in; shape (227, 227, 3), 0..255.

    Normalised convolution (Knutsson & Westin 1993), from narrow to wide: each pixel uses the narrowest blur
    of the outside that reaches it. Arguments as in surroundings_colour().
    """
    outside = 1 - cover
    spread = surroundings_colour(frame, cover).copy()
    weighted = frame.astype(np.float32) * outside[..., None]
    for sigma in (48.0, 24.0, 12.0, 6.0):
        around = _spread(outside, sigma)
        reach = around / _edge_weight(sigma)
        mean = _spread(weighted, sigma) / np.maximum(around, _LEAST_WEIGHT)[..., None]
        trust = np.clip(reach * 4, 0, 1)[..., None]
        spread = spread * (1 - trust) + mean * trust
    return spread


def covered(frame: PixelArray, cover: FloatArray, fill: FloatArray) -> PixelArray:
    """Return the frame with a fill blended over the part given by cover (0..1)."""
    mixed = frame + (fill - frame) * cover[..., None]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def cover_of(mask: MaskArray) -> FloatArray:
    """Return how much of each frame pixel a region of the photo covers, squashed as the photo is.

    Args:
        mask: shape (height, width), of the whole photo.

    Returns:
        Shape (227, 227), 0..1; soft at the region's edge.
    """
    squashed = Image.fromarray(mask.astype(np.float32)).resize(
        (SQUASHED_SIDE, SQUASHED_SIDE), Image.Resampling.BILINEAR
    )
    last = FRAME_OFFSET + FRAME_SIDE
    seen: FloatArray = np.asarray(squashed)[FRAME_OFFSET:last, FRAME_OFFSET:last]
    return np.clip(seen, 0, 1)


def seen_area(mask: MaskArray) -> float:
    """Return the share of the photo's area that is both in the region and in the frame, to the fraction of a
    pixel."""
    height, width = mask.shape
    across = _overlap(width, SEEN_PART.left, SEEN_PART.right)
    down = _overlap(height, SEEN_PART.top, SEEN_PART.bottom)
    return float(down @ mask @ across) / mask.size


def _overlap(length: int, first: float, last: float) -> npt.NDArray[np.float64]:
    """Return how much of each pixel of an axis lies between two fractions of that axis."""
    edges = np.arange(length + 1.0)
    return np.diff(np.clip(edges, first * length, last * length))


def _spread(values: FloatArray, sigma: float) -> FloatArray:
    kernel = _kernel(sigma)
    down = np.tensordot(kernel, values, axes=(1, 0))
    spread: FloatArray = np.moveaxis(np.tensordot(kernel, down, axes=(1, 1)), 0, 1)
    return spread


@cache
def _kernel(sigma: float) -> FloatArray:
    places = np.arange(FRAME_SIDE, dtype=np.float32)
    distance = (places[:, None] - places[None, :]) / np.float32(sigma)
    kernel: FloatArray = np.exp(-0.5 * distance**2) / np.float32(sigma * np.sqrt(2 * np.pi))
    return kernel


@cache
def _edge_weight(sigma: float) -> FloatArray:
    return _spread(np.ones((FRAME_SIDE, FRAME_SIDE), np.float32), sigma)
