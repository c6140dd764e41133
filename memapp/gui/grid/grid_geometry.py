"""The places of tiles: arithmetic on a grid of equal cells, no Qt widgets.

Cells are computed, never stored, so a layout costs the same for ten photos and for 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtCore import QPoint, QRect, QSize

from memapp.gui.widgets.theme import SPACE_2, SPACE_4, SPACE_6

HEADING_HEIGHT = SPACE_6 + SPACE_2
"""The height of the heading of a further part."""


@dataclass(frozen=True)
class GridGeometry:
    """Tiles of one size in rows, in the viewport's width. Distances in device-independent pixels.

    A cell is a tile with half of the gaps around it; cells touch. Positions are of the content, which is
    scrolled within the viewport. There may be several parts: each but the first begins on a row of its own,
    below a heading.
    """

    width: int
    count: int
    tile: QSize
    parts: tuple[int, ...] = ()
    """The places of the first photos of the second part and those below it, rising."""

    @cached_property
    def columns(self) -> int:
        """The number of tiles in a row, at least one."""
        return max(1, (self.width - SPACE_2) // (self.tile.width() + SPACE_2))

    @cached_property
    def rows(self) -> int:
        """The number of rows."""
        last = self._parts[-1]
        return last.row + -(-(last.stop - last.start) // self.columns)

    @cached_property
    def gap(self) -> int:
        """The gap between two tiles, both ways: the rest of the width is shared out, within limits."""
        left_over = self.width - self.columns * self.tile.width()
        return min(max(left_over // (self.columns + 1), SPACE_2), SPACE_4)

    @cached_property
    def cell(self) -> QSize:
        """The size of a cell."""
        return QSize(self.tile.width() + self.gap, self.tile.height() + self.gap)

    @cached_property
    def left(self) -> int:
        """The left edge of each row; the rows are centred in the viewport."""
        return (self.width - self.columns * self.cell.width()) // 2

    @cached_property
    def _top(self) -> int:
        return self.gap // 2

    @cached_property
    def _parts(self) -> tuple[_Part, ...]:
        starts = (0, *(start for start in self.parts if 0 < start < self.count))
        parts: list[_Part] = []
        row = 0
        for start, stop in zip(starts, (*starts[1:], self.count), strict=True):
            parts.append(_Part(start, stop, row))
            row += -(-(stop - start) // self.columns)
        return tuple(parts)

    @cached_property
    def height(self) -> int:
        """The height of all content."""
        return self._row_top(self.rows) - self._top + self.gap

    @cached_property
    def headings(self) -> tuple[QRect, ...]:
        """The places of the headings of all parts but the first, as wide as the tiles."""
        inset = self.gap // 2
        width = self.columns * self.cell.width() - 2 * inset
        return tuple(
            QRect(self.left + inset, self._row_top(part.row) - HEADING_HEIGHT, width, HEADING_HEIGHT)
            for part in self._parts[1:]
        )

    def cell_rect(self, place: int) -> QRect:
        """Return the cell of the photo in this place."""
        row, column = self._row_and_column(place)
        x = self.left + column * self.cell.width()
        return QRect(QPoint(x, self._row_top(row)), self.cell)

    def place_at(self, point: QPoint) -> int | None:
        """Return the place of the photo whose tile is at a point; None beside the tiles."""
        column = (point.x() - self.left) // self.cell.width()
        places = self._places_in_row(self._row_at(point.y()))
        if not 0 <= column < len(places):
            return None
        place = places[column]
        return place if self.tile_rect(place).contains(point) else None

    def tile_rect(self, place: int) -> QRect:
        """Return the tile of the photo in this place."""
        return centred(self.tile, self.cell_rect(place))

    def places_between(self, top: int, bottom: int) -> range:
        """Return the photos whose cells lie, at least in part, between two heights (bottom excluded)."""
        first = self._places_in_row(max(0, self._row_at(top))).start
        last = self._places_in_row(self._row_at(bottom - 1)).stop
        return range(first, max(first, last))

    def first_below(self, top: int) -> int:
        """Return the first photo of the topmost row at or below a height, else of the last row."""
        row = self._row_at(top)
        if self._row_top(row) < top:
            row += 1
        return self._places_in_row(max(0, min(row, self.rows - 1))).start

    def places_in(self, rect: QRect) -> list[int]:
        """Return the photos whose tiles a rectangle touches, in rising order."""
        between = self.places_between(rect.top(), rect.bottom() + 1)
        return [place for place in between if self.tile_rect(place).intersects(rect)]

    def place_below(self, place: int, rows: int) -> int:
        """Return the photo this many rows further down (up, below 0), at most the first or the last row.

        In a row that is shorter it is the last one.
        """
        row, column = self._row_and_column(place)
        places = self._places_in_row(max(0, min(row + rows, self.rows - 1)))
        return places[min(column, len(places) - 1)]

    def _row_and_column(self, place: int) -> tuple[int, int]:
        part = next(part for part in reversed(self._parts) if place >= part.start or not part.start)
        row, column = divmod(place - part.start, self.columns)
        return part.row + row, column

    def _row_top(self, row: int) -> int:
        headings = sum(1 for part in self._parts[1:] if row >= part.row)
        return self._top + row * self.cell.height() + headings * HEADING_HEIGHT

    def _row_at(self, y: int) -> int:
        """Return the row whose cells are at a height; a heading counts as the row below it."""
        for headings in range(len(self._parts) - 1, 0, -1):
            first = self._parts[headings].row
            if y >= self._row_top(first) - HEADING_HEIGHT:
                return max(first, (y - self._top - headings * HEADING_HEIGHT) // self.cell.height())
        return (y - self._top) // self.cell.height()

    def _places_in_row(self, row: int) -> range:
        """Return the photos in a row; none in rows that do not exist."""
        part = next(part for part in reversed(self._parts) if row >= part.row or not part.row)
        first = part.start + (row - part.row) * self.columns
        return range(
            min(max(first, part.start), part.stop), min(max(first + self.columns, part.start), part.stop)
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """Consecutive photos that begin on a row of their own."""

    start: int
    stop: int
    row: int
    """The first one's row."""


def centred(size: QSize, within: QRect) -> QRect:
    """Return a rectangle of this size in the middle of another, on whole pixels."""
    x = within.x() + (within.width() - size.width()) // 2
    y = within.y() + (within.height() - size.height()) // 2
    return QRect(QPoint(x, y), size)
