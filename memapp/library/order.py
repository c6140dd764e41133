"""The order of photos, as pure functions of columns: window, report and command line rank alike."""

from __future__ import annotations

from dataclasses import dataclass
from operator import ne

import numpy as np

from memapp.core.names import natural_key
from memapp.library.changes import Rows
from memapp.library.columns import Column, Kind, Sorting, Values
from memapp.library.library import Library

SCORE = "score"
NAME = "name"
NAME_RANK = "name_rank"
"""The column that breaks ties: each photo's place by name, computed once for all orders."""


@dataclass(frozen=True, slots=True)
class Order:
    """What photos are sorted by."""

    column: str = SCORE
    descending: bool = True

    @classmethod
    def natural(cls, column: Column) -> Order:
        """Return the order that people first want of a column."""
        return cls(column.id, bool(column.sort and column.sort.descending_first))


def ordered(library: Library, order: Order, rows: Rows | None = None) -> Rows:
    """Return rows in order; all that are there, or those given.

    The order is stable: photos equal in what is sorted by keep the order of their names, and those of equal
    names the order of their arrival, in both directions. Photos whose value is unknown come last in both
    directions; before them, also in both directions, those with the column's `apart` flag.

    Raises:
        KeyError: there is no such column.
        ValueError: the column can't be sorted by.
    """
    rows = library.rows() if rows is None else rows
    column = library.columns[order.column]
    if column.sort is None or column.kind is Kind.OBJECT:
        raise ValueError(f"photos can't be sorted by {column.id}")
    names = library.values(NAME_RANK)[rows]
    missing = column.missing_in(library.values(column.id))[rows]
    value = np.where(missing, 0, _sortable(library, column, column.sort)[rows])
    keys = [names, -value if order.descending else value]
    if column.sort.apart:
        keys.append(library.values(column.sort.apart)[rows])
    keys.append(missing)
    # A sort for each key: those that tell no photos apart are left out.
    return rows[np.lexsort(keys[:2] + [key for key in keys[2:] if key.any()])]


@dataclass(frozen=True, slots=True)
class Border:
    """Where photos that stand apart begin in an order, such as fast scores."""

    place: int
    """Of the first of them; never 0."""
    part: int
    """Their value in the column that keeps them apart."""


def borders_in(library: Library, order: Order, rows: Rows) -> tuple[Border, ...]:
    """Return the borders in ordered rows, from the top; none for photos that begin the order."""
    sorting = library.columns[order.column].sort
    if sorting is None or not sorting.apart or not len(rows):
        return ()
    parts = library.values(sorting.apart)[rows].astype(np.int64)
    firsts = ((part, int(np.argmax(parts == part))) for part in np.unique(parts).tolist() if part)
    return tuple(Border(place, part) for part, place in firsts if place)


class TextRanks:
    """Computes each row's place when all are sorted by a text column, for Column.of_all.

    It remembers the order of the last time: Python's sort makes use of what is in order already.
    """

    def __init__(self, column_id: str) -> None:
        """Take the column of sort keys, as core.names.natural_key makes them."""
        self._column_id = column_id
        self._places: list[int] = []

    def __call__(self, library: Library) -> Rows:
        """Return the places, shape (capacity,); equal texts share one."""
        keys = library.values(self._column_id).tolist()
        if len(self._places) > len(keys):
            self._places = []
        places = [*self._places, *range(len(self._places), len(keys))]
        places.sort(key=keys.__getitem__)
        self._places = places
        return _shared_ranks(list(map(keys.__getitem__, places)), places)


def text_ranks(texts: Values) -> Rows:
    """Return each text's place in people's order, shape (n,); equal texts share one, None comes first."""
    keys = [natural_key(text) if text else "" for text in texts.tolist()]
    places = sorted(range(len(keys)), key=keys.__getitem__)
    return _shared_ranks(list(map(keys.__getitem__, places)), places)


def _shared_ranks(rising: list[str], places: list[int]) -> Rows:
    ranks = np.empty(len(places), dtype=np.int64)
    if places:
        steps = np.fromiter(map(ne, rising[1:], rising), dtype=np.int64, count=len(rising) - 1)
        ranks[places] = np.concatenate([[0], np.cumsum(steps)])
    return ranks


def _sortable(library: Library, column: Column, sorting: Sorting) -> Values:
    if column.kind is Kind.TEXT:
        return library.values(NAME_RANK) if column.id == NAME else text_ranks(library.values(column.id))
    values = library.values(column.id)
    if column.kind is Kind.FLAG:
        return values.astype(np.int64)
    return np.abs(values) if sorting.by_magnitude else values
