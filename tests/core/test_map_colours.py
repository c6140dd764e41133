"""The colours of maps: zero is pale, both sides are symmetric, and unseen parts are marked."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.map_colours import (
    MAP_LIMIT,
    NOISE,
    hatching,
    level_colours,
    level_opacities,
    map_levels,
    map_limit,
    raises_or_lowers,
)


def test_levels_encode_sign_strength_and_unseen_pixels() -> None:
    values = np.array([[-1.0, -0.1, -0.05, 0.0, 0.05, 0.1, 1.0, np.nan]], np.float32)
    np.testing.assert_array_equal(map_levels(values, 0.1), [[1, 1, 64, 128, 192, 255, 255, 0]])


def test_noise_gets_no_colour_however_the_colours_are_stretched() -> None:
    values = np.array([[-0.031, -0.029, 0.029, 0.031]], np.float32)
    for limit in (MAP_LIMIT, NOISE):
        levels = map_levels(values, limit)[0]
        assert levels[1] == levels[2] == 128
        assert levels[0] < 100
        assert levels[3] > 156
    assert raises_or_lowers(values) == (True, True)
    assert raises_or_lowers(values[:, 1:3]) == (False, False)
    assert raises_or_lowers(np.full((2, 2), np.nan, np.float32)) == (False, False)


def test_all_maps_have_the_same_limit_unless_they_are_stretched() -> None:
    assert map_limit(np.full((4, 4), 0.9, np.float32)) == MAP_LIMIT == 0.10


def test_the_limit_is_in_whole_hundredths_and_a_few_pixels_do_not_set_it() -> None:
    values = np.full((100, 100), 0.031, np.float32)
    assert map_limit(values, stretched=True) == pytest.approx(0.04)
    values[0, :40] = -0.9
    assert map_limit(values, stretched=True) == pytest.approx(0.04)
    values[:, :50] = -0.9
    assert map_limit(values, stretched=True) == pytest.approx(0.9)
    assert map_limit(np.zeros((5, 5), np.float32), stretched=True) == NOISE
    assert map_limit(np.full((5, 5), np.nan, np.float32), stretched=True) == NOISE


def test_lowering_is_blue_raising_is_red_and_zero_is_pale() -> None:
    colours = level_colours()[:, 0].astype(int)
    assert colours.shape == (256, 3)
    lowest, nothing, highest = colours[1 + 20], colours[128], colours[255 - 20]
    assert lowest[2] > lowest[0] + 50
    assert highest[0] > highest[2] + 50
    assert nothing.min() > 240
    # Lightness falls equally to both sides, so that strength shows in grey, too.
    light = colours[1:] @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(light[:127]) > -1).all()
    assert (np.diff(light[128:]) < 1).all()


def test_small_values_are_transparent() -> None:
    opacities = level_opacities().astype(int)
    assert opacities.shape == (256,)
    assert opacities[0] == opacities[128] == 0
    assert opacities[1] == opacities[255] > 150
    assert (np.diff(opacities[128:]) >= 0).all()


def test_hatching_is_lines_at_every_size() -> None:
    for height, width in ((1, 1), (40, 60), (3000, 2000)):
        lines = hatching(height, width)
        assert lines.shape == (height, width)
        assert lines[0, 0]
        if height > 1:
            assert 0.1 < lines.mean() < 0.3
