"""Tools that draw an area of interest on the photo: a rectangle in one drag, a polygon corner by corner."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from memapp.core.text import Deferred, deferred
from memapp.gui.widgets.theme import AREA_FILL, AREA_LINE, CASING

SMALLEST_SIDE = 0.01
"""A share of the photo; a smaller movement is a click, not a drag."""

_CLOSE_TO = 0.015
"""A click within this distance of the first corner closes the polygon."""

_LINE = 2.0
_CORNER = 4.0


class AreaTool(QObject):
    """The base of both tools. Places are fractions 0..1 of the photo.

    Signals:
        drawn(object): the outline, a tuple of (x, y).
    """

    drawn = Signal(object)
    hint: Deferred | str = ""
    """How to use it, in a sentence."""

    def __init__(self, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._corners: list[QPointF] = []
        self._pointer: QPointF | None = None

    def press(self, place: QPointF) -> None:
        """Handle a press of the left button."""

    def move(self, place: QPointF) -> None:
        """Handle a move of the pointer."""
        self._pointer = place

    def release(self, place: QPointF) -> None:
        """Handle a release of the left button."""

    def finish(self) -> None:
        """Complete what is drawn."""

    def take_back(self) -> bool:
        """Undo the last step; return whether there was one."""
        if self._corners:
            self._corners.pop()
            return True
        return False

    def nudge(self, across: float, down: float) -> bool:
        """Return False: what is being drawn is not selected."""
        return False

    def outline(self) -> list[QPointF]:
        """Return the corners so far, with the pointer as the last one."""
        return [*self._corners, *([self._pointer] if self._pointer is not None else [])]

    def paint(self, painter: QPainter, drawn: QRectF, *, line_width: float) -> None:
        """Paint the outline so far."""
        if not self._corners:
            return
        corners = [
            QPointF(drawn.left() + at.x() * drawn.width(), drawn.top() + at.y() * drawn.height())
            for at in self.outline()
        ]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(AREA_FILL))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((CASING, _LINE + 2), (AREA_LINE, _LINE)):
            painter.setPen(QPen(QColor(colour), width * line_width))
            painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(QColor(AREA_LINE))
        for corner in corners:
            painter.drawEllipse(corner, _CORNER * line_width, _CORNER * line_width)
        painter.restore()

    def _emit(self, corners: list[QPointF]) -> None:
        self._corners = []
        self._pointer = None
        self.drawn.emit(tuple((round(at.x(), 5), round(at.y(), 5)) for at in corners))


class RectangleTool(AreaTool):
    """Draws a rectangle in one drag from corner to corner."""

    hint = deferred("Drag a rectangle over the photo. Esc to stop.")

    def press(self, place: QPointF) -> None:
        """Set the first corner."""
        self._corners = [place]
        self._pointer = place

    def release(self, place: QPointF) -> None:
        """Set the opposite corner."""
        self._pointer = place
        corners = self.outline()
        if not self._corners:
            return
        sides = QRectF(corners[0], corners[2]).normalized()
        if min(sides.width(), sides.height()) >= SMALLEST_SIDE:
            self._emit(corners)
        else:
            self._corners = []

    def outline(self) -> list[QPointF]:
        """Return the four corners."""
        if not self._corners or self._pointer is None:
            return []
        first, last = self._corners[0], self._pointer
        return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]


class PolygonTool(AreaTool):
    """Draws a polygon corner by corner; a double-click, Enter or a click on the first corner closes it."""

    hint = deferred(
        "Click each corner. Double-click, press Enter or click the first corner to close it. Esc to stop."
    )

    def press(self, place: QPointF) -> None:
        """Add a corner, or close the polygon."""
        self._pointer = place
        if len(self._corners) >= 3 and (place - self._corners[0]).manhattanLength() < _CLOSE_TO:
            self.finish()
        else:
            self._corners.append(place)

    def finish(self) -> None:
        """Close the polygon if it has enough corners."""
        corners: list[QPointF] = []
        for corner in self._corners:
            # The second press of a double-click adds no corner.
            if not corners or (corner - corners[-1]).manhattanLength() > 1e-3:
                corners.append(corner)
        if len(corners) >= 3:
            self._emit(corners)
