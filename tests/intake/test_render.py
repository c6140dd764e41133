"""The net's frame equals, to the last bit, what `resmem` crops from the squashed photo."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from memapp.core.records import PixelArray
from memapp.intake.render import Box, net_frame

NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 256, (2200, 2200, 3), dtype=np.uint8))

_chance = np.random.default_rng(6)
_ANY = [tuple(map(int, _chance.integers(900, 2200, 2))) for _ in range(40)]
_NEARLY_SQUARE = [
    (side, side + off) for side, off in zip(range(990, 2190, 60), [-2, -1, 0, 1, 2] * 4, strict=True)
]
_UPRIGHT = [(1100, 1760), (1100, 1650), (1100, 1768), (1185, 2124), (1172, 2112), (1000, 1599), (1325, 2119)]
_OTHERS = [
    (1, 1),
    (2, 3),
    (255, 257),
    (146, 252),
    (227, 227),
    (256, 256),
    (1600, 1067),
    (1999, 1000),
    (2200, 999),
]


@pytest.mark.parametrize("size", [*_ANY, *_NEARLY_SQUARE, *_UPRIGHT, *_OTHERS], ids=str)
def test_the_frame_is_cut_out_of_the_squashed_photo(size: tuple[int, int]) -> None:
    image = NOISE.crop((0, 0, *size))
    np.testing.assert_array_equal(net_frame(image), as_resmem(image, (0, 0, *size)))


@pytest.mark.parametrize(
    "box", [(0.0, 0.0, 1999.5, 1333.25), (0.5, 0.75, 1600.5, 1067.75), (3.0, 0.0, 2000.0, 1999.875)]
)
def test_the_frame_of_a_photo_that_is_a_part_of_the_image(box: Box) -> None:
    image = NOISE.crop((0, 0, 2000, 2000))
    np.testing.assert_array_equal(net_frame(image, box), as_resmem(image, box))


@pytest.mark.parametrize("size", [(6000, 4000), (4000, 6000), (8256, 5504), (12000, 1500)], ids=str)
def test_the_frame_of_camera_sizes(size: tuple[int, int]) -> None:
    image = NOISE.resize(size, Image.Resampling.NEAREST)
    np.testing.assert_array_equal(net_frame(image), as_resmem(image, (0, 0, *size)))


def as_resmem(image: Image.Image, box: Box) -> PixelArray:
    squashed = image.resize((256, 256), Image.Resampling.BILINEAR, box=box)
    return np.asarray(squashed)[14:241, 14:241]
