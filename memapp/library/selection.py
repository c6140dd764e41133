"""What several photos have in common, and how their scores stand to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memapp.core.marks import Flag
from memapp.core.number_text import number_text
from memapp.core.score_scale import ScoreScale
from memapp.core.text import tr, trn
from memapp.library.changes import Rows
from memapp.library.columns import Column
from memapp.library.library import Library
from memapp.library.marks import FLAG
from memapp.library.order import NAME
from memapp.library.photo import Photo
from memapp.library.photo_columns import PART, Part

MOST_COMPARED = 1_000
"""Of more photos, nothing is said of their files: it would take longer than a click may."""

_RANGES = frozenset({"taken", "size"})
"""Columns of which the lowest and the highest value are said where they differ."""


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """The scores of several photos."""

    count: int
    """Of the photos."""
    scores: npt.NDArray[np.float64]
    """(n,): of those that have one, in any order."""
    fast: npt.NDArray[np.bool_]
    """(n,): which of them are fast."""
    best: float | None = None
    """The best of those that can be compared with others."""
    verdict: str = ""
    """Whether the best of them is clear, in a sentence; empty where they can't be compared."""


def summary_of(library: Library, rows: Rows, scale: ScoreScale) -> ScoreSummary:
    """Return the scores of the photos in these rows."""
    values = np.asarray(library.values("score")[rows], np.float64)
    scored = ~np.isnan(values)
    exact = scored & (library.values(PART)[rows] == Part.EXACT)
    return ScoreSummary(
        len(rows),
        values[scored],
        np.asarray(library.values("fast")[rows][scored], np.bool_),
        _best(values[exact], scale),
        verdict_on(values[exact], scale),
    )


def _best(scores: npt.NDArray[np.float64], scale: ScoreScale) -> float | None:
    if not len(scores):
        return None
    return float(scores.min() if scale.low_is_better else scores.max())


def verdict_on(scores: npt.NDArray[np.float64], scale: ScoreScale) -> str:
    """Return whether the best of these scores is clear, in a sentence; empty for fewer than two."""
    if len(scores) < 2:
        return ""
    ranked = np.sort(scores) if scale.low_is_better else -np.sort(-scores)
    ties = int(np.count_nonzero(np.abs(ranked - ranked[0]) < scale.tie_width))
    if ties == len(scores):
        return tr("Their scores are too close to call.")
    if ties > 1:
        return trn("The best one is clear.", "The best {count:,} are too close to call.", ties)
    apart = number_text(float(abs(ranked[0] - ranked[1])), ".2f")
    return tr("The best one is clear: {difference} ahead of the next.", difference=apart)


def common_rows(library: Library, rows: Rows, *, without: frozenset[str]) -> list[tuple[str, str]]:
    """Return title and text of each column of the details view, as far as the photos have it in common.

    Args:
        library: of the photos.
        rows: of the photos; of more than MOST_COMPARED, only their marks are counted.
        without: the ids of columns to leave out; names always are.
    """
    return [*_marked(library, rows), *_common(library, rows, without | {NAME, FLAG})]


def _marked(library: Library, rows: Rows) -> Iterator[tuple[str, str]]:
    flags = library.values(FLAG)[rows]
    for flag, title in ((Flag.PICK, tr("Picked")), (Flag.REJECT, tr("Rejected"))):
        if count := int(np.count_nonzero(flags == flag)):
            yield title, number_text(count, ",")


def _common(library: Library, rows: Rows, without: frozenset[str]) -> Iterator[tuple[str, str]]:
    if not 0 < len(rows) <= MOST_COMPARED:
        return
    photos = [Photo(library, row) for row in rows.tolist()]
    for column in library.columns.detailed:
        if column.id in without:
            continue
        first = column.described(photos[0])
        if all(column.described(photo) == first for photo in photos[1:]):
            text = first
        elif column.id in _RANGES:
            text = _range(column, library, rows)
        else:
            text = tr("Different")
        if text:
            yield column.title, text


def _range(column: Column, library: Library, rows: Rows) -> str:
    values = library.values(column.id)[rows]
    known = rows[values != column.missing_value]
    values = values[values != column.missing_value]
    ends = (known[np.argmin(values)], known[np.argmax(values)])
    lowest, highest = (column.described(Photo(library, int(row))) for row in ends)
    if lowest == highest:
        # The others have none.
        return tr("Different")
    return tr("{lowest} to {highest}", lowest=lowest, highest=highest)
