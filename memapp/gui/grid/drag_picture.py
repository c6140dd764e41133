"""Draws the picture at the pointer while photos are dragged out."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPixmap

from memapp.core.number_text import number_text
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, TEXT_SMALL, Theme, font

_SIDE = 96


def drag_picture(preview: QImage | None, count: int, theme: Theme, ratio: float) -> QPixmap:
    """Return one small photo, with the number of photos where there are several, at this pixel ratio."""
    if preview is None:
        photo = QPixmap(QSize(_SIDE, _SIDE * 2 // 3) * ratio)
        photo.fill(QColor(theme.tile))
    else:
        photo = QPixmap.fromImage(preview).scaled(
            QSize(_SIDE, _SIDE) * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    photo.setDevicePixelRatio(ratio)
    if count > 1:
        _write_count(photo, number_text(count, ","), theme)
    return photo


def _write_count(photo: QPixmap, text: str, theme: Theme) -> None:
    face = font(TEXT_SMALL)
    metrics = QFontMetrics(face)
    width = metrics.horizontalAdvance(text) + 2 * SPACE_2
    badge = QRect(0, 0, width, metrics.height() + SPACE_1)
    badge.moveBottomLeft(QRect(0, 0, 0, round(photo.deviceIndependentSize().height())).bottomLeft())
    painter = QPainter(photo)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawRoundedRect(badge, SPACE_1, SPACE_1)
    painter.setFont(face)
    painter.setPen(QColor(theme.on_accent))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
