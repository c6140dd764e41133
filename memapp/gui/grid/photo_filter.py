"""Which photos are shown: by score and by name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memapp.core.names import search_key
from memapp.gui.grid.photo_table import PhotoTable, Rows


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Which photos are shown: the score, as written, lies in the range, the name has the text, nets disagree.

    Fast scores count as exact ones do.
    """

    lowest: float = 0.0
    highest: float = 1.0
    text: str = ""
    disagreement: float = 0.0
    """How far apart, in points, two nets must place a photo; 0 to show all."""

    @property
    def by_score(self) -> bool:
        """Whether the range leaves anything out; then photos without a score are left out, too."""
        return self.lowest > 0.0 or self.highest < 1.0

    @property
    def active(self) -> bool:
        """Whether anything can be left out."""
        return self.by_score or bool(self.text) or self.disagreement > 0

    def passing(self, table: PhotoTable, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which of these rows are shown, shape (n,)."""
        passing = np.ones(len(rows), dtype=bool)
        if self.by_score:
            # As written on the tile: 0.795 reads 0.80 and is found from 0.80 on.
            score = np.round(table.score[rows], 2)
            passing &= (score >= self.lowest) & (score <= self.highest)
        if self.disagreement > 0:
            # What is not known is NaN, and passes no comparison.
            passing &= np.abs(table.disagreement[rows]) >= self.disagreement
        if self.text:
            text = search_key(self.text)
            found = (text in search_key(table.names[row]) for row in rows.tolist())
            passing &= np.fromiter(found, dtype=bool, count=len(rows))
        return passing
