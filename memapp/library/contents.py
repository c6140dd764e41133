"""What photos consist of, as columns: a line of words, and the share of one category at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from memapp.core.contents import Contents, contents_text, share_text
from memapp.core.records import PhotoId
from memapp.core.text import tr
from memapp.library.columns import Column, ExportField, Kind, RangeFilter, Sorting, TextFilter, Values
from memapp.library.filtering import PhotoFilter
from memapp.library.library import Library

CONTENTS = "contents"
"""The column that says what a photo consists of, once a segmenter has looked at it; None before."""
SHARES = "shares"
"""The column of the Contents."""
SHARE = "share"
"""The column of the share of the category that people sort and filter by, in percent."""

USUAL_CATEGORY = "person"


def contents_columns(category: str = USUAL_CATEGORY) -> tuple[Column, ...]:
    """Return the columns of what photos consist of."""
    return (
        Column(
            id=CONTENTS,
            title=tr("What's in it"),
            kind=Kind.TEXT,
            sort=Sorting(in_menu=False),
            details=True,
            filter=TextFilter(),
            export=ExportField("contents"),
        ),
        Column(id=SHARES, title="", kind=Kind.OBJECT),
        share_column(category),
    )


def share_column(category: str, *, segmenter: str | None = None) -> Column:
    """Return the column of the share of one category; unknown where the segmenter has not looked yet.

    Args:
        category: its name.
        segmenter: the hash of the segmenter whose category it is: another's shares are not mixed in; None to
            take those of any.
    """

    def share(contents: Contents | None) -> float:
        if contents is None or (segmenter is not None and contents.segmenter != segmenter):
            return np.nan
        return 100 * contents.shares.get(category, 0.0)

    def shares(library: Library) -> Values:
        return np.array([share(each) for each in library.values(SHARES).tolist()], np.float64)

    return Column(
        id=SHARE,
        title=tr("{category}, % of the photo", category=category[:1].upper() + category[1:]),
        kind=Kind.NUMBER,
        of_all=shares,
        depends_on=frozenset({SHARES}),
        sort=Sorting(descending_first=True, place=9),
        filter=RangeFilter(0, 100),
        text=lambda percent: share_text(percent / 100),
    )


def count_not_looked_at(library: Library, photo_filter: PhotoFilter) -> int:
    """Return how many photos a filter hides because it is not known what is in them; 0 if it does not ask."""
    rows = library.rows()
    unknown = np.zeros(len(rows), np.bool_)
    for condition in photo_filter:
        if condition.column in (CONTENTS, SHARE):
            column = library.columns[condition.column]
            unknown |= column.missing_in(library.values(condition.column)[rows])
    return int(np.count_nonzero(unknown))


def note_contents(library: Library, found: Mapping[PhotoId, Contents]) -> None:
    """Note what photos consist of."""
    with library.gathered():
        library.set(SHARES, found)
        library.set(CONTENTS, {photo: contents_text(each) for photo, each in found.items()})
