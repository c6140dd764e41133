"""The stored values of a library: an array for each column that is not computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from memapp.core.records import ImageKey
from memapp.library.changes import KEY, Rows
from memapp.library.columns import Column, Columns, Values


class ColumnStore:
    """Values by column and row. Numbers lie in arrays of numbers, the rest in arrays of objects."""

    def __init__(self, columns: Columns) -> None:
        """Hold no rows yet."""
        self._columns = columns
        self._values: dict[str, Values] = {}
        self.room = 0
        """How many rows there is room for."""
        for column in columns:
            self.add(column)

    def __contains__(self, column_id: str) -> bool:
        return column_id in self._values

    def __getitem__(self, column_id: str) -> Values:
        """Return the values of a column, shape (room,). Raises KeyError where they are not stored."""
        return self._values[column_id]

    def get(self, column_id: str) -> Values | None:
        """Return the values of a column, shape (room,); None where they are not stored."""
        return self._values.get(column_id)

    def add(self, column: Column) -> None:
        """Hold a column, all of whose values are unknown; a computed one has none."""
        if not column.is_computed:
            self._values[column.id] = np.full(self.room, column.missing_value, dtype=column.dtype)

    def drop(self, column_id: str) -> None:
        """Forget a column's values."""
        self._values.pop(column_id, None)

    def reserve(self, room: int) -> None:
        """Make room for so many rows; their values are unknown."""
        for column_id, values in self._values.items():
            self._values[column_id] = grown(values, room, self._columns[column_id].missing_value)
        self.room = max(room, self.room)

    def copied(self, rows: Rows) -> ColumnStore:
        """Return a store of these rows alone, in the order given."""
        copy = ColumnStore(self._columns)
        copy._values = {column_id: values[rows] for column_id, values in self._values.items()}
        copy.room = len(rows)
        return copy

    def set_each(self, column_id: str, values: Iterable[tuple[int, Any]]) -> tuple[list[Any], list[int]]:
        """Set a column's values by row; return the old ones, and the rows whose values are other ones now.

        Raises:
            KeyError: the column's values are not stored.
        """
        stored = self._values[column_id]
        old: list[Any] = []
        changed: list[int] = []
        for row, value in values:
            before = stored[row]
            old.append(before.item() if isinstance(before, np.generic) else before)
            if before is not value and not (before == value or (before != before and value != value)):
                stored[row] = value
                changed.append(row)
        return old, changed

    def set_rows(self, column_id: str, rows: Rows, values: Sequence[Any] | Values) -> Rows:
        """Set a column's values in these rows at once; return the rows whose values are other ones now.

        Raises:
            KeyError: the column's values are not stored.
        """
        stored, new = self._values[column_id], as_values(values, self._columns[column_id])
        before = stored[rows]
        changed = ~np.asarray((before == new) | ((before != before) & (new != new)), dtype=np.bool_)
        stored[rows[changed]] = new[changed]
        return rows[changed]

    def fill(self, rows: Rows, keys: Sequence[ImageKey]) -> None:
        """Set the keys of these rows, and what follows from them."""
        for row, key in zip(rows.tolist(), keys, strict=True):
            self._values[KEY][row] = key
        for column in self._columns:
            if column.of_key is not None:
                self._values[column.id][rows] = as_values([column.of_key(key) for key in keys], column)

    def blank(self, rows: Rows, *, everything: bool) -> None:
        """Forget the values of these rows, but for what follows from their keys.

        Args:
            rows: which.
            everything: forget what belongs to the photo itself, too, such as marks.
        """
        for column in self._columns:
            if column.is_computed or column.id == KEY or column.of_key is not None:
                continue
            if everything or column.of_file:
                self._values[column.id][rows] = column.missing_value


def as_values(values: Sequence[Any] | Values, column: Column) -> Values:
    """Return values as an array of a column's type, shape (n,)."""
    array = np.empty(len(values), dtype=column.dtype)
    array[:] = values
    return array


def rising(parts: Iterable[Rows], capacity: int) -> Rows:
    """Return the rows of all parts, each once, in rising order; all are below `capacity`."""
    # numpy.unique would do, but it loads numpy.ma, which adds 0.1 s to every start.
    among = np.zeros(capacity, np.bool_)
    for rows in parts:
        among[rows] = True
    return np.flatnonzero(among)


def grown(values: Values, room: int, filler: Any) -> Values:
    """Return a copy with room for more values, which are the filler."""
    larger = np.full(room, filler, dtype=values.dtype)
    larger[: len(values)] = values
    return larger
