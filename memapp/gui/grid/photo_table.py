"""The arrays behind the item model: photos by row, no Qt."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.names import natural_key
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import Failure, ImageKey, PhotoFacts, Precision, ScoredPhoto
from memapp.gui.grid.roles import PhotoState

Rows: TypeAlias = npt.NDArray[np.int64]
"""Row numbers, shape (n,)."""

NO_DATE = np.iinfo(np.int64).min
"""Stands for an unknown date in `PhotoTable.taken`."""

_EPOCH = datetime(1970, 1, 1)


class PhotoTable:
    """Photos in the order of their arrival, each in one row; numbers in arrays, the rest in lists.

    `keys`, `names` and `details` have one item per row; `details` holds the PhotoFacts of scored photos, the
    Failure of failed ones, None for those that no net has scored. The arrays have the shape (rows,) and are
    to be read only.

    Each net has scores of its own; `score`, `fast` and `state` are those of the net that is shown.
    """

    def __init__(self) -> None:
        self._nets: tuple[str, ...] = (RESMEM_ID,)
        self._shown: str = RESMEM_ID
        self.clear()

    def clear(self) -> None:
        """Forget all photos."""
        self.keys: list[ImageKey] = []
        self.names: list[str] = []
        self.details: list[PhotoFacts | Failure | None] = []
        self._natural_keys: list[str] = []
        self._row_by_key: dict[ImageKey, int] = {}
        self._columns: dict[str, npt.NDArray[Any]] = {
            "disagreement": np.empty(0, np.float64),
            "state": np.empty(0, np.uint8),
            "size": np.empty(0, np.int64),
            "taken": np.empty(0, np.int64),
            "serial": np.empty(0, np.int64),
        }
        for net in self._nets:
            self._columns[_score_column(net)] = np.empty(0, np.float64)
            self._columns[_fast_column(net)] = np.empty(0, np.bool_)
        self._next_serial = 0
        self._name_rank: Rows = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: ImageKey) -> bool:
        return key in self._row_by_key

    @property
    def score(self) -> npt.NDArray[np.float64]:
        """The scores of the net that is shown, NaN where there is none."""
        return self.score_of(self._shown)

    @property
    def fast(self) -> npt.NDArray[np.bool_]:
        """Which of the scores are fast ones; False where there is none."""
        return self.fast_of(self._shown)

    @property
    def nets(self) -> tuple[str, ...]:
        """The nets that there are scores of, by name."""
        return self._nets

    @property
    def shown_net(self) -> str:
        """The one whose scores are shown."""
        return self._shown

    def score_of(self, net: str) -> npt.NDArray[np.float64]:
        """One net's scores, NaN where there is none."""
        return self._columns[_score_column(net)][: len(self)]

    def fast_of(self, net: str) -> npt.NDArray[np.bool_]:
        """Which of one net's scores are fast ones."""
        return self._columns[_fast_column(net)][: len(self)]

    @property
    def disagreement(self) -> npt.NDArray[np.float64]:
        """How far apart two nets place each photo, as core.disagreement has it; NaN where unknown."""
        return self._columns["disagreement"][: len(self)]

    @property
    def state(self) -> npt.NDArray[np.uint8]:
        """The states, as in PhotoState."""
        return self._columns["state"][: len(self)]

    @property
    def size(self) -> npt.NDArray[np.int64]:
        """The files' sizes in bytes, 0 where unknown."""
        return self._columns["size"][: len(self)]

    @property
    def taken(self) -> npt.NDArray[np.int64]:
        """When the photos were taken, in seconds since 1970; NO_DATE where unknown."""
        return self._columns["taken"][: len(self)]

    @property
    def serial(self) -> npt.NDArray[np.int64]:
        """A number for each row that stays with its photo when rows move."""
        return self._columns["serial"][: len(self)]

    def row(self, key: ImageKey) -> int | None:
        """Where a photo is."""
        return self._row_by_key.get(key)

    def rows(self, keys: Iterable[ImageKey]) -> Rows:
        """Where these photos are, rising, each once; those that are not here are left out."""
        found = {self._row_by_key.get(key, -1) for key in keys}
        return np.array(sorted(found - {-1}), dtype=np.int64)

    def new_keys(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Those of the keys that are not here yet, each once."""
        return [key for key in dict.fromkeys(keys) if key not in self._row_by_key]

    def append(self, keys: Sequence[ImageKey]) -> None:
        """Add photos that are waiting; all of them must be new."""
        first, count = len(self), len(keys)
        self._reserve(first + count)
        names = [key.name for key in keys]
        self.keys.extend(keys)
        self.names.extend(names)
        self._natural_keys.extend(map(natural_key, names))
        self.details.extend([None] * count)
        self._row_by_key.update(zip(keys, range(first, first + count), strict=True))
        self.size[first:] = [key.size for key in keys]
        self.serial[first:] = range(self._next_serial, self._next_serial + count)
        self._next_serial += count
        self._blank(np.arange(first, first + count))

    def set_nets(self, nets: Sequence[str], *, shown: str) -> None:
        """Keep the scores of these nets, and show those of one of them; failures stay."""
        for name in set(self._nets).difference(nets):
            del self._columns[_score_column(name)], self._columns[_fast_column(name)]
        for name in nets:
            self._columns.setdefault(_score_column(name), np.full(len(self), np.nan))
            self._columns.setdefault(_fast_column(name), np.zeros(len(self), np.bool_))
        self._nets, self._shown = tuple(nets), shown
        self._reserve(len(self))
        there = np.where(np.isnan(self.score), PhotoState.WAITING, PhotoState.SCORED)
        self.state[:] = np.where(self.state == PhotoState.FAILED, PhotoState.FAILED, there)

    def set_disagreement(self, points: npt.NDArray[np.float64]) -> None:
        """Note how far apart two nets place each photo, shape (rows,)."""
        self.disagreement[:] = points

    def has_score(self, row: int) -> bool:
        """Whether any net has scored a photo."""
        return any(not np.isnan(self.score_of(net)[row]) for net in self._nets)

    def set_score(self, row: int, photo: ScoredPhoto, net: str) -> None:
        """Note a photo's score and facts; an exact score that is known does not give way to a fast one."""
        fast = photo.precision is Precision.FAST
        score, is_fast = self.score_of(net), self.fast_of(net)
        if fast and not np.isnan(score[row]) and not is_fast[row]:
            return
        score[row] = photo.score
        is_fast[row] = fast
        self.state[row] = PhotoState.WAITING if np.isnan(self.score[row]) else PhotoState.SCORED
        self.taken[row] = _seconds(photo.facts.taken)
        self.details[row] = _shared(photo.facts)

    def set_failure(self, row: int, failure: Failure) -> None:
        """Note why a photo has no score."""
        self._blank(np.array([row]))
        self.state[row] = PhotoState.FAILED
        self.details[row] = failure

    def set_waiting(self, rows: Rows) -> None:
        """Forget the scores and failures of these rows."""
        self._blank(rows)
        for row in rows.tolist():
            self.details[row] = None

    def move_to_end(self, rows: Rows) -> None:
        """Put these rows after all others; both keep their order among themselves."""
        rank = self.name_rank()
        staying = np.ones(len(self), dtype=bool)
        staying[rows] = False
        order = np.concatenate([np.flatnonzero(staying), rows])
        for name, column in self._columns.items():
            self._columns[name] = column[: len(self)][order]
        self._name_rank = rank[order]
        listed = order.tolist()
        self.keys = [self.keys[row] for row in listed]
        self.names = [self.names[row] for row in listed]
        self.details = [self.details[row] for row in listed]
        self._natural_keys = [self._natural_keys[row] for row in listed]
        self._row_by_key = {key: row for row, key in enumerate(self.keys)}

    def truncate(self, count: int) -> None:
        """Keep the first rows only."""
        for key in self.keys[count:]:
            del self._row_by_key[key]
        for column in (self.keys, self.names, self.details, self._natural_keys):
            del column[count:]
        self._name_rank = self._name_rank[:count]

    def failures(self) -> Iterator[Failure]:
        """Why photos have no score, in the order of arrival."""
        for row in np.flatnonzero(self.state == PhotoState.FAILED).tolist():
            failure = self.details[row]
            assert isinstance(failure, Failure)
            yield failure

    def name_rank(self) -> Rows:
        """The place of each row's name when all are sorted people's way; equal names share a place."""
        ranked = len(self._name_rank)
        if ranked < len(self):
            # What was there before is in order already, and Python's sort makes use of that.
            order = [*np.argsort(self._name_rank, kind="stable").tolist(), *range(ranked, len(self))]
            order.sort(key=self._natural_keys.__getitem__)
            ordered = [self._natural_keys[row] for row in order]
            steps = [0, *(first != second for first, second in pairwise(ordered))]
            self._name_rank = np.empty(len(self), dtype=np.int64)
            self._name_rank[order] = np.cumsum(steps)
        return self._name_rank

    def _blank(self, rows: Rows) -> None:
        for net in self._nets:
            self.score_of(net)[rows] = np.nan
            self.fast_of(net)[rows] = False
        self.disagreement[rows] = np.nan
        self.state[rows] = PhotoState.WAITING
        self.taken[rows] = NO_DATE

    def _reserve(self, count: int) -> None:
        for name, column in self._columns.items():
            if len(column) < count:
                larger = np.empty(max(count, len(column) * 5 // 4), column.dtype)
                larger[: len(column)] = column
                self._columns[name] = larger


def _score_column(net: str) -> str:
    return f"score of {net}"


def _fast_column(net: str) -> str:
    return f"fast of {net}"


def _shared(facts: PhotoFacts) -> PhotoFacts:
    """The same facts with one copy of each text that many photos share: saves a fifth of a row's memory."""
    return replace(
        facts,
        format=sys.intern(facts.format),
        camera=facts.camera and sys.intern(facts.camera),
        lens=facts.lens and sys.intern(facts.lens),
        exposure=facts.exposure and sys.intern(facts.exposure),
    )


def _seconds(taken: str | None) -> int:
    """Seconds since 1970 of an ISO 8601 text; NO_DATE where it is none (cameras write all sorts)."""
    try:
        moment = datetime.fromisoformat(taken) if taken else None
    except ValueError:
        moment = None
    return NO_DATE if moment is None else int((moment.replace(tzinfo=None) - _EPOCH).total_seconds())
