"""Colours that are easy to distinguish, also with colour vision deficiency, for categories without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import Colour

LEFT_OVER: Colour = (128, 128, 128)
"""Of the first category: background, or whatever belongs to no other category."""

_Floats = npt.NDArray[np.float64]

_VIEWS: tuple[_Floats, ...] = (
    np.eye(3),
    # Machado, Oliveira & Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision
    # Deficiency", severity 1.0: protanopia, deuteranopia, tritanopia; for linear RGB.
    np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
)

# Ottosson 2020, "A perceptual color space for image processing" (Oklab).
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def distinct_colours(count: int, *, beside: Sequence[Colour] = ()) -> tuple[Colour, ...]:
    """Return this many colours, each as far as possible from the previous ones and from those given.

    The distance is the smallest under normal, protanope, deuteranope and tritanope vision. The result is
    always the same. More than about ten colours are hard to distinguish, so names must help.
    """
    steps = np.arange(16, 256, 16)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    seen = _as_seen(grid)
    # Neither nearly black nor nearly white: both are hard to see in photos.
    usable = (seen[0, :, 0] > 0.35) & (seen[0, :, 0] < 0.93)
    grid, seen = grid[usable], seen[:, usable]
    distance = np.full(len(grid), np.inf)
    for colour in (LEFT_OVER, *beside):
        distance = np.minimum(distance, _distances(seen, _as_seen(np.array([colour]))))
    chosen: list[Colour] = []
    for _ in range(count):
        best = int(np.argmax(distance))
        red, green, blue = (int(value) for value in grid[best])
        chosen.append((red, green, blue))
        distance = np.minimum(distance, _distances(seen, seen[:, best : best + 1]))
    return tuple(chosen)


def least_distance(colours: Sequence[Colour]) -> float:
    """Return the distance of the two most similar colours under the worst kind of vision, in Oklab units."""
    seen = _as_seen(np.array(colours))
    apart = [
        float(_distances(seen[:, index + 1 :], seen[:, index : index + 1]).min())
        for index in range(len(colours) - 1)
    ]
    return min(apart)


def _as_seen(colours: npt.NDArray[np.int_]) -> _Floats:
    """Return the Oklab values of sRGB colours for each kind of vision: (n, 3) to (4, n, 3)."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    views = np.stack([np.clip(linear @ view.T, 0, 1) for view in _VIEWS])
    oklab: _Floats = np.cbrt(views @ _TO_CONES.T) @ _TO_OKLAB.T
    return oklab


def _distances(many: _Floats, one: _Floats) -> _Floats:
    """Return distances to one colour under the worst kind of vision: (4, n, 3) and (4, 1, 3) to (n,)."""
    worst: _Floats = np.sqrt(((many - one) ** 2).sum(axis=-1)).min(axis=0)
    return worst
