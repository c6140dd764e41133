"""The library: photos by id, their values by column, one change at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from memapp.core.records import ImageKey, PhotoId
from memapp.library.changes import KEY, Announcer, Change, ChangeKind, Listener, Rows
from memapp.library.column_store import ColumnStore, as_values, grown, rising
from memapp.library.columns import Column, Columns, Values
from memapp.library.photo import Photo


class Library:
    """Photos in the order of their arrival. Used by one thread.

    Numbers lie in numpy arrays, the rest in arrays of objects. A photo that is removed keeps its row and its
    values, so that it can be restored; `rows()` names those that are there.
    """

    def __init__(self, columns: Columns) -> None:
        """Take the columns, which the library extends when more are registered through it.

        Raises:
            ValueError: there is no column "key".
        """
        if KEY not in columns:
            raise ValueError("a library needs the column of keys")
        self.columns = columns
        self._announcer = Announcer()
        self._gathering: dict[str, list[Rows]] | None = None
        self._forget()

    def _forget(self) -> None:
        self._ids: list[PhotoId] = []
        self._row_by_id: dict[PhotoId, int] = {}
        self._row_by_key: dict[ImageKey, int] = {}
        self._row_by_path: dict[str, int] | None = None
        self._displaced: set[PhotoId] = set()
        self._present = np.empty(0, np.bool_)
        self._arrival = np.empty(0, np.int64)
        self._arrivals = 0
        self._stored = ColumnStore(self.columns)
        self._computed: dict[str, Values] = {}

    # Reading

    def __len__(self) -> int:
        return int(np.count_nonzero(self._present[: len(self._ids)]))

    def __contains__(self, photo: PhotoId | ImageKey) -> bool:
        return self.row(photo) is not None

    @property
    def capacity(self) -> int:
        """How many rows there are, those of removed photos included; values() has so many items."""
        return len(self._ids)

    def rows(self) -> Rows:
        """Return the rows of the photos that are there, in the order of arrival."""
        there = np.flatnonzero(self._present[: len(self._ids)])
        return there[np.argsort(self._arrival[there], kind="stable")]

    def row(self, photo: PhotoId | ImageKey) -> int | None:
        """Return the row of a photo; None where it is not there."""
        row = self._row_by_key.get(photo) if isinstance(photo, ImageKey) else self._row_by_id.get(photo)
        return row if row is not None and self._present[row] else None

    def rows_of(self, photos: Iterable[PhotoId | ImageKey]) -> Rows:
        """Return the rows of these photos, rising, each once; those that are not there are left out."""
        return np.array(sorted({row for row in map(self.row, photos) if row is not None}), dtype=np.int64)

    def id_at(self, row: int) -> PhotoId:
        """Return the id of the photo in a row."""
        return self._ids[row]

    def ids_at(self, rows: Rows) -> tuple[PhotoId, ...]:
        """Return the ids of the photos in these rows, in the order given."""
        return tuple(self._ids[row] for row in rows.tolist())

    def ids(self) -> tuple[PhotoId, ...]:
        """Return all photos, in the order of arrival."""
        return self.ids_at(self.rows())

    def keys(self) -> list[ImageKey]:
        """Return the states of all photos' files, in the order of arrival."""
        return self.keys_at(self.rows())

    def id_of(self, key: ImageKey) -> PhotoId | None:
        """Return the photo whose file is in this state; None where there is none."""
        row = self.row(key)
        return None if row is None else self._ids[row]

    def id_at_path(self, path: str) -> PhotoId | None:
        """Return the photo whose file lies at a path, in whatever state; None where there is none."""
        if self._row_by_path is None:
            self._row_by_path = {self.key_at(row).path: row for row in self.rows().tolist()}
        row = self._row_by_path.get(path)
        return None if row is None else self._ids[row]

    def key_of(self, photo: PhotoId) -> ImageKey | None:
        """Return the state of a photo's file; None where the photo is not there."""
        row = self.row(photo)
        return None if row is None else self.key_at(row)

    def key_at(self, row: int) -> ImageKey:
        """Return the state of the file of the photo in a row."""
        key: ImageKey = self._stored[KEY][row]
        return key

    def keys_at(self, rows: Rows) -> list[ImageKey]:
        """Return the states of the files of the photos in these rows, in the order given."""
        keys: list[ImageKey] = self._stored[KEY][rows].tolist()
        return keys

    def photo(self, photo: PhotoId | ImageKey) -> Photo | None:
        """Return a photo for reading; None where it is not there."""
        row = self.row(photo)
        return None if row is None else Photo(self, row)

    def values(self, column_id: str) -> Values:
        """Return a column's values by row, shape (capacity,). To be read only."""
        stored = self._stored.get(column_id)
        if stored is not None:
            return stored[: len(self._ids)]
        values = self._computed.get(column_id)
        if values is None:
            values = self._computed[column_id] = self._compute(self.columns[column_id])
        return values

    def value_at(self, row: int, column_id: str) -> Any:
        """Return the value of the photo in a row, as a Python object."""
        stored = self._stored.get(column_id)
        if stored is None:
            of_photo = self.columns[column_id].of_photo
            if of_photo is not None:
                return of_photo(Photo(self, row))
            stored = self.values(column_id)
        value = stored[row]
        return value.item() if isinstance(value, np.generic) else value

    def value(self, photo: PhotoId | ImageKey, column_id: str) -> Any:
        """Return a photo's value; the column's missing one where the photo is not there."""
        row = self.row(photo)
        return self.columns[column_id].missing_value if row is None else self.value_at(row, column_id)

    def snapshot(self, rows: Rows) -> Library:
        """Return a library of these photos alone, in the order given, for reading on another thread."""
        copy = Library(Columns(self.columns))
        copy._ids = list(self.ids_at(rows))
        copy._row_by_id = {photo: row for row, photo in enumerate(copy._ids)}
        copy._row_by_key = {key: row for row, key in enumerate(self.keys_at(rows))}
        copy._present = np.ones(len(rows), np.bool_)
        copy._arrival = np.arange(len(rows))
        copy._arrivals = len(rows)
        copy._stored = self._stored.copied(rows)
        return copy

    # Changing

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener after each change; return what ends that."""
        return self._announcer.subscribe(listener)

    def add(self, photos: Iterable[tuple[PhotoId, ImageKey]]) -> tuple[PhotoId, ...]:
        """Add photos that nothing is known of yet; return those that are new here.

        A photo that is there in the same state stays as it is. One that is there in another state gets the
        new key, in its place, and forgets all that belonged to the old state. One that was removed comes
        back as a new one, at the end.
        """
        added: list[tuple[PhotoId, ImageKey]] = []
        for photo, key in dict(photos).items():
            if photo in self:
                self.set_state(photo, key)
            elif key not in self:
                added.append((photo, key))
        if not added:
            return ()
        first = len(self._ids)
        fresh = [photo for photo, _ in added if photo not in self._row_by_id]
        self._reserve(first + len(fresh))
        self._ids.extend(fresh)
        self._row_by_id.update(zip(fresh, range(first, first + len(fresh)), strict=True))
        rows = np.array([self._row_by_id[photo] for photo, _ in added], dtype=np.int64)
        self._present[rows] = True
        self._arrival[rows] = range(self._arrivals, self._arrivals + len(rows))
        self._arrivals += len(rows)
        self._stored.blank(rows, everything=True)
        self._fill(rows, [key for _, key in added])
        self._emit(Change(ChangeKind.ADDED, rows, tuple(photo for photo, _ in added)))
        return tuple(photo for photo, _ in added)

    def set_state(self, photo: PhotoId, key: ImageKey) -> None:
        """Note that a photo's file is in another state or place; forget what belonged to the old state.

        Raises:
            KeyError: the photo is not there.
        """
        row = self.row(photo)
        if row is None:
            raise KeyError(photo)
        before = self.key_at(row)
        if key == before:
            return
        rows = np.array([row], dtype=np.int64)
        if (key.size, key.mtime_ns) != (before.size, before.mtime_ns):
            self._stored.blank(rows, everything=False)
        self._fill(rows, [key])
        self._emit_values(rows, frozenset(column.id for column in self.columns))

    def rename(self, photo: PhotoId, known: PhotoId) -> None:
        """Give a photo the id by which it was known before; nothing else about it changes.

        Where both are there, they are one photo: the first is removed, and the second takes its file's state.
        """
        row = self.row(photo)
        if row is None or photo == known:
            return
        if self.row(known) is not None:
            key = self.key_at(row)
            self.remove([photo])
            self.set_state(known, key)
            return
        self._row_by_id.pop(known, None)
        del self._row_by_id[photo]
        self._ids[row] = known
        self._row_by_id[known] = row

    def identify(self, photos: Iterable[tuple[PhotoId, PhotoId, ImageKey]]) -> None:
        """Note which photos files really are: (the id that a file was found under, its photo, its key).

        Photos may have swapped their files, in one call or over several. A photo that is here takes the key;
        one that is not takes the place of what the file was found as. What is left without a file is removed,
        and comes back with all that is its own when a later call says where its file is.
        """
        found = list(photos)
        here = {photo for _, photo, _ in found if self.row(photo) is not None}
        for found_as, photo, key in found:
            if photo in here:
                self.set_state(photo, key)
            elif photo in self._displaced and photo not in self:
                self._stored.blank(row := np.array([self._row_by_id[photo]]), everything=False)
                self._fill(row, [key])
                self.restore([photo])
            elif self.key_of(found_as) == key:
                self.rename(found_as, photo)
            else:
                self.add([(photo, key)])
        taken = {photo for _, photo, _ in found}
        left = (each for each, _, key in found if each not in taken and self.key_of(each) == key)
        self._displaced = self._displaced.difference(taken).union(self.remove(left))

    def remove(self, photos: Iterable[PhotoId]) -> tuple[PhotoId, ...]:
        """Remove photos; return those that were there. `restore` brings them back as they were."""
        rows = self.rows_of(photos)
        if not len(rows):
            return ()
        self._present[rows] = False
        ids = self.ids_at(rows)
        self._emit(Change(ChangeKind.REMOVED, rows, ids))
        return ids

    def restore(self, photos: Iterable[PhotoId]) -> tuple[PhotoId, ...]:
        """Bring removed photos back, with their values and where they stood; return those that came back.

        One whose file is here again under another id meanwhile stays away.
        """
        rows = [
            row
            for photo in dict.fromkeys(photos)
            if (row := self._row_by_id.get(photo)) is not None
            and not self._present[row]
            and self._row_by_key.get(self._stored[KEY][row], row) == row
        ]
        if not rows:
            return ()
        back = np.array(sorted(rows), dtype=np.int64)
        self._present[back] = True
        self._row_by_key.update((self.key_at(row), row) for row in rows)
        ids = self.ids_at(back)
        self._emit(Change(ChangeKind.ADDED, back, ids))
        return ids

    def clear(self) -> None:
        """Forget all photos; nothing can be restored."""
        self._forget()
        self._emit(Change(ChangeKind.CLEARED))

    def set(self, column_id: str, values: Mapping[PhotoId, Any]) -> dict[PhotoId, Any]:
        """Set a column's values; return the old ones. Photos that are not there are passed over.

        Raises:
            KeyError: there is no such column, or its values are computed.
        """
        here = {photo: row for photo in values if (row := self.row(photo)) is not None}
        old, changed = self._stored.set_each(column_id, ((row, values[photo]) for photo, row in here.items()))
        self._note(column_id, np.array(sorted(changed), dtype=np.int64))
        return dict(zip(here, old, strict=True))

    def set_rows(self, column_id: str, rows: Rows, values: Sequence[Any] | Values) -> None:
        """Set a column's values in these rows, which must be there; quicker than `set` for many.

        Raises:
            KeyError: there is no such column, or its values are computed.
        """
        self._note(column_id, rising([self._stored.set_rows(column_id, rows, values)], self.capacity))

    def blank(self, photos: Iterable[PhotoId]) -> None:
        """Forget all that belongs to the state of these photos' files: they are to be read again."""
        rows = self.rows_of(photos)
        if len(rows):
            self._stored.blank(rows, everything=False)
            names = frozenset(column.id for column in self.columns if column.of_file)
            self._emit_values(rows, self.columns.touched_by(names))

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Announce all values set within as one change, at the end."""
        if self._gathering is not None:
            yield
            return
        self._gathering = {}
        try:
            yield
        finally:
            gathered, self._gathering = self._gathering, None
            if gathered:
                rows = rising((part for parts in gathered.values() for part in parts), self.capacity)
                self._emit_values(rows, self.columns.touched_by(gathered))

    def register(self, *columns: Column) -> None:
        """Add columns whose values are unknown or computed. Raises ValueError as Columns.register does."""
        for column in columns:
            self.columns.register(column)
            self._stored.add(column)
        self._emit(Change(ChangeKind.COLUMNS, columns=frozenset(column.id for column in columns)))

    def replace_columns(self, *columns: Column) -> None:
        """Replace the declarations of computed columns, such as those that show another net's scores."""
        for column in columns:
            self.columns.replace(column)
        self._emit(Change(ChangeKind.COLUMNS, columns=frozenset(column.id for column in columns)))

    def unregister(self, *column_ids: str) -> None:
        """Remove columns and their values. Raises KeyError where there is none of an id."""
        for column_id in column_ids:
            self.columns.unregister(column_id)
            self._stored.drop(column_id)
        self._emit(Change(ChangeKind.COLUMNS, columns=frozenset(column_ids)))

    # Inside

    def _compute(self, column: Column) -> Values:
        if column.of_all is not None:
            return column.of_all(self)
        assert column.of_photo is not None
        values = [column.of_photo(Photo(self, row)) for row in range(len(self._ids))]
        return as_values(values, column)

    def _note(self, column_id: str, rows: Rows) -> None:
        if not len(rows):
            return
        for touched in self.columns.touched_by([column_id]):
            self._computed.pop(touched, None)
        if self._gathering is None:
            self._emit_values(rows, self.columns.touched_by([column_id]))
        else:
            self._gathering.setdefault(column_id, []).append(rows)

    def _emit_values(self, rows: Rows, columns: frozenset[str]) -> None:
        self._emit(Change(ChangeKind.VALUES, rows, self.ids_at(rows), columns))

    def _emit(self, change: Change) -> None:
        if change.touches(KEY):
            self._row_by_path = None
        if change.kind is ChangeKind.VALUES:
            for column_id in change.columns:
                self._computed.pop(column_id, None)
        elif change.kind is not ChangeKind.REMOVED:
            self._computed.clear()
        self._announcer.announce(change)

    def _fill(self, rows: Rows, keys: Sequence[ImageKey]) -> None:
        for row in rows.tolist():
            if (before := self._stored[KEY][row]) and self._row_by_key.get(before) == row:
                del self._row_by_key[before]
        self._stored.fill(rows, keys)
        self._row_by_key.update(zip(keys, rows.tolist(), strict=True))

    def _reserve(self, count: int) -> None:
        if count > len(self._present):
            room = max(count, len(self._present) * 5 // 4, 16)
            self._present = grown(self._present, room, False)
            self._arrival = grown(self._arrival, room, 0)
            self._stored.reserve(room)
