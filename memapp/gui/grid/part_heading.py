"""Paints the heading between two parts of the grid: a short text, and a hairline to the right edge."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from memapp.core.caution import CAUTION_MARK
from memapp.core.score_text import FAST_MARK
from memapp.core.text import deferred
from memapp.gui.widgets.theme import SPACE_3, TEXT_NORMAL, Theme, font
from memapp.library.photo_columns import Part

_TEXTS = {
    Part.FAST: deferred("{mark} Fast scores"),
    Part.CAUTION: deferred("{caution} Damaged, or of a shape that the scoring model can't judge"),
}


def paint_heading(painter: QPainter, place: QRect, theme: Theme, part: Part) -> None:
    """Paint the heading of a part of an order by score, other than the first."""
    text = _TEXTS[part].filled(mark=FAST_MARK, caution=CAUTION_MARK)
    face = font(TEXT_NORMAL)
    metrics = QFontMetrics(face)
    painter.setFont(face)
    painter.setPen(QColor(theme.second_text))
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    line = place.adjusted(metrics.horizontalAdvance(text) + SPACE_3, 0, 0, 0)
    painter.fillRect(line.x(), place.center().y(), line.width(), 1, QColor(theme.line))
