"""Maps over photos: at the right place at every size, and nothing where the net does not see."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SEEN_PART, SQUASHED_SIDE
from memapp.core.map_placement import place_map


def a_map() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(FRAME_SIDE, FRAME_SIDE)).astype(np.float32)


def test_at_the_squashed_size_the_map_itself_lies_in_the_middle() -> None:
    values = a_map()
    placed = place_map(values, SQUASHED_SIDE, SQUASHED_SIDE)
    last = FRAME_OFFSET + FRAME_SIDE
    np.testing.assert_allclose(placed[FRAME_OFFSET:last, FRAME_OFFSET:last], values, atol=1e-6)
    assert np.isnan(placed).sum() == SQUASHED_SIDE**2 - FRAME_SIDE**2


@pytest.mark.parametrize("shape", [(600, 400), (1024, 683), (37, 1000), (1, 1), (3, 2), (2048, 2049)])
def test_a_ramp_stays_a_ramp_and_ends_where_the_frame_does(shape: tuple[int, int]) -> None:
    height, width = shape
    centres = np.arange(FRAME_SIDE) + 0.5
    # Each pixel's value says where it lies in the squashed photo.
    down, across = np.meshgrid(centres + FRAME_OFFSET, centres + FRAME_OFFSET, indexing="ij")
    for ramp, axis in ((down, 0), (across, 1)):
        placed = place_map(ramp.astype(np.float32), height, width)
        assert placed.shape == shape
        centre_of = [(np.arange(length) + 0.5) / length for length in shape]
        inside = [(SEEN_PART.left <= at) & (at < SEEN_PART.right) for at in centre_of]
        np.testing.assert_array_equal(~np.isnan(placed), np.outer(*inside))
        positions = centre_of[axis] * SQUASHED_SIDE
        truth = np.broadcast_to(positions[:, None] if axis == 0 else positions[None, :], shape)
        seen = ~np.isnan(placed)
        # The outermost half pixel of the frame is as its neighbour.
        assert np.abs(placed - truth)[seen].max(initial=0) <= 0.5 + 1e-3
