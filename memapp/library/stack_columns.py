"""The columns of stacks: which photos belong together, and which one stands for them."""

from __future__ import annotations

import numpy as np

from memapp.core.text import tr
from memapp.library.columns import Column, Kind, Sorting, Values
from memapp.library.library import Library
from memapp.library.photo import Photo

STACK, LEADS, COMPANION = "stack", "leads_stack", "raw_of"
"""Columns: the number of a photo's stack, below 0 for a bracket, 0 for none; whether it is on top of its
moment; the row, plus 1, of the photo whose RAW file it is, 0 for none."""


def stack_columns() -> tuple[Column, ...]:
    """Return the columns of stacks."""
    return (
        Column(
            id=STACK,
            title="",
            kind=Kind.INTEGER,
            missing=0,
            of_file=False,
            tooltip=_in_words,
            spoken=_in_words,
        ),
        Column(
            id="stack_size",
            title=tr("Photos in moment"),
            kind=Kind.INTEGER,
            missing=0,
            of_all=_sizes,
            depends_on=frozenset({STACK}),
            sort=Sorting(descending_first=True, in_menu=False),
            details=True,
        ),
        Column(id=LEADS, title="", kind=Kind.FLAG, of_file=False),
        Column(id=COMPANION, title="", kind=Kind.INTEGER, missing=0, of_file=False),
    )


def _sizes(library: Library) -> Values:
    numbers = np.abs(library.values(STACK))
    sizes = np.bincount(numbers, minlength=1)
    sizes[0] = 0
    return sizes[numbers]


def _in_words(photo: Photo) -> str:
    if not photo[STACK]:
        return ""
    if photo[STACK] < 0:
        return tr("One of the exposures of a bracket.")
    if photo[LEADS]:
        return tr(
            "On top of its moment: by score, and by sharpness where scores are too close to call, unless a "
            "person chose it."
        )
    return tr("One of several photos of a moment.")
