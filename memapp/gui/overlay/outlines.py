"""Outlines of masks as paths in fractions of the photo: crisp at any zoom, drawn from pixels once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from memapp.core.explanation import MaskArray

_SMOOTHED_OVER = 5
"""How many corners of the pixel staircase are averaged into one point of a line."""

_SMALLEST_LOOP = 24
"""Length in pixel edges; shorter outlines are specks and left out."""


def mask_outline(mask: MaskArray, *, smooth: bool = True) -> QPainterPath:
    """Return the border of a mask, holes included, in fractions 0..1 of its width and height.

    Args:
        mask: shape (height, width).
        smooth: round the steps of its pixels, by less than two of them.
    """
    height, width = mask.shape
    path = QPainterPath()
    for loop in _loops(mask):
        corners = np.array(loop, dtype=np.float64)
        if smooth:
            if len(corners) < _SMALLEST_LOOP:
                continue
            corners = _smoothed(corners)
        corners /= (width, height)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners.tolist()]))
        path.closeSubpath()
    return path


def _loops(mask: MaskArray) -> list[list[tuple[int, int]]]:
    """Return the closed walks (x, y) along the pixels' edges, the mask always on the same side."""
    inside = np.pad(mask, 1)
    stride = inside.shape[1]

    def starts(here: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        return np.flatnonzero(here)

    # An edge leads from the upper left corner of the padded pixel with this flat index, or to it.
    above, left = np.zeros_like(inside), np.zeros_like(inside)
    above[1:] = inside[:-1]
    left[:, 1:] = inside[:, :-1]
    top = starts(inside & ~above)
    bottom = starts(~inside & above)
    left_side = starts(inside & ~left)
    right_side = starts(~inside & left)
    begins = np.concatenate([top, bottom + 1, left_side + stride, right_side])
    ends = np.concatenate([top + 1, bottom, left_side, right_side + stride])
    following: dict[int, list[int]] = {}
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        following.setdefault(begin, []).append(end)
    loops = []
    while following:
        begin = next(iter(following))
        walk, here = [], begin
        while True:
            walk.append(here)
            ways = following[here]
            after = ways.pop()
            if not ways:
                del following[here]
            here = after
            if here == begin:
                break
        # Back from the padding of one pixel.
        loops.append([(place % stride - 1, place // stride - 1) for place in walk])
    return loops


def _smoothed(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the moving mean along a closed walk; every second point is enough."""
    total = np.zeros_like(corners)
    for shift in range(_SMOOTHED_OVER):
        total += np.roll(corners, shift - _SMOOTHED_OVER // 2, axis=0)
    return total[::2] / _SMOOTHED_OVER
