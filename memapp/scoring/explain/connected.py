"""The connected parts of a mask: things of one kind that stand apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import MaskArray


def connected_parts(mask: MaskArray) -> list[MaskArray]:
    """Return the parts of a mask that touch nowhere, not even at a corner, the largest first.

    Two passes over runs of pixels, joined by union-find (Rosenfeld, Pfaltz 1966).

    Args:
        mask: (height, width).
    """
    rows, starts, ends = _runs(mask)
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    row_of, start_of, end_of = rows.tolist(), starts.tolist(), ends.tolist()
    above = 0
    for run, row in enumerate(row_of):
        while row_of[above] < row - 1 or (row_of[above] == row - 1 and end_of[above] < start_of[run]):
            above += 1
        touched = above
        while row_of[touched] == row - 1 and start_of[touched] <= end_of[run]:
            parents[root(run)] = root(touched)
            touched += 1
    roots = np.array([root(run) for run in range(len(rows))], dtype=np.intp)
    sizes = np.bincount(roots, weights=ends - starts, minlength=len(rows)) if len(rows) else np.zeros(0)
    parts = []
    for part in sorted(set(roots.tolist()), key=lambda each: (-sizes[each], each)):
        found = np.zeros(mask.shape, bool)
        for index in np.flatnonzero(roots == part).tolist():
            found[row_of[index], start_of[index] : end_of[index]] = True
        parts.append(found)
    return parts


def _runs(mask: MaskArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return row, first column and the column behind the last of each run of pixels, in reading order."""
    edges = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    edges[:, 1:-1] = mask
    changes = np.diff(edges, axis=1)
    rows, starts = np.nonzero(changes == 1)
    _, ends = np.nonzero(changes == -1)
    return rows, starts, ends
