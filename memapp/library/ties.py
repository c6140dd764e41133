"""Ties: which neighbours in an order have scores that are too close to call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.library.changes import Rows
from memapp.library.library import Library
from memapp.library.photo_columns import PART, Part


def ties_with_next(library: Library, rows: Rows, tie_width: float) -> npt.NDArray[np.bool_]:
    """Return for each row but the last whether the one after it is in its tie, shape (max(n - 1, 0),).

    The rows are in order by score. A tie reaches as far as the tie width from its first photo, never further
    along a chain. Photos without a score tie with none, nor do damaged ones and shapes that the net can't
    judge; exact and fast scores are never weighed against each other.
    """
    tied = np.zeros(max(len(rows) - 1, 0), np.bool_)
    if tie_width <= 0:
        return tied
    scores, parts = library.values("score")[rows], library.values(PART)[rows]
    for part in (Part.EXACT, Part.FAST):
        places = np.flatnonzero((parts == part) & ~np.isnan(scores))
        if not len(places):
            continue
        # Rising away from the first one, whichever way they are sorted.
        distances = np.abs(scores[places] - scores[places[0]])
        first = 0
        while first < len(places):
            end = int(np.searchsorted(distances, distances[first] + tie_width, side="left"))
            end = max(end, first + 1)
            tied[places[first : end - 1]] = True
            first = end
    return tied


def ranks_and_ties(
    values: npt.NDArray[np.float64], tie_width: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return each score's rank among all, 1 for the highest, and how many others are too close to call.

    Equal scores share a rank. Shapes (n,); no score may be NaN.
    """
    peers = np.sort(values)
    # Scores may have gone through float32 on their way here.
    ranks = 1 + len(peers) - np.searchsorted(peers, values + 1e-6, side="right")
    above = np.searchsorted(peers, values + tie_width, side="left")
    ties = above - np.searchsorted(peers, values - tie_width, side="right") - 1
    return ranks, np.maximum(ties, 0)
