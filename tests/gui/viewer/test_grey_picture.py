"""Below a coloured map: photos are grey, flat graphics keep their colours at the edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage

from memapp.gui.viewer.grey_picture import EDGE_SIDE, EdgeColours, edge_colours, in_grey
from memapp.gui.viewer.picture_levels import PictureLevels
from memapp.workers.preview_pool import to_image
from tests.conftest import CHECKOUT

RED, GREEN = (225, 75, 60), (0, 150, 70)
"""Alike in grey."""


def graphic(width: int = 400, height: int = 300) -> npt.NDArray[np.uint8]:
    pixels = np.full((height, width, 3), GREEN, np.uint8)
    pixels[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = RED
    return pixels


def grey_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    image = to_image(pixels)
    size = QSizeF(image.size())
    return in_grey(image, edge_colours(image), QRectF(0, 0, size.width(), size.height()), size)


def is_grey(image: QImage, x: int, y: int) -> bool:
    colour = image.pixelColor(x, y)
    return colour.red() == colour.green() == colour.blue()


def test_a_logo_keeps_its_edge_in_its_colours_and_is_grey_elsewhere() -> None:
    grey = grey_of(graphic())
    inside, outside = grey.pixelColor(101, 150), grey.pixelColor(98, 150)
    assert inside.red() > inside.green() + 50
    assert outside.green() > outside.red() + 50
    for x, y in ((5, 5), (200, 150), (60, 150)):
        assert is_grey(grey, x, y)


def test_edges_are_found_in_a_large_graphic_too() -> None:
    grey = grey_of(graphic(4 * EDGE_SIDE, 3 * EDGE_SIDE))
    assert not is_grey(grey, EDGE_SIDE + 2, 2 * EDGE_SIDE)
    assert is_grey(grey, 2 * EDGE_SIDE, 2 * EDGE_SIDE)


@pytest.mark.parametrize(
    "path", sorted((CHECKOUT / "resources" / "samples").glob("*.jpg")), ids=lambda p: p.name
)
def test_a_photo_is_grey_all_over(path: Path) -> None:
    photo = QImage(str(path))
    assert not photo.isNull()
    assert edge_colours(photo) is None


def test_a_thing_on_a_white_ground_and_a_smooth_sky_are_photos() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    product = np.full((300, 400, 3), 255, np.uint8)
    product[90:210, 120:280] = noise
    assert edge_colours(to_image(product)) is None
    sky = np.zeros((300, 400, 3), np.uint8)
    sky[...] = np.linspace(60, 250, 300).astype(np.uint8)[:, None, None] // np.array([3, 2, 1], np.uint8)
    assert edge_colours(to_image(sky)) is None


def test_nothing_is_no_graphic_and_each_photo_is_looked_at_anew() -> None:
    assert edge_colours(QImage()) is None
    levels, edges = PictureLevels(), EdgeColours()
    assert edges.of(levels) is None
    levels.start(to_image(graphic()))
    found = edges.of(levels)
    assert found is not None
    assert edges.of(levels) is found
    levels.start(to_image(np.full((30, 40, 3), GREEN, np.uint8)))
    assert edges.of(levels) is not found
