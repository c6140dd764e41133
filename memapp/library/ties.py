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
