"""The rows of the grid: a library's changes as Qt's signals; while held, nothing moves by itself.

A QSortFilterProxyModel asks Python for every comparison, which takes seconds for 100,000 photos; here one
numpy sort makes the whole order (library/arrangement), and the library's rows never move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QTimer,
    Signal,
)

from memapp.core.records import ImageKey
from memapp.library.arrangement import Arrangement, joined_ranges, with_neighbours
from memapp.library.changes import KEY, Change, ChangeKind, Rows
from memapp.library.columns import Column
from memapp.library.filtering import PhotoFilter
from memapp.library.order import SCORE, Border, Order
from memapp.library.photo_columns import PART
from memapp.library.scores import Scores
from memapp.library.stack_book import StackBook, stack_book

LIVE_SORT_MILLISECONDS = 500
"""While scores arrive, photos are sorted at most this often."""

Index: TypeAlias = QModelIndex | QPersistentModelIndex
"""Both kinds of index that Qt passes to models."""

_ROOT = QModelIndex()
_LAYOUT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
"""The form of layoutChanged that says that rows moved: selections are then kept by row, not by cell."""


class ArrangedModel(QAbstractTableModel):
    """The photos of a library that pass a filter, in order; one column for each of the details view.

    Lives on the GUI thread. Photos that arrive are put at the end and find their place at the next sort,
    which comes by itself (at most every LIVE_SORT_MILLISECONDS) unless held.

    Signals:
        rearranging(): photos are about to move, come or go by a sort, a filter or a removal.
        rearranged(): they are in their places; exactly once after each rearranging().
        order_changed(): something else is sorted by, or the other way.
        files_changed(): files of photos were changed; request their previews again.
        stacks_changed(): which photos are grouped, or which moments are open, has changed.
    """

    rearranging = Signal()
    rearranged = Signal()
    order_changed = Signal()
    files_changed = Signal()
    stacks_changed = Signal()

    def __init__(
        self, *, scores: Scores, stacks: StackBook | None = None, parent: QObject | None = None
    ) -> None:
        """Show the photos of these scores' library by score, highest first, unfiltered."""
        super().__init__(parent)
        self.scores = scores
        self.library = scores.library
        self.stacks = stacks or stack_book(scores)
        self._shown = Arrangement(scores, self.stacks)
        self._held = False
        self._stale = False
        self._columns = self.library.columns.detailed
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LIVE_SORT_MILLISECONDS)
        self._timer.timeout.connect(self._on_timeout)
        self.library.subscribe(self._on_change)

    # Order and filter

    @property
    def order(self) -> Order:
        """The order of the photos."""
        return self._shown.order

    @property
    def filter(self) -> PhotoFilter:
        """The filter that photos pass."""
        return self._shown.filter

    @property
    def borders(self) -> tuple[Border, ...]:
        """Where fast scores begin below exact ones, and photos that can't be compared below both.

        They move with the order only, so they do not move while held.
        """
        return self._shown.borders

    @property
    def columns(self) -> list[Column]:
        """The columns of the details view, from the left; the first one stands for the tile."""
        return self._columns

    def set_order(self, order: Order) -> None:
        """Sort by something else, or the other way; at once, even while held: the user asked for it.

        Raises:
            KeyError: there is no such column.
            ValueError: the column can't be sorted by.
        """
        before = self._shown.order
        if order == before:
            return
        self._shown.order = order
        try:
            self.refresh()
        except (KeyError, ValueError):
            self._shown.order = before
            raise
        # Ties are drawn in the order of scores only, and the order itself may have stayed.
        self._shown.forget_ties()
        self._announce_all()
        self.order_changed.emit()

    def set_filter(self, wanted: PhotoFilter) -> None:
        """Show the photos that pass this filter; at once, even while held: the user asked for it."""
        if wanted != self._shown.filter:
            self._shown.filter = wanted
            self.refresh()

    @property
    def held(self) -> bool:
        """Whether nothing moves by itself."""
        return self._held

    def hold(self) -> None:
        """Hold the order from now on: the user reads or aims."""
        self._held = True

    def release(self) -> None:
        """Release the order; changes that waited are applied now, in one step."""
        self._held = False
        if self._stale and not self._timer.isActive():
            self.refresh()

    def refresh(self) -> None:
        """Put every photo in its place now."""
        shown = self._shown
        wanted = shown.wanted()
        self._timer.stop()
        self._stale = False
        borders = shown.borders_in(wanted)
        if np.array_equal(wanted, shown.rows) and borders == shown.borders:
            return
        with self._rearrangement():
            staying = np.zeros(self.library.capacity, dtype=np.bool_)
            staying[wanted] = True
            self._remove(~staying[shown.rows])
            self._append(wanted[shown.places[wanted] < 0])
            self._permute(wanted)
            shown.borders = borders

    def refresh_stacks(self) -> None:
        """Show stacks as they are now; at once, even while held: the user asked for it."""
        self._shown.forget_ties()
        self.refresh()
        self._announce_all()
        self.stacks_changed.emit()

    # Photos by their place

    @property
    def rows(self) -> Rows:
        """The library's rows of the photos shown, in the order on screen, shape (n,). To be read only."""
        return self._shown.rows

    @property
    def rows_of_all(self) -> Rows:
        """The rows of all photos that pass the filter, in order, those of collapsed moments included."""
        return self._shown.wanted_of_all() if self.stacks.wanted else self._shown.rows

    def count_of_all(self) -> int:
        """Return how many photos pass the filter, those of collapsed moments included."""
        return len(self._shown.passing(self.library.rows())) if self.stacks.wanted else self.rowCount()

    def moment_count(self) -> int | None:
        """Return how many moments the photos that pass the filter make, single photos included.

        None where photos are not grouped, or none belong together.
        """
        if not self.stacks.wanted or not self.stacks.has_any:
            return None
        return self.stacks.moment_count(self._shown.passing(self.library.rows()))

    def key(self, place: int) -> ImageKey:
        """Return the state of the file of the photo at a place."""
        return self.library.key_at(int(self._shown.rows[place]))

    def keys(self, places: Iterable[int]) -> list[ImageKey]:
        """Return the states of these photos' files, in the order of the places given."""
        return self.library.keys_at(self._shown.rows[np.fromiter(places, np.int64)])

    def photos_shown(self) -> list[ImageKey]:
        """Return all photos that pass the filter, in the order on screen."""
        return self.library.keys_at(self._shown.rows)

    def index_of(self, key: ImageKey) -> QModelIndex:
        """Return the index of a photo; an invalid one where it is not shown."""
        place = self._shown.place_of(key)
        return QModelIndex() if place is None else self.createIndex(place, 0)

    # Qt's model

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return how many photos are shown."""
        return 0 if parent.isValid() else len(self._shown.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return how many columns the details view has."""
        return 0 if parent.isValid() else len(self._columns)

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """Return an index; an invalid one outside."""
        if parent.isValid() or not (0 <= row < len(self._shown.rows) and 0 <= column < len(self._columns)):
            return QModelIndex()
        return self.createIndex(row, column)

    # Changes of the order, each announced

    @contextmanager
    def _rearrangement(self) -> Iterator[None]:
        self.rearranging.emit()
        try:
            yield
        finally:
            self.rearranged.emit()

    def _permute(self, rows: Rows) -> None:
        """Show the same photos in another order; persistent indexes go with their photos."""
        if np.array_equal(rows, self._shown.rows):
            return
        hint = self.LayoutChangeHint.VerticalSortHint
        signals: Any = self  # the stubs do not know that signals have forms
        signals.layoutAboutToBeChanged[_LAYOUT].emit([], hint)
        before = self.persistentIndexList()
        kept = self._shown.rows[[index.row() for index in before]]
        self._shown.place(rows)
        after = zip(self._shown.places[kept].tolist(), before, strict=True)
        moved = [self.createIndex(place, index.column()) for place, index in after]
        self.changePersistentIndexList(before, moved)
        signals.layoutChanged[_LAYOUT].emit([], hint)

    def _remove(self, leaving: npt.NDArray[np.bool_]) -> None:
        """Stop showing the photos at these places, shape (n,)."""
        if not leaving.any():
            return
        # Rows that lie apart are brought together first: one removal, however many there are.
        rows = self._shown.rows
        self._permute(np.concatenate([rows[~leaving], rows[leaving]]))
        count = int(np.count_nonzero(~leaving))
        self.beginRemoveRows(_ROOT, count, len(rows) - 1)
        self._shown.place(self._shown.rows[:count])
        self.endRemoveRows()

    def _append(self, rows: Rows) -> None:
        if len(rows):
            count = len(self._shown.rows)
            self.beginInsertRows(_ROOT, count, count + len(rows) - 1)
            self._shown.place(np.concatenate([self._shown.rows, rows]))
            self.endInsertRows()

    def _announce(self, places: Rows) -> None:
        last_column = len(self._columns) - 1
        for first, last in joined_ranges(places):
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, last_column), [])

    def _announce_all(self) -> None:
        self._announce(np.arange(len(self._shown.rows)))

    def _sort_soon(self) -> None:
        self._stale = True
        if not self._timer.isActive():
            self._timer.start()

    def _on_timeout(self) -> None:
        if self._stale and not self._held:
            self.refresh()

    # Changes of the library

    def _on_change(self, change: Change) -> None:
        match change.kind:
            case ChangeKind.ADDED:
                # The library has more rows now, all of which have a place or none.
                self._shown.place(self._shown.rows)
                self._append(self._shown.passing(change.rows))
                self._sort_soon()
            case ChangeKind.REMOVED:
                self._on_removed(change.rows)
            case ChangeKind.VALUES:
                self._on_values(change)
            case ChangeKind.COLUMNS:
                self._on_columns()
            case ChangeKind.CLEARED:
                self._timer.stop()
                self._stale = False
                self.beginResetModel()
                self._shown.place(np.empty(0, np.int64))
                self._shown.borders = ()
                self.endResetModel()

    def _on_removed(self, rows: Rows) -> None:
        leaving = np.isin(self._shown.rows, rows)
        if leaving.any():
            with self._rearrangement():
                self._shown.leave(leaving)
                self._remove(leaving)
            if self.stacks.wanted and self.stacks.has_any:
                # The next best photos of their moments come forward at once, even while held.
                self.refresh()

    def _on_values(self, change: Change) -> None:
        places = self._shown.places_of(change.rows)
        if change.touches(SCORE, PART):
            # A score also decides the ties of the photos beside it.
            self._shown.forget_ties()
            places = with_neighbours(places, len(self._shown.rows))
        if self._shown.is_moved_by(change):
            self._sort_soon()
        self._announce(places)
        if KEY in change.columns:
            self.files_changed.emit()

    def _on_columns(self) -> None:
        """Show the current columns; the one that is sorted by may be gone."""
        lost = self.order.column not in (column.id for column in self.library.columns.sortable)
        if lost:
            self._shown.order = Order()
        self._shown.forget_ties()
        self._take_columns(self.library.columns.detailed)
        self._announce_all()
        self._sort_soon()
        if lost:
            self.order_changed.emit()

    def _take_columns(self, wanted: list[Column]) -> None:
        """Announce the columns that come and go; those before them stay."""
        same = 0
        for before, after in zip(self._columns, wanted, strict=False):
            if before.id != after.id:
                break
            same += 1
        self._columns = wanted[:same] + self._columns[same:]
        if same < len(self._columns):
            self.beginRemoveColumns(_ROOT, same, len(self._columns) - 1)
            self._columns = wanted[:same]
            self.endRemoveColumns()
        if same < len(wanted):
            self.beginInsertColumns(_ROOT, same, len(wanted) - 1)
            self._columns = wanted
            self.endInsertColumns()
