"""Which photos are shown, as pure functions of columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.names import search_key
from memapp.library.changes import Rows
from memapp.library.columns import ChoiceFilter, RangeFilter, TextFilter
from memapp.library.library import Library

Passing: TypeAlias = npt.NDArray[np.bool_]
"""Which of some rows are shown, shape (n,)."""


class Condition(Protocol):
    """One thing that photos must meet to be shown."""

    @property
    def column(self) -> str:
        """The id of the column that it is about."""

    def passing(self, library: Library, rows: Rows) -> Passing:
        """Return which of these rows meet it."""


@dataclass(frozen=True, slots=True)
class InRange:
    """The value, as it is written, lies in a range, both ends included; unknown values do not."""

    column: str
    lowest: float = -np.inf
    highest: float = np.inf

    def passing(self, library: Library, rows: Rows) -> Passing:
        """Return which of these rows meet it. Raises ValueError where the column has no range."""
        column = library.columns[self.column]
        if not isinstance(column.filter, RangeFilter):
            raise ValueError(f"{self.column} can't be filtered by a range")
        values = library.values(self.column)[rows]
        known = np.ones(len(rows), np.bool_) if column.filter.of_missing else ~column.missing_in(values)
        if column.filter.by_magnitude:
            values = np.abs(values)
        written = np.round(np.where(known, values, 0).astype(np.float64), column.filter.decimals)
        return known & (written >= self.lowest) & (written <= self.highest)


@dataclass(frozen=True, slots=True)
class IsChoice:
    """The value is this one of a few."""

    column: str
    value: int

    def passing(self, library: Library, rows: Rows) -> Passing:
        """Return which of these rows meet it. Raises ValueError where the column has no choices."""
        if not isinstance(library.columns[self.column].filter, ChoiceFilter):
            raise ValueError(f"{self.column} can't be filtered by a choice")
        return np.asarray(library.values(self.column)[rows] == self.value)


@dataclass(frozen=True, slots=True)
class Contains:
    """The value has a text in it, whatever the case and however é is stored."""

    column: str
    text: str

    def passing(self, library: Library, rows: Rows) -> Passing:
        """Return which of these rows meet it. Raises ValueError where the column can't be searched."""
        column = library.columns[self.column]
        if not isinstance(column.filter, TextFilter):
            raise ValueError(f"{self.column} can't be filtered by text")
        wanted = search_key(self.text)
        values = library.values(self.column)[rows].tolist()
        # Many photos share a camera or a folder: each text is looked at once.
        found = {value: value is not None and wanted in search_key(value) for value in set(values)}
        return np.fromiter((found[value] for value in values), dtype=np.bool_, count=len(rows))


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Conditions, at most one for each column; a photo is shown when it meets all."""

    conditions: tuple[Condition, ...] = ()

    def __iter__(self) -> Iterator[Condition]:
        return iter(self.conditions)

    def __bool__(self) -> bool:
        """Return whether anything can be left out."""
        return bool(self.conditions)

    def on(self, column_id: str) -> Condition | None:
        """Return the condition on a column; None where there is none."""
        return next((each for each in self.conditions if each.column == column_id), None)

    def with_condition(self, column_id: str, condition: Condition | None) -> PhotoFilter:
        """Return this filter with another condition on a column, or with none."""
        others = tuple(each for each in self.conditions if each.column != column_id)
        return replace(self, conditions=others if condition is None else (*others, condition))

    def depends_on(self, columns: frozenset[str]) -> bool:
        """Return whether a change of these columns may show other photos."""
        return any(each.column in columns for each in self.conditions)

    def passing(self, library: Library, rows: Rows) -> Passing:
        """Return which of these rows are shown. A condition on a column that is gone hides nothing."""
        passing = np.ones(len(rows), dtype=np.bool_)
        for condition in self.conditions:
            if condition.column in library.columns:
                passing &= condition.passing(library, rows)
        return passing


def in_range(column: str, declared: RangeFilter, lowest: float, highest: float) -> InRange | None:
    """Return the condition of a range; None where the range leaves nothing out."""
    whole = lowest <= declared.lowest and highest >= declared.highest
    return None if whole else InRange(column, lowest, highest)


def contains(column: str, text: str) -> Contains | None:
    """Return the condition of a search; None where nothing is searched."""
    text = text.strip()
    return Contains(column, text) if text else None
