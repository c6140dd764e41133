"""What stands between two parts of the grid: a few words, and a hairline to the right edge."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from memapp.core.score_text import FAST_MARK
from memapp.gui.widgets.theme import SPACE_3, TEXT_NORMAL, Theme, font

FAST_HEADING = f"{FAST_MARK} Fast scores"


def paint_heading(painter: QPainter, place: QRect, theme: Theme) -> None:
    """Say that fast scores begin here."""
    face = font(TEXT_NORMAL)
    metrics = QFontMetrics(face)
    painter.setFont(face)
    painter.setPen(QColor(theme.second_text))
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, FAST_HEADING)
    line = place.adjusted(metrics.horizontalAdvance(FAST_HEADING) + SPACE_3, 0, 0, 0)
    painter.fillRect(line.x(), place.center().y(), line.width(), 1, QColor(theme.line))
