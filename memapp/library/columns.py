"""Declarations of columns, which sort menu, filter, details view, tooltips and exports read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.records import ImageKey
from memapp.core.text import tr

if TYPE_CHECKING:
    from memapp.library.library import Library
    from memapp.library.photo import Photo

Values: TypeAlias = npt.NDArray[Any]
"""One value for each row, shape (rows,). Object columns have the dtype object."""

Describe: TypeAlias = Callable[["Photo"], str]
"""Return what a column says of a photo, as a line of text; empty where it has nothing to say."""


class Kind(StrEnum):
    """What the values of a column are; it decides how they are stored, sorted and filtered."""

    NUMBER = "number"
    """float64; NaN where unknown."""
    INTEGER = "integer"
    """int64; the column's `missing` where unknown."""
    FLAG = "flag"
    """bool; never missing."""
    TEXT = "text"
    """str; None where unknown. Sorted as people sort names: "IMG 9" before "IMG 10"."""
    OBJECT = "object"
    """Any other Python object; None where unknown. Can't be sorted or filtered."""


_DTYPES: dict[Kind, npt.DTypeLike] = {
    Kind.NUMBER: np.float64,
    Kind.INTEGER: np.int64,
    Kind.FLAG: np.bool_,
    Kind.TEXT: object,
    Kind.OBJECT: object,
}

UNKNOWN_INTEGER = int(np.iinfo(np.int64).min)
"""Stands for an unknown value in integer columns that declare no other."""

_MISSING: dict[Kind, Any] = {
    Kind.NUMBER: np.nan,
    Kind.INTEGER: UNKNOWN_INTEGER,
    Kind.FLAG: False,
    Kind.TEXT: None,
    Kind.OBJECT: None,
}


@dataclass(frozen=True, slots=True)
class Sorting:
    """That a column can be sorted by, and how."""

    descending_first: bool = False
    """Whether people first want the highest on top."""
    by_magnitude: bool = False
    """Whether -3 counts as 3."""
    apart: str = ""
    """A flag or integer column: photos with a higher value come after all with a lower one, in both
    directions."""
    place: int = 100
    """Where it stands in the sort menu: lower ones first, equal ones as registered."""
    in_menu: bool = True
    """Whether the sort menu always offers it. For others there is a click on their title in the table."""


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """That a column can be filtered by a range of its values."""

    lowest: float
    highest: float
    decimals: int = 0
    """Values are compared as they are written: 0.795 reads 0.80 and lies within 0.80 to 1.00."""
    by_magnitude: bool = False
    of_missing: bool = False
    """Whether the column's missing value is a number like any other: no stars are 0 stars."""


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """That a column can be filtered by one of a few values; its missing value may be one of them."""

    choices: tuple[tuple[int, str], ...]
    """Each value with the text that people choose."""


@dataclass(frozen=True, slots=True)
class TextFilter:
    """That a column can be filtered by a text that its values contain, whatever the case."""


def unchanged(value: Any) -> Any:
    """Return the value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class ExportField:
    """That a column is exported, and as what."""

    name: str
    """Of the field in files: lower case, stable."""
    value: Callable[[Any], object] = unchanged
    """Turn a value that is not missing into a number, a text or a truth value for files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing that is known of photos. Everything that shows, sorts, filters or exports it reads this."""

    id: str
    title: str
    """As people read it, in the sort menu and above the details view."""
    kind: Kind
    missing: Any = None
    """The value that stands for "unknown"; None takes the kind's own."""
    of_file: bool = True
    """Whether a value belongs to one state of the file and is forgotten when that changes. Marks do not."""
    of_key: Callable[[ImageKey], Any] | None = None
    """Compute the value of the file's state alone; it is filled in when a photo is added."""
    of_photo: Callable[[Photo], Any] | None = None
    """Compute a photo's value from its other columns; nothing is stored then."""
    of_all: Callable[[Library], Values] | None = None
    """Compute the values of all rows at once, where that is quicker or a value depends on other photos."""
    depends_on: frozenset[str] = frozenset()
    """The columns that a computed one reads: a change of them is a change of this one."""
    sort: Sorting | None = None
    filter: RangeFilter | ChoiceFilter | TextFilter | None = None
    text: Callable[[Any], str] = str
    """Write a value that is not missing, for the screen."""
    shown: Describe | None = None
    """Write a photo's value that is not missing, where the value alone does not tell the text."""
    in_words: bool = False
    """Whether a number is written in words, as a date is; then it stands in tables like a text."""
    tooltip: Describe | bool = False
    """The column's line in a photo's tooltip; True for "Title: text"."""
    spoken: Describe | bool = False
    """What screen readers say of it; True for "title text"."""
    details: bool = False
    """Whether the details view shows it."""
    export: ExportField | None = None

    @property
    def is_computed(self) -> bool:
        """Whether the values are computed rather than stored."""
        return self.of_photo is not None or self.of_all is not None

    @property
    def is_figure(self) -> bool:
        """Whether the values are written as numbers, which stand one below the other in tables."""
        return self.kind in (Kind.NUMBER, Kind.INTEGER) and not self.in_words

    @property
    def dtype(self) -> npt.DTypeLike:
        """The numpy type of the values."""
        return _DTYPES[self.kind]

    @property
    def missing_value(self) -> Any:
        """The value that stands for "unknown"."""
        return _MISSING[self.kind] if self.missing is None else self.missing

    def is_missing(self, value: Any) -> bool:
        """Return whether a value is the unknown one."""
        if self.kind is Kind.INTEGER:
            return bool(value is None or value == self.missing_value)
        return bool(value is None or value != value)

    def missing_in(self, values: Values) -> npt.NDArray[np.bool_]:
        """Return where values are unknown, shape (n,)."""
        if self.kind is Kind.NUMBER:
            return np.isnan(values)
        if self.kind is Kind.INTEGER:
            return np.asarray(values == self.missing_value)
        if self.kind is Kind.FLAG:
            return np.zeros(len(values), dtype=np.bool_)
        # By numpy: a loop takes ten times as long, which an order of 100,000 names feels.
        return np.asarray(values == None, dtype=np.bool_)  # noqa: E711

    def described(self, photo: Photo) -> str:
        """Return the value of a photo as the screen shows it; empty where it is unknown."""
        value = photo[self.id]
        if self.is_missing(value):
            return ""
        return self.text(value) if self.shown is None else self.shown(photo)

    def tooltip_line(self, photo: Photo) -> str:
        """Return the column's line in a photo's tooltip; empty where it has nothing to say."""
        declared = self.tooltip
        if callable(declared):
            return declared(photo)
        text = self.described(photo) if declared else ""
        return tr("{title}: {text}", title=self.title, text=text) if text else ""

    def spoken_line(self, photo: Photo) -> str:
        """Return what a screen reader says of a photo's value; empty where it has nothing to say."""
        declared = self.spoken
        if callable(declared):
            return declared(photo)
        text = self.described(photo) if declared else ""
        return tr("{title} {text}", title=self.title.lower(), text=text) if text else ""

    def exported(self, photo: Photo) -> object:
        """Return a photo's value for files; None where it is unknown or the column is not exported."""
        value = photo[self.id]
        return None if self.export is None or self.is_missing(value) else self.export.value(value)


class Columns:
    """The registry: every column of one library, in the order in which they are shown."""

    def __init__(self, columns: Iterable[Column] = ()) -> None:
        self._columns: dict[str, Column] = {}
        self._dependents: dict[str, frozenset[str]] = {}
        for column in columns:
            self.register(column)

    def register(self, column: Column) -> None:
        """Add a column at the end.

        Raises:
            ValueError: the id is taken, or a column that it depends on is not there.
        """
        if column.id in self._columns:
            raise ValueError(f"there is a column {column.id} already")
        lacking = column.depends_on.difference(self._columns)
        if lacking:
            raise ValueError(f"{column.id} depends on {', '.join(sorted(lacking))}, which must come first")
        self._columns[column.id] = column
        for source in column.depends_on:
            self._dependents[source] = self._dependents.get(source, frozenset()) | {column.id}

    def replace(self, column: Column) -> None:
        """Replace the declaration of a column; it keeps its place.

        Raises:
            KeyError: there is no column of this id.
        """
        before = self._columns[column.id]
        for source in before.depends_on:
            self._dependents[source] -= {column.id}
        self._columns[column.id] = column
        for source in column.depends_on:
            self._dependents[source] = self._dependents.get(source, frozenset()) | {column.id}

    def unregister(self, column_id: str) -> None:
        """Remove a column.

        Raises:
            KeyError: there is none of this id.
        """
        column = self._columns.pop(column_id)
        for source in column.depends_on:
            self._dependents[source] -= {column_id}

    def __getitem__(self, column_id: str) -> Column:
        return self._columns[column_id]

    def __contains__(self, column_id: object) -> bool:
        return column_id in self._columns

    def __iter__(self) -> Iterator[Column]:
        return iter(tuple(self._columns.values()))

    def __len__(self) -> int:
        return len(self._columns)

    def touched_by(self, changed: Iterable[str]) -> frozenset[str]:
        """Return these columns and all that are computed from them."""
        touched: set[str] = set()
        waiting = list(changed)
        while waiting:
            column_id = waiting.pop()
            if column_id not in touched:
                touched.add(column_id)
                waiting.extend(self._dependents.get(column_id, ()))
        return frozenset(touched)

    @property
    def sortable(self) -> list[Column]:
        """The columns that can be sorted by, as the sort menu has them."""
        found = [(column.sort.place, column) for column in self if column.sort is not None]
        return [column for _, column in sorted(found, key=lambda each: each[0])]

    @property
    def filterable(self) -> list[Column]:
        """The columns that can be filtered by."""
        return [column for column in self if column.filter is not None]

    @property
    def detailed(self) -> list[Column]:
        """The columns of the details view."""
        return [column for column in self if column.details]

    @property
    def exported(self) -> list[Column]:
        """The columns of exports."""
        return [column for column in self if column.export is not None]
