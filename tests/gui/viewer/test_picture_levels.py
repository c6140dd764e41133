"""Which of a photo's pictures is drawn, and what is made of it once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from memapp.gui.viewer.picture_levels import PictureLevels

MakeImage = Callable[..., QImage]


def test_nothing_to_draw_without_a_picture() -> None:
    levels = PictureLevels()
    levels.start(None)
    assert levels.best(100) is None
    assert levels.shape.isEmpty()
    levels.start(QImage())
    assert levels.best(100) is None


def test_a_placeholder_serves_until_a_picture_comes(plain_image: MakeImage) -> None:
    levels = PictureLevels()
    levels.start(plain_image(256, 128))
    assert levels.shape == QSize(256, 128)
    assert levels.size.isEmpty()
    levels.add(plain_image(1000, 500))
    assert levels.size == QSize(1000, 500)
    best = levels.best(200)
    assert best is not None
    assert best.width() == 250


@pytest.mark.parametrize(
    ("width", "chosen"),
    [(4000, 4000), (5000, 4000), (2001, 4000), (1000, 1000), (999, 1000), (900, 1000), (1001, 2000)],
)
def test_the_smallest_that_is_large_enough_is_drawn(
    plain_image: MakeImage, width: float, chosen: int
) -> None:
    levels = PictureLevels()
    levels.start(None)
    levels.add(plain_image(4000, 40))
    levels.add(plain_image(1000, 10))
    best = levels.best(width)
    assert best is not None
    assert best.width() == chosen


def test_halves_are_made_once(plain_image: MakeImage) -> None:
    levels = PictureLevels()
    levels.start(None)
    levels.add(plain_image(1024, 1024))
    first, second = levels.best(300), levels.best(300)
    assert first is not None
    assert second is not None
    assert first.width() == 512
    assert first.cacheKey() == second.cacheKey()


def test_a_half_never_hides_a_smaller_picture(plain_image: MakeImage) -> None:
    levels = PictureLevels()
    levels.start(None)
    levels.add(plain_image(900, 90))
    levels.add(plain_image(6000, 600))
    widths = [best.width() for best in (levels.best(width) for width in (2500, 880, 2500, 100)) if best]
    assert widths == [3000, 900, 3000, 113]


def test_a_half_averages_what_it_leaves_out() -> None:
    columns = np.zeros((64, 64), np.uint8)
    columns[:, 1::2] = 255
    stripes = QImage(columns.tobytes(), 64, 64, 64, QImage.Format.Format_Grayscale8).copy()
    levels = PictureLevels()
    levels.start(None)
    levels.add(stripes)
    half = levels.best(32)
    assert half is not None
    assert half.pixelColor(16, 16).red() == pytest.approx(127, abs=2)


def test_the_next_photo_forgets_the_last(plain_image: MakeImage) -> None:
    levels = PictureLevels()
    levels.start(None)
    levels.add(plain_image(1000, 500))
    levels.start(plain_image(64, 64))
    assert levels.shape == QSize(64, 64)
