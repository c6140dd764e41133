"""Outlines of masks: on the right side of every pixel, with their holes, in fractions of the photo."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from memapp.core.explanation import MaskArray
from memapp.gui.overlay.outlines import mask_outline
from tests.gui.overlay.explained import box


def filled(path: QPainterPath, height: int, width: int) -> MaskArray:
    """Which pixels' centres lie inside a path."""
    return np.array(
        [
            [path.contains(QPointF((x + 0.5) / width, (y + 0.5) / height)) for x in range(width)]
            for y in range(height)
        ]
    )


RING = box(30, 40, 5, 5, 25, 35) & ~box(30, 40, 10, 12, 20, 28)
CORNERS = box(30, 40, 0, 0, 12, 16) | box(30, 40, 12, 16, 30, 40)
MASKS = {
    "a box": box(30, 40, 5, 8, 20, 33),
    "all": np.ones((30, 40), bool),
    "one pixel": box(30, 40, 7, 9, 8, 10),
    "at the edge": box(30, 40, 0, 20, 30, 40),
    "with a hole": RING,
    "two that touch at a corner": CORNERS,
    "noise": np.random.default_rng(3).random((30, 40)) > 0.5,
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_every_pixel_lies_on_its_side_of_the_line(mask: MaskArray) -> None:
    assert np.array_equal(filled(mask_outline(mask, smooth=False), *mask.shape), mask)


def test_an_empty_mask_has_no_outline() -> None:
    assert mask_outline(np.zeros((30, 40), bool)).isEmpty()


def test_a_smoothed_line_leaves_its_place_by_less_than_two_pixels() -> None:
    yy, xx = np.mgrid[:120, :160]
    disc = (yy - 60) ** 2 + (xx - 80) ** 2 < 40**2
    path = mask_outline(disc)
    distance = np.hypot(yy + 0.5 - 60.5, xx + 0.5 - 80.5)
    inside = filled(path, 120, 160)
    assert inside[distance < 38].all()
    assert not inside[distance > 42].any()
    assert path.elementCount() < mask_outline(disc, smooth=False).elementCount()


def test_it_lies_in_fractions_of_the_photo() -> None:
    path = mask_outline(box(30, 40, 15, 10, 30, 20), smooth=False)
    assert path.boundingRect() == QRectF(0.25, 0.5, 0.25, 0.5)
