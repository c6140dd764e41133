"""Makes one picture of photo, overlay and legend, to be shown to others. Safe on any thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from memapp.core.caution import CAUTION_MARK, Caution, caution_sentence, caution_text
from memapp.core.contents import share_text
from memapp.core.explanation import MemorabilityMap, Regions, Segmentation
from memapp.core.finder_trust import trust_text
from memapp.core.map_colours import map_limit
from memapp.core.records import PhotoFacts, Precision
from memapp.core.score_text import FAST_MARK, points_text, score_text
from memapp.core.text import deferred, tr
from memapp.gui.overlay.map_legend import STYLE_WORDS, paint_points_bar, points_colours
from memapp.gui.overlay.overlay_drawing import MapStyle
from memapp.gui.overlay.overlay_layer import OverlayLayer
from memapp.gui.overlay.region_table import NO_SUM, region_cells
from memapp.gui.overlay.segmentation_legend import category_shares
from memapp.gui.viewer.grey_picture import edge_colours, in_grey
from memapp.gui.widgets.theme import SPACE_2, SPACE_4, TEXT_LARGE, TEXT_NORMAL, Theme

LONGEST_SIDE = 2048
"""Of the photo in the picture, in pixels."""

_LEAST_WIDTH = 720.0
_WIDTH_OF_UNIT = 900.0
"""At this width in pixels one unit of type and spacing is one pixel."""
_COLUMN = 260.0
_BAR_WIDTH = 360.0
_UNSEEN = deferred("Striped: the scoring model does not see it.")

Part = Segmentation | MemorabilityMap | Regions


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ExportContent:
    """The content of the picture."""

    overlay: str
    """Its name, for the name of the file."""
    title: str
    part: Part
    layer: OverlayLayer
    style: MapStyle
    stretched: bool
    """Whether a map's colours are stretched to its own values."""
    hidden: frozenset[str]
    theme: Theme
    face: QFont
    """Made on the GUI thread."""
    notes: str = ""
    """Sentences that stand below the legend."""


def compose(photo: QImage, content: ExportContent) -> QImage:
    """Return the photo with its overlay, and the legend below it."""
    width = max(float(photo.width()), _LEAST_WIDTH)
    unit = width / _WIDTH_OF_UNIT
    legend = _Legend(content, width=width, unit=unit)
    picture = QImage(round(width), photo.height() + round(legend.height()), QImage.Format.Format_RGB32)
    picture.fill(QColor(content.theme.panel))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    place = QRectF((width - photo.width()) / 2, 0, photo.width(), photo.height())
    whole = QRectF(QPointF(0, 0), QSizeF(photo.size()))
    grey = content.layer.grey_photo
    below = in_grey(photo, edge_colours(photo), whole, whole.size()) if grey else photo
    painter.drawImage(place, below)
    layer = dataclasses.replace(content.layer, lit=None)
    layer.paint(painter, place, QSizeF(picture.size()), line_width=unit)
    painter.translate(0, photo.height())
    legend.paint(painter)
    painter.end()
    return picture


def as_png(picture: QImage) -> bytes:
    """Return the picture as the bytes of a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(content.data())


class _Legend:
    """The strip below the photo: a title, then the meaning of the overlay's colours."""

    def __init__(self, content: ExportContent, *, width: float, unit: float) -> None:
        self._content = content
        self._unit = unit
        self._room = width - 2 * SPACE_4 * unit
        self._title_face = _sized(content.face, TEXT_LARGE * unit, strong=True)
        self._face = _sized(content.face, TEXT_NORMAL * unit)
        self._line = QFontMetricsF(self._face).height() + SPACE_2 * unit
        self._rows = _rows(content)
        self._columns = max(1, int(self._room // (_COLUMN * unit)))
        self._words = f"{_words(content)} {content.notes}".strip()

    def height(self) -> float:
        down = SPACE_4 * self._unit + self._title_height()
        if self._has_bar():
            down += 3 * self._line
        down += self._rows_down() * self._line
        return down + self._words_height() + SPACE_4 * self._unit

    def paint(self, painter: QPainter) -> None:
        theme, unit = self._content.theme, self._unit
        left, down = SPACE_4 * unit, SPACE_4 * unit
        painter.setFont(self._title_face)
        painter.setPen(QColor(theme.text))
        title = QRectF(left, down, self._room, self._title_height())
        elided = QFontMetricsF(self._title_face).elidedText(
            self._content.title, Qt.TextElideMode.ElideMiddle, self._room
        )
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft, elided)
        down = title.bottom()
        part = self._content.part
        if self._has_bar() and isinstance(part, MemorabilityMap):
            limit = map_limit(part.values, stretched=self._content.stretched)
            bar = QRectF(left, down, min(self._room, _BAR_WIDTH * unit), 2 * self._line)
            paint_points_bar(
                painter,
                bar,
                points_colours(limit),
                limit,
                ground=QColor(theme.bar_below),
                text=QColor(theme.second_text),
                face=self._face,
                unit=unit,
            )
            down += 3 * self._line
        painter.setFont(self._face)
        for place, (colour, name, value) in enumerate(self._rows):
            column, row = divmod(place, self._rows_down())
            self._paint_row(
                painter, QPointF(left + column * _COLUMN * unit, down + row * self._line), colour, name, value
            )
        down += self._rows_down() * self._line
        painter.setPen(QColor(theme.second_text))
        room = QRectF(left, down, self._room, self._words_height())
        painter.drawText(room, Qt.TextFlag.TextWordWrap, self._words)

    def _paint_row(self, painter: QPainter, at: QPointF, colour: QColor, name: str, value: str) -> None:
        unit, theme = self._unit, self._content.theme
        side = 12 * unit
        text_height = self._line - SPACE_2 * unit
        painter.fillRect(QRectF(at.x(), at.y() + (text_height - side) / 2, side, side), colour)
        metrics = QFontMetricsF(self._face)
        room = QRectF(
            at.x() + side + SPACE_2 * unit,
            at.y(),
            (_COLUMN - SPACE_4) * unit - side - SPACE_2 * unit,
            text_height,
        )
        name_width = room.width() - metrics.horizontalAdvance(value) - SPACE_2 * unit
        painter.setPen(QColor(theme.text))
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, name_width)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, elided)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, value)

    def _has_bar(self) -> bool:
        return isinstance(self._content.part, MemorabilityMap) and self._content.style is MapStyle.COLOUR

    def _rows_down(self) -> int:
        return -(-len(self._rows) // self._columns)

    def _title_height(self) -> float:
        return QFontMetricsF(self._title_face).height() + SPACE_2 * self._unit

    def _words_height(self) -> float:
        room = QRectF(0, 0, self._room, 1e6)
        return QFontMetricsF(self._face).boundingRect(room, Qt.TextFlag.TextWordWrap, self._words).height()


def export_title(name: str, part: Part, caution: Caution | None = None) -> str:
    """Return the heading: the photo's name, its score where the overlay is about it, and a caution."""
    if isinstance(part, Segmentation):
        title = f"{name} · {part.segmenter.title}"
    else:
        score = score_text(part.score, part.net.precision)
        title = tr("{name} · score {score}", name=name, score=score)
    return title if caution is None else f"{title} · {CAUTION_MARK} {caution_text(caution)}"


def export_notes(part: Part, facts: PhotoFacts | None) -> str:
    """Return what a reader should know who sees the picture alone: the marks of its heading, and cautions."""
    fast = not isinstance(part, Segmentation) and part.net.precision is Precision.FAST
    notes = [tr("{mark} marks a fast score, a little less exact.", mark=FAST_MARK)] if fast else []
    if isinstance(part, Segmentation):
        notes.append(trust_text(part.segmenter.name))
    if facts is not None and (caution := caution_sentence(facts)):
        notes.append(caution)
    return " ".join(notes)


def _rows(content: ExportContent) -> Sequence[tuple[QColor, str, str]]:
    match content.part:
        case Segmentation() as segmentation:
            return [
                (QColor(*category.colour), category.name.capitalize(), share_text(share))
                for category, share in category_shares(segmentation)
                if category.name not in content.hidden
            ]
        case Regions() as made:
            return [
                (QColor(*region.colour), region_cells(region)[0], region_cells(region)[-1])
                for region in made.regions
            ]
        case MemorabilityMap():
            return []


def _words(content: ExportContent) -> str:
    match content.part:
        case Segmentation():
            return tr("Shares of the photo's area.")
        case Regions():
            return f"{tr('Points that the score would lose without each.')} {NO_SUM} {_UNSEEN}"
        case MemorabilityMap() as made:
            sentences = [str(STYLE_WORDS[content.style][1])]
            if content.style is not MapStyle.COLOUR:
                limit = points_text(map_limit(made.values, stretched=True))
                sentences.append(tr("The strongest reach {points} points.", points=limit))
            return " ".join([*sentences, str(_UNSEEN)])


def _sized(face: QFont, pixels: float, *, strong: bool = False) -> QFont:
    sized = QFont(face)
    sized.setPixelSize(max(1, round(pixels)))
    sized.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return sized
