"""The columns of stacks: which photos belong together, and which one stands for them."""

from __future__ import annotations

from memapp.core.text import tr
from memapp.library.columns import Column, Kind
from memapp.library.photo import Photo

STACK, LEADS, COMPANION = "stack", "leads_stack", "raw_of"
"""Columns: the number of a photo's stack, 0 for none; whether it is on top of its moment; the row, plus 1, of
the photo whose RAW file it is, 0 for none."""


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
        Column(id=LEADS, title="", kind=Kind.FLAG, of_file=False),
        Column(id=COMPANION, title="", kind=Kind.INTEGER, missing=0, of_file=False),
    )


def _in_words(photo: Photo) -> str:
    if not photo[STACK]:
        return ""
    if photo[LEADS]:
        return tr(
            "On top of its moment: by score, and by sharpness where scores are too close to call, unless a "
            "person chose it."
        )
    return tr("One of several photos of a moment.")
