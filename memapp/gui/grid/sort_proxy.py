"""The grid's order and filter: a proxy over the item model; while held, nothing moves by itself.

A QSortFilterProxyModel asks Python for every comparison, which takes seconds for 100,000 photos; here one
numpy sort makes the whole order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractProxyModel,
    QMimeData,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)

from memapp.core.names import search_key
from memapp.core.records import ImageKey
from memapp.gui.grid.item_model import PhotoItemModel, joined_ranges
from memapp.gui.grid.photo_filter import PhotoFilter
from memapp.gui.grid.photo_table import NO_DATE, Rows
from memapp.gui.grid.roles import Index, PhotoRole, SortKey

LIVE_SORT_MILLISECONDS = 500
"""While scores stream in, the order is made anew at most this often."""

_ROOT = QModelIndex()
_TIE_ROLES: list[int] = [PhotoRole.TIE_WITH_NEXT, PhotoRole.TIE_WITH_PREVIOUS]


class PhotoSortProxy(QAbstractProxyModel):
    """The photos that pass the filter, sorted. Lives on the GUI thread.

    The order is stable: photos equal in what is sorted by keep the order of their names, and those
    of equal names the order of their arrival, in both directions. Photos that lack what is sorted by (a
    score, a date, a size) come last in both directions. By score, exact ones come before fast ones in both
    directions: the two are never mixed. Photos that arrive are put at the end and find their
    place at the next sort, which comes by itself (at most every LIVE_SORT_MILLISECONDS) unless held.

    Signals:
        rearranging(): photos are about to move, come or go by a sort, a filter or a removal.
        rearranged(): they are in their places; exactly one follows each rearranging().
    """

    rearranging = Signal()
    rearranged = Signal()

    def __init__(self, *, source: PhotoItemModel, parent: QObject | None = None) -> None:
        """Sort this model by score, highest first, unfiltered."""
        super().__init__(parent)
        self._photos = source
        self._sort_key = SortKey.SCORE
        self._descending = True
        self._filter = PhotoFilter()
        self._held = False
        self._stale = False
        self._leaving = 0
        self._fast_from: int | None = None
        self._order: Rows = np.empty(0, np.int64)
        self._position: Rows = np.empty(0, np.int64)
        self._serials: Rows = np.empty(0, np.int64)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LIVE_SORT_MILLISECONDS)
        self._timer.timeout.connect(self._on_timeout)
        self.setSourceModel(source)
        source.dataChanged.connect(self._on_data_changed)
        source.rowsInserted.connect(self._on_rows_inserted)
        source.rowsAboutToBeRemoved.connect(self._on_rows_about_to_be_removed)
        source.rowsRemoved.connect(self._on_rows_removed)
        source.layoutAboutToBeChanged.connect(self._on_layout_about_to_be_changed)
        source.layoutChanged.connect(self._on_layout_changed)
        source.modelAboutToBeReset.connect(self.beginResetModel)
        source.modelReset.connect(self._on_reset)
        self._place_anew(self._wanted_order())

    # Order and filter

    @property
    def photos(self) -> PhotoItemModel:
        """The item model behind."""
        return self._photos

    @property
    def sort_key(self) -> SortKey:
        """What is sorted by."""
        return self._sort_key

    @property
    def descending(self) -> bool:
        """Whether the highest comes first."""
        return self._descending

    @property
    def filter(self) -> PhotoFilter:
        """What is left out."""
        return self._filter

    @property
    def fast_from(self) -> int | None:
        """The row where fast scores begin, below exact ones; None where there is no such border.

        It moves with the order only, so it does not move while held.
        """
        return self._fast_from

    def set_sort(self, key: SortKey, *, descending: bool) -> None:
        """Sort by something else, or the other way; at once, even while held: the user asked for it."""
        if (key, descending) != (self._sort_key, self._descending):
            self._sort_key, self._descending = key, descending
            self.refresh()
            # Ties are drawn in the order of scores only, and the order itself may have stayed.
            self._announce(np.arange(len(self._order)), _TIE_ROLES)

    def set_filter(self, wanted: PhotoFilter) -> None:
        """Show other photos; at once, even while held: the user asked for it."""
        if wanted != self._filter:
            self._filter = wanted
            self.refresh()

    def hold(self) -> None:
        """Let nothing move by itself from now on: the user reads or aims."""
        self._held = True

    def release(self) -> None:
        """Let photos move again; what was put off while held is done now, in one go."""
        self._held = False
        if self._stale and not self._timer.isActive():
            self.refresh()

    @property
    def held(self) -> bool:
        """Whether nothing moves by itself."""
        return self._held

    def refresh(self) -> None:
        """Put every photo in its place now."""
        self._timer.stop()
        self._stale = False
        wanted = self._wanted_order()
        fast_from = self._fast_from_in(wanted)
        if np.array_equal(wanted, self._order) and fast_from == self._fast_from:
            return
        with self._rearrangement():
            shown = np.zeros(len(self._photos.table), dtype=bool)
            shown[wanted] = True
            staying = shown[self._order]
            self._bring_to_end(~staying)
            count = int(np.count_nonzero(staying))
            if count < len(self._order):
                self.beginRemoveRows(_ROOT, count, len(self._order) - 1)
                self._place(self._order[:count])
                self.endRemoveRows()
            self._append(wanted[self._position[wanted] < 0])
            self._permute(wanted)
            self._fast_from = fast_from

    # Photos by their place

    def key(self, row: int) -> ImageKey:
        """The photo in a row."""
        return self._photos.table.keys[int(self._order[row])]

    def keys(self, rows: Iterable[int]) -> list[ImageKey]:
        """The photos in these rows, in the order of the rows given."""
        all_keys = self._photos.table.keys
        return [all_keys[row] for row in self._order[np.fromiter(rows, np.int64)].tolist()]

    def photos_shown(self) -> list[ImageKey]:
        """All photos that pass the filter, in the order on screen."""
        return self.keys(range(len(self._order)))

    def index_of(self, key: ImageKey) -> QModelIndex:
        """The index of a photo; an invalid one where it is not shown."""
        return self.mapFromSource(self._photos.index_of(key))

    # What Qt asks

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many photos are shown."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """A list has one."""
        return 0 if parent.isValid() else 1

    def index(self, row: int, column: int, parent: Index = _ROOT) -> QModelIndex:
        """The index of a row; an invalid one outside."""
        if parent.isValid() or column != 0 or not 0 <= row < len(self._order):
            return QModelIndex()
        return self.createIndex(row, 0)

    def parent(self, child: Index = _ROOT) -> QModelIndex:  # type: ignore[override]
        """A list has no levels."""
        return QModelIndex()

    def hasChildren(self, parent: Index = _ROOT) -> bool:
        """Whether there is any photo, for the root."""
        return self.rowCount(parent) > 0

    def mapToSource(self, index: Index) -> QModelIndex:
        """The item model's index of a photo."""
        if not index.isValid() or index.row() >= len(self._order):
            return QModelIndex()
        return self._photos.index(int(self._order[index.row()]), 0)

    def mapFromSource(self, index: Index) -> QModelIndex:
        """Where a photo of the item model is shown; an invalid index where it is filtered out."""
        if not index.isValid() or index.row() >= len(self._position):
            return QModelIndex()
        row = int(self._position[index.row()])
        return self.createIndex(row, 0) if row >= 0 else QModelIndex()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One thing about one photo."""
        row = index.row()
        if not index.isValid() or row >= len(self._order):
            return None
        if role == PhotoRole.TIE_WITH_NEXT:
            return self._is_tie(row, row + 1)
        if role == PhotoRole.TIE_WITH_PREVIOUS:
            return self._is_tie(row - 1, row)
        return self._photos.row_data(int(self._order[row]), role)

    def match(
        self,
        start: Index,
        role: int,
        value: object,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith,
    ) -> list[QModelIndex]:
        """Type-ahead, without asking for 100,000 names one by one; anything else as Qt does it."""
        if role != Qt.ItemDataRole.DisplayRole or hits != 1 or not flags & Qt.MatchFlag.MatchStartsWith:
            return super().match(start, role, value, hits, flags)
        typed, names = search_key(str(value)), self._photos.table.names
        order = self._order.tolist()
        first = start.row()
        for row in (*range(first, len(order)), *range(first)):
            if search_key(names[order[row]]).startswith(typed):
                return [self.createIndex(row, 0)]
        return []

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The photos' files, in the order on screen."""
        rows = sorted(index.row() for index in indexes)
        return self._photos.mimeData([self._photos.index(int(self._order[row]), 0) for row in rows])

    # The order

    def _wanted_order(self) -> Rows:
        table = self._photos.table
        rows = np.flatnonzero(self._filter.passing(table, np.arange(len(table))))
        rank = table.name_rank()[rows]
        value: npt.NDArray[Any]
        # Only an order by score weighs exact against fast.
        after = np.zeros(len(rows), dtype=bool)
        match self._sort_key:
            case SortKey.NAME:
                value, missing = rank, np.zeros(len(rows), dtype=bool)
            case SortKey.SCORE:
                value = table.score[rows]
                missing = np.isnan(value)
                after = table.fast[rows]
            case SortKey.TAKEN:
                value = table.taken[rows]
                missing = value == NO_DATE
            case SortKey.SIZE:
                value = table.size[rows]
                missing = value == 0
            case SortKey.DISAGREEMENT:
                value = np.abs(table.disagreement[rows])
                missing = np.isnan(value)
        value = np.where(missing, 0, -value if self._descending else value)
        return rows[np.lexsort((rank, value, after, missing))]

    def _fast_from_in(self, order: Rows) -> int | None:
        """Where fast scores begin in an order by score that was just made."""
        fast = self._photos.table.fast[order]
        first = int(np.argmax(fast)) if fast.any() else 0
        return first if self._sort_key == SortKey.SCORE and first > 0 else None

    def _is_tie(self, row: int, following: int) -> bool:
        if self._sort_key != SortKey.SCORE or row < 0 or following >= len(self._order):
            return False
        table, rows = self._photos.table, self._order[[row, following]]
        first, second = table.score[rows].tolist()
        # NaN, no score, is no tie with anything; an exact and a fast score are never weighed.
        tied = abs(first - second) < self._photos.shown_net.scale.tie_width
        return tied and bool(table.fast[rows[0]] == table.fast[rows[1]])

    # Changes of the order, each announced

    @contextmanager
    def _rearrangement(self) -> Iterator[None]:
        self.rearranging.emit()
        try:
            yield
        finally:
            self.rearranged.emit()

    def _place(self, order: Rows) -> None:
        self._order = order
        self._position = np.full(len(self._photos.table), -1, dtype=np.int64)
        self._position[order] = np.arange(len(order))

    def _place_anew(self, order: Rows) -> None:
        self._place(order)
        self._fast_from = self._fast_from_in(order)

    def _permute(self, order: Rows) -> None:
        """Show the same photos in another order; indexes that someone keeps go with their photos."""
        if np.array_equal(order, self._order):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        kept = self._order[[index.row() for index in before]]
        self._place(order)
        after = self._position[kept].tolist()
        self.changePersistentIndexList(before, [self.createIndex(row, 0) for row in after])
        self.layoutChanged.emit()

    def _bring_to_end(self, leaving: npt.NDArray[np.bool_]) -> None:
        # Rows that lie apart are brought together first: one removal, however many there are.
        self._permute(np.concatenate([self._order[~leaving], self._order[leaving]]))

    def _append(self, rows: Rows) -> None:
        if len(rows):
            count = len(self._order)
            self.beginInsertRows(_ROOT, count, count + len(rows) - 1)
            self._place(np.concatenate([self._order, rows]))
            self.endInsertRows()

    def _announce(self, rows: Rows, roles: list[int]) -> None:
        for first, last in joined_ranges(rows):
            self.dataChanged.emit(self.createIndex(first, 0), self.createIndex(last, 0), roles)

    def _sort_soon(self) -> None:
        self._stale = True
        if not self._timer.isActive():
            self._timer.start()

    def _on_timeout(self) -> None:
        if self._stale and not self._held:
            self.refresh()

    # What the item model says

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        positions = self._position[first.row() : last.row() + 1]
        rows = np.sort(positions[positions >= 0])
        if PhotoRole.SCORE in roles:
            self._sort_soon()
            # A score also decides the ties of the photos beside it.
            rows = np.unique(np.concatenate([rows - 1, rows, rows + 1]))
            rows = rows[(rows >= 0) & (rows < len(self._order))]
            roles = [*roles, *_TIE_ROLES]
        elif PhotoRole.DISAGREEMENT in roles and self._depends_on_disagreement():
            self._sort_soon()
        self._announce(rows, roles)

    def _depends_on_disagreement(self) -> bool:
        return self._sort_key is SortKey.DISAGREEMENT or self._filter.disagreement > 0

    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._place(self._order)
        new = np.arange(first, last + 1)
        self._append(new[self._filter.passing(self._photos.table, new)])
        self._sort_soon()

    def _on_rows_about_to_be_removed(self, _parent: QModelIndex, first: int, _last: int) -> None:
        self.rearranging.emit()
        leaving = self._order >= first
        if self._fast_from is not None:
            self._fast_from -= int(np.count_nonzero(leaving[: self._fast_from]))
        self._bring_to_end(leaving)
        self._leaving = int(np.count_nonzero(leaving))
        if self._leaving:
            self.beginRemoveRows(_ROOT, len(self._order) - self._leaving, len(self._order) - 1)

    def _on_rows_removed(self) -> None:
        self._place(self._order[: len(self._order) - self._leaving])
        if self._leaving:
            self.endRemoveRows()
        if not (self._fast_from and self._photos.table.fast[self._order].any()):
            self._fast_from = None
        self.rearranged.emit()

    def _on_layout_about_to_be_changed(self) -> None:
        self._serials = self._photos.table.serial[self._order]

    def _on_layout_changed(self) -> None:
        # The item model's rows moved; what is shown stays as it is.
        serial = self._photos.table.serial
        by_serial = np.argsort(serial)
        self._place(by_serial[np.searchsorted(serial, self._serials, sorter=by_serial)])

    def _on_reset(self) -> None:
        self._timer.stop()
        self._stale = False
        self._place_anew(self._wanted_order())
        self.endResetModel()
