"""What several nets say of the photos in the grid: which nets, whose scores are shown, where two disagree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.nets import RESMEM, NetInfo, NetScore
from memapp.core.records import Precision
from memapp.gui.grid.photo_table import PhotoTable
from memapp.gui.grid.photo_words import disagreement_words

NO_FLAG = 101.0
"""A disagreement that there is not."""


class NetColumns:
    """The nets of a table. Touched by the item model only, which announces every change."""

    def __init__(self, table: PhotoTable) -> None:
        """One net, the published one."""
        self._table = table
        self.nets: tuple[NetInfo, ...] = (RESMEM,)
        self.shown = RESMEM
        self.flagged_from = NO_FLAG
        self.compared: tuple[NetInfo, NetInfo] | None = None

    def set_nets(self, nets: Sequence[NetInfo], *, shown: NetInfo) -> bool:
        """Hold these; whether that is a change."""
        if (tuple(nets), shown) == (self.nets, self.shown):
            return False
        self.nets, self.shown = tuple(nets), shown
        self._table.set_nets([net.id for net in nets], shown=shown.id)
        return True

    def set_disagreement(
        self,
        points: npt.NDArray[np.float64] | None,
        *,
        flagged_from: float,
        compared: tuple[NetInfo, NetInfo] | None,
    ) -> bool:
        """Note how far apart two nets place each photo, as the item model says; whether that is a change."""
        wanted = np.full(len(self._table), np.nan) if points is None else points
        same = np.array_equal(wanted, self._table.disagreement, equal_nan=True)
        if same and (flagged_from, compared) == (self.flagged_from, self.compared):
            return False
        self.flagged_from, self.compared = flagged_from, compared
        self._table.set_disagreement(wanted)
        return True

    def scores(self, row: int) -> tuple[NetScore, ...]:
        """What each net says of a photo, in the order of the nets."""
        return tuple(self._score(row, net) for net in self.nets)

    def disagreement(self, row: int) -> float | None:
        """How far apart two nets place a photo; None where that is not known."""
        points = float(self._table.disagreement[row])
        return None if np.isnan(points) else points

    def flagged(self, row: int) -> float | None:
        """The same where it is far enough to be flagged."""
        points = float(self._table.disagreement[row])
        return points if abs(points) >= self.flagged_from else None

    def words(self, points: float | None) -> str:
        """Such a distance in words; nothing where there is none."""
        return "" if points is None or self.compared is None else disagreement_words(points, *self.compared)

    def _score(self, row: int, net: NetInfo) -> NetScore:
        score = float(self._table.score_of(net.id)[row])
        fast = bool(self._table.fast_of(net.id)[row])
        return NetScore(net, None if score != score else score, Precision.FAST if fast else Precision.EXACT)
