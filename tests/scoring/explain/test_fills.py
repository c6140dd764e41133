"""Fills of a part of a frame contain its surroundings and nothing of the part itself."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from memapp.core.frame import FRAME_SIDE, SEEN_PART
from memapp.intake.render import net_frame
from memapp.scoring.explain.fills import (
    blur,
    blurred_frame,
    cover_of,
    covered,
    mean_frame,
    seen_area,
    surroundings_colour,
    surroundings_spread,
)
from tests.scoring.explain.driving import grey_frame_with

SQUARE = (slice(80, 140), slice(60, 120))


def square_cover() -> np.ndarray:
    cover = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
    cover[SQUARE] = 1
    return cover


@pytest.mark.parametrize("fill", [surroundings_colour, surroundings_spread])
def test_a_fill_contains_nothing_of_its_region(fill: object) -> None:
    assert callable(fill)
    frame = grey_frame_with(250, top=80, left=60, side=60, ground=90)
    filled = covered(frame, square_cover(), fill(frame, square_cover()))
    assert np.abs(filled[SQUARE].astype(int) - 90).max() <= 1
    np.testing.assert_array_equal(filled[:80], frame[:80])


@pytest.mark.parametrize("fill", [surroundings_colour, surroundings_spread])
def test_a_region_that_covers_the_frame_is_filled_with_its_mean(fill: object) -> None:
    assert callable(fill)
    frame = grey_frame_with(250, top=0, left=0, side=113, ground=50)
    everything = np.ones((FRAME_SIDE, FRAME_SIDE), np.float32)
    filled = covered(frame, everything, fill(frame, everything))
    np.testing.assert_allclose(filled, round(frame.mean()), atol=1)


def test_spread_surroundings_blend_from_one_side_to_the_other() -> None:
    frame = np.full((FRAME_SIDE, FRAME_SIDE, 3), 40, np.uint8)
    frame[:, 90:] = 200
    filled = surroundings_spread(frame, square_cover())
    assert filled[110, 62].mean() < 90
    assert filled[110, 117].mean() > 150
    # One colour for the whole part, where the mean is used.
    assert np.ptp(surroundings_colour(frame, square_cover()), axis=(0, 1)).max() == 0


def test_a_blurred_plain_frame_is_plain_up_to_its_edge() -> None:
    frame = grey_frame_with(120, top=0, left=0, side=FRAME_SIDE)
    np.testing.assert_allclose(blurred_frame(frame), 120, atol=0.01)
    np.testing.assert_allclose(mean_frame(frame), 120)


def test_blur_keeps_the_sum() -> None:
    values = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
    values[113, 100] = 1
    blurred = blur(values, 6.0)
    assert blurred.sum() == pytest.approx(1, abs=1e-3)
    row, column = np.unravel_index(blurred.argmax(), blurred.shape)
    assert (int(row), int(column)) == (113, 100)
    assert blurred.max() == pytest.approx(1 / (2 * np.pi * 36), rel=0.01)


@pytest.mark.parametrize("shape", [(300, 500), (1000, 700), (90, 120)])
def test_a_region_is_squashed_like_its_photo(shape: tuple[int, int]) -> None:
    mask = np.zeros(shape, bool)
    mask[shape[0] // 3 : shape[0] // 2, shape[1] // 4 : shape[1] // 2] = True
    # A photo that is white in the region and black elsewhere, loaded like every frame.
    photo = Image.fromarray(np.repeat((mask * 255).astype(np.uint8)[..., None], 3, axis=2))
    np.testing.assert_allclose(cover_of(mask), net_frame(photo)[..., 0] / 255, atol=1.5 / 255)


def test_shares_count_parts_of_pixels() -> None:
    everything = np.ones((100, 40), bool)
    width = SEEN_PART.right - SEEN_PART.left
    assert seen_area(everything) == pytest.approx(width**2)
    strip = np.zeros((100, 40), bool)
    strip[:, :4] = True  # crosses the frame's edge, at 2.1875
    assert seen_area(strip) == pytest.approx((4 - 40 * SEEN_PART.left) / 40 * width)
    outside = np.zeros((100, 40), bool)
    outside[:, :2] = True
    assert seen_area(outside) == 0
