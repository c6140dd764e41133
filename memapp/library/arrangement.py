"""Which photos of a library are shown, and in which order; ties and borders follow from the order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.core.records import ImageKey, PhotoId
from memapp.library.changes import Change, Rows
from memapp.library.filtering import PhotoFilter
from memapp.library.order import NAME_RANK, SCORE, Border, Order, borders_in, ordered
from memapp.library.scores import Scores
from memapp.library.stack_book import StackBook
from memapp.library.stack_columns import COMPANION, LEADS, STACK
from memapp.library.ties import ties_with_next

_MOST_RANGES = 64


class Arrangement:
    """The rows that a view shows, in order. It changes only on request. Used by one thread."""

    def __init__(self, scores: Scores, stacks: StackBook) -> None:
        """Arrange the photos of these scores' library by score, highest first, unfiltered."""
        self._scores = scores
        self._library = scores.library
        self._stacks = stacks
        self.order = Order()
        self.filter = PhotoFilter()
        self.borders: tuple[Border, ...] = ()
        """Where photos that stand apart begin, such as fast scores, from the top."""
        self._ties: npt.NDArray[np.bool_] | None = None
        self.place(self.wanted())
        self.borders = self.borders_in(self.rows)

    def wanted(self) -> Rows:
        """Return the rows that should be shown now, in order.

        Raises:
            KeyError: there is no column of the order's.
            ValueError: it can't be sorted by.
        """
        return self._stacks.arranged(self.wanted_of_all())

    def wanted_of_all(self) -> Rows:
        """Return the rows that pass the filter, in order, those of collapsed moments included.

        Raises as wanted() does.
        """
        return ordered(self._library, self.order, self.passing(self._library.rows()))

    def passing(self, rows: Rows) -> Rows:
        """Return those of the rows that pass the filter."""
        return rows[self.filter.passing(self._library, rows)]

    def borders_in(self, rows: Rows) -> tuple[Border, ...]:
        """Return where photos that stand apart begin in rows that are in order."""
        follows = self._stacks.followers(rows)
        if not follows.any():
            return borders_in(self._library, self.order, rows)
        # What follows the top of its moment is not in the order itself.
        places = np.flatnonzero(~follows)
        found = borders_in(self._library, self.order, rows[places])
        return tuple(Border(int(places[border.place]), border.part) for border in found)

    def place(self, rows: Rows) -> None:
        """Show these rows of the library, in this order."""
        self.rows = rows
        self.places = np.full(self._library.capacity, -1, dtype=np.int64)
        """The place of each row of the library, shape (capacity,); -1 where it is not shown."""
        self.places[rows] = np.arange(len(rows))
        self._ties = None

    def leave(self, leaving: npt.NDArray[np.bool_]) -> None:
        """Let the borders follow the photos that are going to leave these places, shape (n,)."""
        if not self.borders:
            return
        sorting = self._library.columns[self.order.column].sort
        assert sorting is not None, "only sortable columns have borders"
        left = set(self._library.values(sorting.apart)[self.rows[~leaving]].tolist())
        moved = (
            Border(border.place - int(np.count_nonzero(leaving[: border.place])), border.part)
            for border in self.borders
        )
        self.borders = tuple(border for border in moved if border.place and border.part in left)

    def place_of(self, photo: PhotoId | ImageKey) -> int | None:
        """Return the place of a photo; None where it is not shown."""
        row = self._library.row(photo)
        if row is None or row >= len(self.places) or self.places[row] < 0:
            return None
        return int(self.places[row])

    def places_of(self, rows: Rows) -> Rows:
        """Return the places of those rows that are shown, rising."""
        places = self.places[rows]
        return np.sort(places[places >= 0])

    def ties(self, place: int) -> tuple[bool, bool]:
        """Return whether the net can't tell a photo from the one before it, and from the one after.

        Only an order by score has ties.
        """
        if self._ties is None:
            width = self._scores.shown.scale.tie_width if self.order.column == SCORE else 0.0
            places = np.flatnonzero(~self._stacks.followers(self.rows))
            of_tops = ties_with_next(self._library, self.rows[places], width)
            self._ties = np.zeros(max(len(self.rows) - 1, 0), np.bool_)
            # Tops that stand apart, with photos of a moment between them, show no tie.
            beside = np.diff(places) == 1
            self._ties[places[:-1][beside]] = of_tops[beside]
        ties = self._ties
        return place > 0 and bool(ties[place - 1]), place < len(ties) and bool(ties[place])

    def forget_ties(self) -> None:
        """Compute ties again at the next request: scores or the tie width have changed."""
        self._ties = None

    def is_moved_by(self, change: Change) -> bool:
        """Return whether other photos, or another order, may be wanted after a change of values."""
        sorting = self._library.columns[self.order.column].sort
        by = {self.order.column, NAME_RANK, STACK, LEADS, COMPANION, sorting.apart if sorting else ""}
        return bool(by & change.columns) or self.filter.depends_on(change.columns)


def joined_ranges(places: Rows) -> list[tuple[int, int]]:
    """Return rising places as ranges (first, last), both included; a single one for very many."""
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > 1)
    if len(breaks) >= _MOST_RANGES:
        return [(int(places[0]), int(places[-1]))]
    firsts = places[np.concatenate([[0], breaks + 1])]
    lasts = places[np.concatenate([breaks, [len(places) - 1]])]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def with_neighbours(places: Rows, count: int) -> Rows:
    """Return these places and those beside them, of so many, rising."""
    places = np.unique(np.concatenate([places - 1, places, places + 1]))
    return places[(places >= 0) & (places < count)]
