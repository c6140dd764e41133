"""Placing a map of the net's frame over the frame's photo, at any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SQUASHED_SIDE


def place_map(in_frame: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """Enlarge (bilinearly) or shrink a map of the frame to a photo's size.

    Args:
        in_frame: shape (227, 227).
        height: of the upright photo, in pixels.
        width: of the upright photo, in pixels.

    Returns:
        Shape (height, width); NaN at pixels whose centre is outside the frame.
    """
    rows, columns = _Samples.of(height), _Samples.of(width)
    placed = np.full((height, width), np.nan, np.float32)
    # First across, in the frame's few rows, then down: nothing larger than the result is needed.
    across = _between(in_frame[:, columns.before], in_frame[:, columns.after], columns.share[None, :])
    placed[rows.seen, columns.seen] = _between(across[rows.before], across[rows.after], rows.share[:, None])
    return placed


class _Samples:
    """The positions of one axis of a photo between the frame's pixels."""

    def __init__(self, seen: slice, positions: npt.NDArray[np.floating[Any]]) -> None:
        self.seen = seen
        # The outermost half pixel has a neighbour on one side only.
        inside = np.clip(positions, 0, FRAME_SIDE - 1)
        self.before = np.minimum(inside.astype(np.intp), FRAME_SIDE - 2)
        self.after = self.before + 1
        self.share = (inside - self.before).astype(np.float32)

    @classmethod
    def of(cls, length: int) -> _Samples:
        """Return the samples for an axis of this many pixels."""
        centres = (np.arange(length) + 0.5) * (SQUASHED_SIDE / length) - FRAME_OFFSET
        first, last = np.searchsorted(centres, (0, FRAME_SIDE))
        return cls(slice(int(first), int(last)), centres[first:last] - 0.5)


def _between(
    before: npt.NDArray[np.float32], after: npt.NDArray[np.float32], share: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    return before + (after - before) * share
