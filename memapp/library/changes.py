"""Changes of a library, as its listeners receive them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.records import PhotoId

Rows: TypeAlias = npt.NDArray[np.int64]
"""Row numbers, shape (n,). A photo keeps its row as long as the library is not cleared."""

KEY = "key"
"""The column of ImageKeys, which every library has."""


class ChangeKind(StrEnum):
    """What happened to the library."""

    ADDED = "added"
    REMOVED = "removed"
    VALUES = "values"
    COLUMNS = "columns"
    """Columns were registered, replaced or removed."""
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as its listeners get it; rows and ids belong together."""

    kind: ChangeKind
    rows: Rows = field(default_factory=lambda: np.empty(0, np.int64))
    ids: tuple[PhotoId, ...] = ()
    columns: frozenset[str] = frozenset()
    """The columns whose values changed, those computed from them included; empty where all did."""

    def touches(self, *columns: str) -> bool:
        """Return whether any of these columns may have other values now."""
        return self.kind is not ChangeKind.VALUES or not self.columns.isdisjoint(columns)


Listener: TypeAlias = Callable[[Change], None]


class Announcer:
    """Calls listeners in the order in which they came. Used by one thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener from now on; return what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def announce(self, change: Change) -> None:
        """Call every listener."""
        for listener in tuple(self._listeners):
            listener(change)
