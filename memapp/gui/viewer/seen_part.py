"""Draws which part of a photo the net saw: what lies outside is dimmed, the border is a thin line."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from memapp.core.frame import SEEN_PART
from memapp.core.text import deferred

_DIMMED = QColor(0, 0, 0, 150)
_LINE = QColor(255, 255, 255, 220)

SEEN_PART_TEXT = deferred("The scoring model sees only what lies inside the frame, squeezed into a square.")


def seen_rect(photo: QRectF) -> QRectF:
    """Return the part of a photo that the net sees, in the units of the photo's rectangle."""
    return QRectF(
        photo.left() + SEEN_PART.left * photo.width(),
        photo.top() + SEEN_PART.top * photo.height(),
        (SEEN_PART.right - SEEN_PART.left) * photo.width(),
        (SEEN_PART.bottom - SEEN_PART.top) * photo.height(),
    )


def paint_seen_part(painter: QPainter, photo: QRectF, *, line_width: float) -> None:
    """Dim the edge of a photo that is drawn in this rectangle, and draw the frame's border."""
    seen = seen_rect(photo)
    outside = QPainterPath()
    outside.addRect(photo)
    inside = QPainterPath()
    inside.addRect(seen)
    painter.fillPath(outside.subtracted(inside), _DIMMED)
    painter.setPen(QPen(_LINE, line_width))
    painter.drawRect(seen)
