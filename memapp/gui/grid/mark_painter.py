"""Paints the marks of a photo at the end of a line: flag, stars, label."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from memapp.core.marks import Flag, Label, Marks, stars_text
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, TEXT_SMALL, Theme, font

LABEL_COLOURS = {
    Label.RED: "#d64545",
    Label.YELLOW: "#d9b226",
    Label.GREEN: "#3f9d54",
    Label.BLUE: "#3a7bd5",
    Label.PURPLE: "#8f5bc4",
}
"""Each has its name beside it where it is read."""

_SIDE = 9


class MarkPainter:
    """Paints marks in a theme's colours. Used on the GUI thread."""

    def __init__(self, theme: Theme) -> None:
        """Use the small text size."""
        self._theme = theme
        self._font = font(TEXT_SMALL)
        self._metrics = QFontMetrics(self._font)

    def paint(self, painter: QPainter, line: QRect, marks: Marks) -> int:
        """Paint marks at the right end of a line; return the width in pixels that they take, gap included."""
        if not marks:
            return 0
        right = line.right() + 1
        if marks.label:
            right -= _SIDE
            self._paint_label(painter, self._square(line, right), marks.label)
            right -= SPACE_1
        if marks.stars:
            text = stars_text(marks.stars)
            right -= self._metrics.horizontalAdvance(text)
            painter.setFont(self._font)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(right, line.y() + self._metrics.ascent(), text)
            right -= SPACE_1
        if marks.flag:
            right -= _SIDE
            self._paint_flag(painter, self._square(line, right), marks.flag)
            right -= SPACE_1
        return line.right() + 1 - right - SPACE_1 + SPACE_2

    def _square(self, line: QRect, left: int) -> QRectF:
        return QRectF(left, line.y() + (line.height() - _SIDE) / 2, _SIDE, _SIDE)

    def _paint_label(self, painter: QPainter, place: QRectF, label: Label) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The edge shows it on any grey, where the colour alone would not.
        painter.setPen(QPen(QColor(self._theme.second_text), 1))
        painter.setBrush(QColor(LABEL_COLOURS[label]))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_flag(self, painter: QPainter, place: QRectF, flag: Flag) -> None:
        """Paint a flag on its pole for a pick, a cross for a reject: told apart without colour."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.text), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if flag is Flag.PICK:
            painter.setBrush(QColor(self._theme.text))
            pole = place.left() + 1.5
            painter.drawLine(QPointF(pole, place.top()), QPointF(pole, place.bottom()))
            cloth = [(pole, place.top()), (place.right(), place.top() + 2.5), (pole, place.top() + 5)]
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in cloth]))
        else:
            inner = place.adjusted(1, 1, -1, -1)
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.bottomLeft(), inner.topRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
