"""Paints the heading between two parts of the grid: a short text, and a hairline to the right edge."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from memapp.core.score_text import FAST_MARK
from memapp.core.text import tr
from memapp.gui.widgets.theme import SPACE_3, TEXT_NORMAL, Theme, font


def paint_heading(painter: QPainter, place: QRect, theme: Theme) -> None:
    """Paint the heading of the fast scores."""
    text = tr("{mark} Fast scores", mark=FAST_MARK)
    face = font(TEXT_NORMAL)
    metrics = QFontMetrics(face)
    painter.setFont(face)
    painter.setPen(QColor(theme.second_text))
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    line = place.adjusted(metrics.horizontalAdvance(text) + SPACE_3, 0, 0, 0)
    painter.fillRect(line.x(), place.center().y(), line.width(), 1, QColor(theme.line))
