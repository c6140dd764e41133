"""Ties: which neighbours in an order have scores that are too close to call."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.library.changes import Rows
from memapp.library.library import Library
from memapp.library.photo_columns import PART, Part


def ties_with_next(library: Library, rows: Rows, tie_width: float) -> npt.NDArray[np.bool_]:
    """Return for each row but the last whether it ties with the one after it, shape (max(n - 1, 0),).

    Photos without a score tie with none, nor do damaged ones and shapes that the net can't judge; exact and
    fast scores are never weighed against each other.
    """
    scores, parts = library.values("score")[rows], library.values(PART)[rows]
    with np.errstate(invalid="ignore"):
        close = np.abs(np.diff(scores)) < tie_width
    return np.asarray(close & (parts[:-1] == parts[1:]) & (parts[:-1] != Part.CAUTION))


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
