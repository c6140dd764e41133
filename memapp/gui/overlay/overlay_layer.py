"""An overlay ready to paint: a picture, hatching, outlines; made off the GUI thread, painted on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QTransform,
)

from memapp.gui.viewer.seen_part import seen_rect
from memapp.gui.widgets.theme import CASING

_LINE, _LIT_LINE = 1.5, 3.0
_LIT_SHARE = 0.35
_NUMBER_SIZE = 12
_HATCH_LINE = "#70ffffff"
_HATCH_GROUND = "#50000000"


@dataclass(frozen=True, slots=True)
class Outline:
    """A border with its colour; the path is in fractions of the photo."""

    path: QPainterPath
    colour: QColor


@dataclass(slots=True, eq=False)
class OverlayLayer:
    """One overlay of one photo."""

    picture: QImage | None = None
    """Fills the photo."""
    outlines: Sequence[Outline] = ()
    order: Sequence[int] | None = None
    """The order in which the outlines are drawn, as indices; None for their own order."""
    names: Sequence[str] = ()
    """The tag that is shown for each item."""
    rows: Sequence[int] = ()
    """The legend's number of each item: the index of a category or a region."""
    places: npt.NDArray[np.int16] | None = None
    """Shape (height, width): which item lies at each pixel; -1 where there is none."""
    unseen: bool = False
    """Whether what the net does not see is hatched."""
    grey_photo: bool = False
    """Whether the photo below loses its colours, so that they are not taken for the overlay's."""
    line_outlines: bool = True
    """Whether outlines are drawn; a highlighted one always is."""
    numbers: Sequence[tuple[QPointF, str]] = ()
    """Short texts, each at a place of the photo, in fractions."""
    opacity: float = 1.0
    lit: int | None = None
    """The item under the pointer, which is highlighted."""

    def item_at(self, place: QPointF) -> int | None:
        """Return the item at a place of the photo, in fractions 0..1; None where there is none."""
        if self.places is None:
            return None
        height, width = self.places.shape
        row = min(max(int(place.y() * height), 0), height - 1)
        column = min(max(int(place.x() * width), 0), width - 1)
        item = int(self.places[row, column])
        return item if item >= 0 else None

    def paint(self, painter: QPainter, drawn: QRectF, view: QSizeF, *, line_width: float) -> None:
        """Paint over a photo.

        Args:
            painter: works in device pixels.
            drawn: where the photo lies.
            view: how much of it is in view.
            line_width: the width of a hairline, in device pixels.
        """
        painter.save()
        painter.setOpacity(self.opacity)
        if self.picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            draw_part_in_view(painter, self.picture, drawn, view)
        if self.unseen:
            paint_unseen(painter, drawn, line_width=line_width)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = QTransform.fromTranslate(drawn.left(), drawn.top())
        transform.scale(drawn.width(), drawn.height())
        painter.setTransform(transform, True)
        if self.line_outlines:
            for item in range(len(self.outlines)) if self.order is None else self.order:
                _stroke(painter, self.outlines[item], line_width * _LINE)
        painter.setOpacity(1.0)
        if self.lit is not None and self.lit < len(self.outlines):
            outline = self.outlines[self.lit]
            fill = QColor(outline.colour)
            fill.setAlphaF(_LIT_SHARE)
            painter.fillPath(outline.path, fill)
            _stroke(painter, outline, line_width * _LIT_LINE)
        painter.restore()
        for place, text in self.numbers:
            _paint_number(painter, drawn, place, text, unit=line_width)


def _paint_number(painter: QPainter, drawn: QRectF, place: QPointF, text: str, *, unit: float) -> None:
    """Write a number on a dark plate, of the same size at every zoom."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    face = QFont(painter.font())
    face.setPixelSize(max(1, round(_NUMBER_SIZE * unit)))
    painter.setFont(face)
    middle = QPointF(drawn.left() + place.x() * drawn.width(), drawn.top() + place.y() * drawn.height())
    plate = QFontMetricsF(face).boundingRect(text).adjusted(-4 * unit, -2 * unit, 4 * unit, 2 * unit)
    plate.moveCenter(middle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(CASING))
    painter.drawRoundedRect(plate, 3 * unit, 3 * unit)
    painter.setPen(QColor(Qt.GlobalColor.white))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def paint_unseen(painter: QPainter, drawn: QRectF, *, line_width: float) -> None:
    """Hatch the part of a photo that the net does not see, equally dense at every zoom."""
    edge = QPainterPath()
    edge.addRect(drawn)
    inside = QPainterPath()
    inside.addRect(seen_rect(drawn))
    outside = edge.subtracted(inside)
    painter.fillPath(outside, QColor(_HATCH_GROUND))
    hatching = QBrush(QColor(_HATCH_LINE), Qt.BrushStyle.BDiagPattern)
    hatching.setTransform(QTransform.fromTranslate(drawn.left(), drawn.top()).scale(line_width, line_width))
    painter.fillPath(outside, hatching)


def draw_part_in_view(painter: QPainter, picture: QImage, drawn: QRectF, view: QSizeF) -> None:
    """Draw the visible part only of a picture that fills this rectangle."""
    across, down = drawn.width() / picture.width(), drawn.height() / picture.height()
    in_view = drawn.intersected(QRectF(QPointF(0, 0), view))
    # One pixel more on each side, or the smoothing would show seams at the view's edge.
    source = (
        QRect(
            int((in_view.left() - drawn.left()) / across) - 1,
            int((in_view.top() - drawn.top()) / down) - 1,
            int(in_view.width() / across) + 4,
            int(in_view.height() / down) + 4,
        )
        & picture.rect()
    )
    target = QRectF(
        drawn.left() + source.left() * across,
        drawn.top() + source.top() * down,
        source.width() * across,
        source.height() * down,
    )
    painter.drawImage(target, picture, QRectF(source))


def _stroke(painter: QPainter, outline: Outline, width: float) -> None:
    """Draw a border of this width in device pixels at every scale, with a dark casing.

    Qt draws lines of one pixel fifty times as fast as wider ones: a wide one is made of several of those.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    transform = painter.transform()
    inner, outer = (width - 1) / 2, (width + 1) / 2
    for colour, offsets in (
        (QColor(CASING), _ring(outer)),
        (outline.colour, [QPointF(0, 0), *(_ring(inner) if inner > 0.1 else [])]),
    ):
        pen = QPen(colour, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for offset in offsets:
            painter.setTransform(transform * QTransform.fromTranslate(offset.x(), offset.y()))
            painter.drawPath(outline.path)
    painter.setTransform(transform)


def _ring(radius: float) -> list[QPointF]:
    """Return offsets on a circle of this radius, about 1.5 pixels apart."""
    count = max(4, math.ceil(4 * radius))
    turns = (2 * math.pi * (number + 0.5) / count for number in range(count))
    return [QPointF(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]
