"""Where tiles lie: arithmetic on a grid of equal cells, no Qt widgets.

Cells are reckoned, never stored, so a layout costs the same for ten photos and for 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPoint, QRect, QSize

from memapp.gui.style import SPACE_2, SPACE_4


@dataclass(frozen=True)
class GridGeometry:
    """Tiles of one size in rows, in the viewport's width. Distances in device-independent pixels.

    A cell is a tile with half of the gaps around it; cells touch. Positions are of the content, which is
    scrolled within the viewport.
    """

    width: int
    count: int
    tile: QSize

    @cached_property
    def columns(self) -> int:
        """How many tiles stand side by side, at least one."""
        return max(1, (self.width - SPACE_2) // (self.tile.width() + SPACE_2))

    @cached_property
    def rows(self) -> int:
        """How many rows of tiles there are."""
        return -(-self.count // self.columns)

    @cached_property
    def gap(self) -> int:
        """Between two tiles, both ways: what is left of the width is shared out, within reason."""
        left_over = self.width - self.columns * self.tile.width()
        return min(max(left_over // (self.columns + 1), SPACE_2), SPACE_4)

    @cached_property
    def cell(self) -> QSize:
        """Size of a cell."""
        return QSize(self.tile.width() + self.gap, self.tile.height() + self.gap)

    @cached_property
    def left(self) -> int:
        """Where the first cell of each row begins; the rows stand in the viewport's middle."""
        return (self.width - self.columns * self.cell.width()) // 2

    @cached_property
    def _top(self) -> int:
        return self.gap // 2

    @cached_property
    def height(self) -> int:
        """Of all content."""
        return self.rows * self.cell.height() + self.gap

    def cell_rect(self, place: int) -> QRect:
        """The cell of the photo in this place."""
        line, column = divmod(place, self.columns)
        cell = self.cell
        x = self.left + column * cell.width()
        return QRect(QPoint(x, self._top + line * cell.height()), cell)

    def place_at(self, point: QPoint) -> int | None:
        """Which photo's tile is here; None between and beside the tiles."""
        cell = self.cell
        column = (point.x() - self.left) // cell.width()
        line = (point.y() - self._top) // cell.height()
        place = line * self.columns + column
        if not (0 <= column < self.columns and 0 <= place < self.count and line >= 0):
            return None
        return place if self.tile_rect(place).contains(point) else None

    def tile_rect(self, place: int) -> QRect:
        """The tile of the photo in this place."""
        return centred(self.tile, self.cell_rect(place))

    def places_between(self, top: int, bottom: int) -> range:
        """The photos whose cells lie, in part at least, between two heights (bottom excluded)."""
        height = self.cell.height()
        first = max(0, (top - self._top) // height) * self.columns
        last = max(0, -(-(bottom - self._top) // height)) * self.columns
        return range(min(first, self.count), min(last, self.count))

    def first_below(self, top: int) -> int:
        """The first photo of the topmost row that begins at or below a height, else of the last row."""
        line = -(-(top - self._top) // self.cell.height())
        return max(0, min(line, self.rows - 1)) * self.columns

    def places_in(self, rect: QRect) -> list[int]:
        """The photos whose tiles a rectangle touches, rising."""
        between = self.places_between(rect.top(), rect.bottom() + 1)
        return [place for place in between if self.tile_rect(place).intersects(rect)]


def centred(size: QSize, within: QRect) -> QRect:
    """A rectangle of this size in the middle of another, on whole pixels."""
    x = within.x() + (within.width() - size.width()) // 2
    y = within.y() + (within.height() - size.height()) // 2
    return QRect(QPoint(x, y), size)
