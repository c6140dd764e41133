"""Paints one photo's tile: the photo whole on its square, its score as bar and number, its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from memapp.core.caution import CAUTION_MARK, caution_text
from memapp.core.marks import Flag
from memapp.core.photo_text import failure_text
from memapp.core.records import Failure
from memapp.core.score_text import score_text, standing
from memapp.gui.grid.arranged_model import Index
from memapp.gui.grid.byte_bounded_cache import ByteBoundedCache
from memapp.gui.grid.grid_geometry import centred
from memapp.gui.grid.grid_model import Role
from memapp.gui.grid.mark_painter import MarkPainter
from memapp.gui.grid.tile import Tile
from memapp.gui.grid.tile_badges import BadgePainter
from memapp.gui.widgets.theme import (
    CORNER,
    RAMP_HIGH,
    RAMP_LOW,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    TEXT_LARGE,
    TEXT_SMALL,
    Theme,
    font,
    ramp_colour,
)

BAR_HEIGHT = 3
_BRACKET = 3
"""The height of a bracket's ends, in device-independent pixels."""
REJECTED_OPACITY = 0.35
"""Of a rejected photo: seen, and seen to be out."""
PIXMAP_BYTES = 96 * 1024 * 1024
"""The memory for scaled photos, in bytes: a few screens' worth."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


@dataclass(frozen=True, slots=True)
class TileLayout:
    """The parts of a tile, relative to its own top left corner, in device-independent pixels."""

    tile: QSize
    square: QRect
    """The photo lies in it, whole."""
    bar: QRect
    score: QRect
    name: QRect


class TileDelegate(QStyledItemDelegate):
    """Paints tiles. Lives on the GUI thread; touches no disk; scales each photo once for each size.

    Signals:
        moment_clicked(int): the number of the moment of the tile at this place was clicked.
    """

    moment_clicked = Signal(int)

    def __init__(self, *, theme: Theme, side: int, parent: QObject | None = None) -> None:
        """Take the colours and the side of the photo's square in device-independent pixels."""
        super().__init__(parent)
        self._pixmaps: ByteBoundedCache[tuple[int, int], QPixmap] = ByteBoundedCache(
            limit=PIXMAP_BYTES, size_of=_pixmap_bytes
        )
        self.set_theme(theme)
        self.set_side(side)

    @property
    def layout(self) -> TileLayout:
        """The places of the parts of a tile."""
        return self._layout

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours, and in the current system font."""
        self._theme = theme
        self._text = QColor(theme.text)
        self._second_text = QColor(theme.second_text)
        self._score_font = font(TEXT_LARGE, strong=True)
        self._small_font = font(TEXT_SMALL)
        self._marks = MarkPainter(theme)
        self._badges = BadgePainter(theme)
        self._score_metrics = QFontMetrics(self._score_font)
        self._small_metrics = QFontMetrics(self._small_font)

    def set_side(self, side: int) -> None:
        """Set the side of the photo's square."""
        square = QRect(SPACE_2, SPACE_2, side, side)
        bar = QRect(SPACE_2, square.bottom() + 1 + SPACE_2, side, BAR_HEIGHT)
        score = QRect(SPACE_2, bar.bottom() + 1 + SPACE_1, side, self._score_metrics.height())
        name = QRect(SPACE_2, score.bottom() + 1 + SPACE_1 // 2, side, self._small_metrics.height())
        tile = QSize(side + 2 * SPACE_2, name.bottom() + 1 + SPACE_2)
        self._layout = TileLayout(tile=tile, square=square, bar=bar, score=score, name=name)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of a tile, the same for all."""
        return self._layout.tile

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Let a click on the number of a moment expand or collapse it."""
        if (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and event.button() is Qt.MouseButton.LeftButton
            and not event.modifiers()
        ):
            part: Any = option  # the stubs do not know the fields of style options
            square = self._layout.square.translated(centred(self._layout.tile, part.rect).topLeft())
            for plate, badge in self._badges.plates(square, index.data(Role.TILE)):
                if badge.of_moment and plate.contains(event.position().toPoint()):
                    self.moment_clicked.emit(index.row())
                    return True
        return super().editorEvent(event, model, option, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a tile in the middle of its cell (option.rect), and its ties in the gaps beside it."""
        part: Any = option  # the stubs do not know the fields of style options
        place = centred(self._layout.tile, part.rect)
        origin = place.topLeft()
        tile: Tile = index.data(Role.TILE)
        painter.save()
        self._paint_surface(painter, place, part.state)
        if tile.preview is not None:
            for image in (tile.preview, tile.overlay):
                if image is not None:
                    painter.setOpacity(REJECTED_OPACITY if tile.marks.flag is Flag.REJECT else 1.0)
                    self._paint_photo(painter, self._layout.square.translated(origin), image)
        painter.setOpacity(1.0)
        bar = self._layout.bar.translated(origin)
        if tile.failure is not None:
            self._paint_failure(painter, origin, tile.failure, has_preview=tile.preview is not None)
        else:
            self._paint_rail(painter, bar)
        if tile.score is not None:
            self._paint_bar(painter, bar, tile.score, tile.score_range)
            self._paint_ties(painter, place, part.rect, tile)
            self._paint_score(painter, self._layout.score.translated(origin), tile.score, tile)
        name = self._layout.name.translated(origin)
        self._paint_name(
            painter, name.adjusted(0, 0, -self._marks.paint(painter, name, tile.marks), 0), tile.name
        )
        self._badges.paint(painter, self._layout.square.translated(origin), tile)
        if tile.stack is not None:
            self._badges.paint_band(painter, place, part.rect, tile.stack)
        self._paint_outline(painter, place, part.state)
        painter.restore()

    def _paint_surface(self, painter: QPainter, tile: QRect, state: QStyle.StateFlag) -> None:
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.hover if hovered else self._theme.tile))
        painter.drawRoundedRect(tile, CORNER, CORNER)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_outline(self, painter: QPainter, tile: QRect, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if selected or focused:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = QRectF(tile)
            if self._theme.ring:
                edge = self._paint_line(painter, edge, self._theme.ring, 1.0)
            # The current one among the selected ones stands out.
            self._paint_line(painter, edge, self._theme.accent, 1.0 + selected + (selected and focused))

    def _paint_line(self, painter: QPainter, edge: QRectF, colour: str, width: float) -> QRectF:
        """Paint a line along the inside of an edge; return its own inner edge."""
        inset = width / 2
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRoundedRect(edge.adjusted(inset, inset, -inset, -inset), CORNER, CORNER)
        return edge.adjusted(width, width, -width, -width)

    def _paint_photo(self, painter: QPainter, square: QRect, preview: QImage) -> None:
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._scaled(preview, round(square.width() * ratio), ratio)
        size = pixmap.deviceIndependentSize()
        corner = QPointF(
            square.x() + (square.width() - size.width()) / 2,
            square.y() + (square.height() - size.height()) / 2,
        )
        # On whole device pixels, or the photo would be blurred by half of one.
        transform = painter.deviceTransform()
        corner = QPointF(transform.map(corner).toPoint())
        painter.drawPixmap(transform.inverted()[0].map(corner), pixmap)

    def _scaled(self, preview: QImage, pixel_side: int, ratio: float) -> QPixmap:
        cache_key = (preview.cacheKey(), pixel_side)
        pixmap = self._pixmaps.get(cache_key)
        if pixmap is None:
            size = preview.size().scaled(pixel_side, pixel_side, Qt.AspectRatioMode.KeepAspectRatio)
            size = size.expandedTo(QSize(1, 1))
            if max(abs(size.width() - preview.width()), abs(size.height() - preview.height())) > 1:
                preview = preview.scaled(
                    size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            pixmap = QPixmap.fromImage(preview)
            pixmap.setDevicePixelRatio(ratio)
            self._pixmaps.put(cache_key, pixmap)
        return pixmap

    def _paint_rail(self, painter: QPainter, bar: QRect) -> None:
        """Paint the rail of the bar: thinner than the bar, so that its end shows in any colour."""
        painter.fillRect(bar.x(), bar.center().y(), bar.width(), 1, QColor(self._theme.line))

    def _paint_bar(
        self, painter: QPainter, bar: QRect, score: float, score_range: tuple[float, float]
    ) -> None:
        low, high = score_range
        share = min(max((score - low) / (high - low), 0.0), 1.0)
        # Even the lowest score has a bar.
        length = max(BAR_HEIGHT, round(share * bar.width()))
        colour = ramp_colour(RAMP_LOW + share * (RAMP_HIGH - RAMP_LOW))
        if self._theme.casing:
            casing = QColor(self._theme.casing)
            painter.fillRect(bar.x() - 1, bar.y() - 1, length + 2, BAR_HEIGHT + 2, casing)
        painter.fillRect(bar.x(), bar.y(), length, BAR_HEIGHT, colour)

    def _paint_ties(self, painter: QPainter, place: QRect, cell: QRect, tile: Tile) -> None:
        """Draw this tile's part of the bracket below photos whose scores are too close to call."""
        if not (tile.tie_before or tile.tie_after):
            return
        colour = QColor(self._theme.bar_below)
        bottom = place.bottom() - SPACE_1
        left = cell.x() if tile.tie_before else place.x() + SPACE_2
        right = cell.right() + 1 if tile.tie_after else place.right() + 1 - SPACE_2
        painter.fillRect(left, bottom, right - left, 1, colour)
        for x, ends in ((left, not tile.tie_before), (right - 1, not tile.tie_after)):
            if ends:
                painter.fillRect(x, bottom - _BRACKET, 1, _BRACKET, colour)

    def _paint_score(self, painter: QPainter, line: QRect, score: float, tile: Tile) -> None:
        number = score_text(score, tile.precision)
        painter.setFont(self._score_font)
        painter.setPen(self._text)
        painter.drawText(line, _LEFT, number)
        # Numbers of the two sizes share one baseline.
        baseline = line.y() + self._score_metrics.ascent()
        painter.setFont(self._small_font)
        painter.setPen(self._second_text)
        x = line.x() + self._score_metrics.horizontalAdvance(number) + SPACE_2
        if tile.caution is not None:
            words = f"{CAUTION_MARK} {caution_text(tile.caution)}"
            painter.drawText(x, baseline, self._elided(words, line.right() + 1 - x))
        elif tile.percentile is not None:
            painter.drawText(x, baseline, standing(tile.percentile))
        if tile.flag is not None:
            flag = f"≠ {round(abs(tile.flag))}"
            width = self._small_metrics.horizontalAdvance(flag)
            painter.drawText(line.right() + 1 - width, baseline, flag)

    def _paint_failure(self, painter: QPainter, origin: Any, failure: Failure, *, has_preview: bool) -> None:
        words = failure_text(failure.kind)
        painter.setFont(self._small_font)
        painter.setPen(self._second_text)
        if has_preview:
            line = self._layout.score.translated(origin)
            painter.drawText(line, _LEFT, self._elided(words, line.width()))
            return
        square = self._layout.square.translated(origin)
        sign = centred(QSize(24, 18), square).translated(0, -SPACE_3 - self._small_metrics.height() // 2)
        self._paint_sign(painter, QRectF(sign))
        below = square.adjusted(0, sign.bottom() + 1 + SPACE_3 - square.top(), 0, 0)
        painter.drawText(below, _WRAPPED, words)

    def _paint_sign(self, painter: QPainter, frame: QRectF) -> None:
        """Paint an empty picture frame, struck through."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._second_text, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)
        painter.drawLine(frame.bottomLeft() + QPointF(-3, 3), frame.topRight() + QPointF(3, -3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_name(self, painter: QPainter, line: QRect, name: str) -> None:
        painter.setFont(self._small_font)
        painter.setPen(self._second_text)
        painter.drawText(line, _LEFT, self._elided(name, line.width()))

    def _elided(self, text: str, width: int) -> str:
        return self._small_metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def _pixmap_bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * pixmap.depth() // 8
