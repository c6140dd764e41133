"""Short texts on plates in a tile's corner, and the line above photos that belong together."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from memapp.core.stacks import StackKind
from memapp.core.text import tr
from memapp.gui.grid.grid_geometry import centred
from memapp.gui.grid.tile import Tile, TileStack
from memapp.gui.widgets.theme import CORNER, SPACE_1, SPACE_2, TEXT_SMALL, Theme, font

_SHEETS = QSize(11, 10)
"""The size of the sign of a moment."""
_BAND = 2
"""The height of the line above photos that belong together, in device-independent pixels."""


class Badge(NamedTuple):
    """One badge of a tile."""

    text: str
    of_moment: bool = False
    """Whether it has the sign of a moment, and a click expands that."""


def badges(tile: Tile) -> list[Badge]:
    """Return the badges of a tile, from the right."""
    found = []
    stack = tile.stack
    if stack is not None and stack.kind is StackKind.BRACKET:
        found.append(Badge(tr("Bracket {place}/{count}", place=stack.place, count=stack.count)))
    elif stack is not None:
        counted = f"{stack.place}/{stack.count}" if stack.expanded else str(stack.count)
        found.append(Badge(counted, of_moment=True))
    if tile.has_raw:
        found.append(Badge(tr("RAW+JPEG")))
    if tile.changed:
        found.append(Badge(tr("Changed")))
    return found


class BadgePainter:
    """Paints badges and bands in the colours of a theme. Lives on the GUI thread."""

    def __init__(self, theme: Theme) -> None:
        self._font = font(TEXT_SMALL)
        self._metrics = QFontMetrics(self._font)
        self._plate, self._text = QColor(theme.panel), QColor(theme.text)
        self._band = QColor(theme.second_text)

    def plates(self, square: QRect, tile: Tile) -> list[tuple[QRect, Badge]]:
        """Return the place of each badge that fits, from the right.

        Args:
            square: of the photo, in device-independent pixels.
            tile: the photo.
        """
        found = []
        right = square.right() + 1
        for badge in badges(tile):
            room = right - square.x()
            sign = _SHEETS.width() + SPACE_1 if badge.of_moment else 0
            width = min(self._metrics.horizontalAdvance(badge.text) + sign + 2 * SPACE_1, room)
            if width < 2 * _SHEETS.width():
                break
            found.append((QRect(right - width, square.y(), width, self._metrics.height() + SPACE_1), badge))
            right -= width + SPACE_1
        return found

    def paint(self, painter: QPainter, square: QRect, tile: Tile) -> None:
        """Paint the badges in the top right corner of the photo's square."""
        for plate, badge in self.plates(square, tile):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._plate)
            painter.drawRoundedRect(plate, CORNER, CORNER)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            words = plate
            if badge.of_moment:
                sign = centred(_SHEETS, plate)
                sign.moveLeft(plate.x() + SPACE_1)
                self._paint_sheets(painter, QRectF(sign))
                words = plate.adjusted(SPACE_1 + _SHEETS.width(), 0, 0, 0)
            painter.setFont(self._font)
            painter.setPen(self._text)
            elided = self._metrics.elidedText(badge.text, Qt.TextElideMode.ElideMiddle, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, elided)

    def paint_band(self, painter: QPainter, place: QRect, cell: QRect, stack: TileStack) -> None:
        """Paint this tile's part of the line above photos that belong together and are all shown."""
        if stack.kind is StackKind.MOMENT and not stack.expanded:
            return
        left = place.x() + SPACE_2 if stack.place == 1 else cell.x()
        right = place.right() + 1 - SPACE_2 if stack.place == stack.count else cell.right() + 1
        painter.fillRect(left, place.y() + SPACE_1 // 2, right - left, _BAND, self._band)

    def _paint_sheets(self, painter: QPainter, place: QRectF) -> None:
        """Paint two sheets, one behind the other: the sign of a moment."""
        side = place.height() - 3
        painter.setPen(QPen(self._text, 1.0))
        painter.setBrush(self._plate)
        painter.drawRect(QRectF(place.right() - side - 0.5, place.y() + 0.5, side, side))
        painter.drawRect(QRectF(place.x() + 0.5, place.bottom() - side - 0.5, side, side))
