"""A small chart: people's scores upwards, this set's downwards, and one mark for the photo across both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from memapp.core.calibration import human_quantiles
from memapp.core.number_text import number_text
from memapp.core.score_scale import RESMEM_SCALE, ScoreScale
from memapp.core.score_text import score_text, standing
from memapp.core.text import tr, trn
from memapp.gui.widgets.theme import RAMP_HIGH, RAMP_LOW, SPACE_1, TEXT_SMALL, ThemeManager, font

BIN_COUNT = 30
_HEAD, _PEOPLE_HEIGHT, _SET_HEIGHT, _LABEL_HEIGHT = 8, 48, 24, 16


def bin_edges() -> npt.NDArray[np.float64]:
    """Return the edges of the bins, scores, shape (31,); the outer bins count what lies outside."""
    return np.linspace(RAMP_LOW, RAMP_HIGH, BIN_COUNT + 1)


def people_density() -> npt.NDArray[np.float64]:
    """Return the share of the pictures scored by people in each bin, shape (30,), sum 1."""
    quantiles, scores = human_quantiles()
    below = np.interp(bin_edges(), scores, quantiles)
    below[0], below[-1] = 0.0, 1.0
    return np.diff(below)


def set_density(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return the share of these scores in each bin, shape (30,), sum 1; all 0 where there are none."""
    if scores.size == 0:
        return np.zeros(BIN_COUNT)
    counts, _ = np.histogram(np.clip(scores, RAMP_LOW, RAMP_HIGH), bins=bin_edges())
    return counts / scores.size


class ScoreHistogram(QWidget):
    """The chart. The mark is a line with a head, the band a bracket: shapes carry the meaning."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._people = people_density()
        self._set = np.zeros(BIN_COUNT)
        self._set_count = 0
        self._score: float | None = None
        self._scale = RESMEM_SCALE
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Where the score lies"))
        theme_manager.changed.connect(self.update)

    def set_shoot_scores(self, scores: npt.NDArray[np.floating]) -> None:
        """Show these scores as the set's."""
        self._set = set_density(scores)
        self._set_count = int(scores.size)
        self._describe()

    def set_score(self, score: float | None, *, scale: ScoreScale = RESMEM_SCALE) -> None:
        """Mark this score, or none, with its typical error where that is known."""
        self._score = score
        self._scale = scale
        self._describe()

    def sizeHint(self) -> QSize:
        """Return the fixed height; the width follows the panel."""
        return QSize(
            200, _HEAD + _PEOPLE_HEIGHT + 1 + _LABEL_HEIGHT + _SET_HEIGHT + 1 + SPACE_1 + _LABEL_HEIGHT
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a row of bars for people and one for the set, each on its line; labels, band and mark."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        people = float(_HEAD + _PEOPLE_HEIGHT)
        own = people + 1 + _LABEL_HEIGHT + _SET_HEIGHT
        rows = ((self._people, people, _PEOPLE_HEIGHT), (self._set, own, _SET_HEIGHT))
        for density, base, height in rows if self._set_count else rows[:1]:
            self._paint_bars(painter, density, base, -height)
            painter.fillRect(QRectF(0, base, self.width(), 1), QColor(theme.second_text))
        self._paint_labels(painter, people=people, own=own)
        if self._score is not None:
            self._paint_mark(painter, self._score, own if self._set_count else people)

    def _place_of(self, score: float) -> float:
        share = (min(max(score, RAMP_LOW), RAMP_HIGH) - RAMP_LOW) / (RAMP_HIGH - RAMP_LOW)
        return share * self.width()

    def _paint_bars(
        self, painter: QPainter, density: npt.NDArray[np.float64], base: float, height: float
    ) -> None:
        """Draw bars on a line; the stronger ones below the score show the percentile."""
        theme = self._theme_manager.theme
        highest = float(density.max())
        if highest <= 0:
            return
        edges = bin_edges()
        mark = RAMP_LOW if self._score is None else self._score
        # On whole device pixels, or at 125 % some of the gaps between bars would be lost.
        pixel = 1 / self.devicePixelRatioF()
        gap = max(1, round(1 / pixel)) * pixel
        for left, right, share in zip(edges[:-1], edges[1:], density, strict=True):
            x = round(self._place_of(left) / pixel) * pixel
            width = round(self._place_of(right) / pixel) * pixel - gap - x
            bar = QRectF(x, base, width, height * float(share) / highest).normalized()
            below = (left + right) / 2 <= mark
            painter.fillRect(bar, QColor(theme.bar_below if below else theme.bar))

    def _paint_labels(self, painter: QPainter, *, people: float, own: float) -> None:
        """Write what each row is of, where its bars are low, and the scores below both."""
        painter.setFont(font(TEXT_SMALL))
        painter.setPen(QColor(self._theme_manager.theme.second_text))
        first = QRectF(0, _HEAD, self.width(), _LABEL_HEIGHT)
        painter.drawText(first, Qt.AlignmentFlag.AlignLeft, tr("People's scores"))
        if self._set_count:
            second = QRectF(0, people + 1 + SPACE_1 // 2, self.width(), _LABEL_HEIGHT)
            painter.drawText(second, Qt.AlignmentFlag.AlignLeft, tr("This list"))
        room = QRectF(0, self.height() - _LABEL_HEIGHT, self.width(), _LABEL_HEIGHT)
        middle = (RAMP_LOW + RAMP_HIGH) / 2
        for value, alignment in (
            (RAMP_LOW, Qt.AlignmentFlag.AlignLeft),
            (middle, Qt.AlignmentFlag.AlignHCenter),
            (RAMP_HIGH, Qt.AlignmentFlag.AlignRight),
        ):
            painter.drawText(room, alignment | Qt.AlignmentFlag.AlignBottom, number_text(value, ".1f"))

    def _paint_mark(self, painter: QPainter, score: float, down_to: float) -> None:
        """Draw a line with a head at the score, and a bracket as wide as the net's typical error."""
        text = QColor(self._theme_manager.theme.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = min(max(self._place_of(score), 4.0), self.width() - 4.0)
        error = self._scale.typical_error
        if error is not None:
            low, high = self._place_of(score - error), self._place_of(score + error)
            painter.setPen(QPen(text, 1))
            painter.drawLine(QPointF(low, 2.5), QPointF(high, 2.5))
            painter.drawLine(QPointF(low + 0.5, 0), QPointF(low + 0.5, 5))
            painter.drawLine(QPointF(high - 0.5, 0), QPointF(high - 0.5, 5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(text)
        painter.drawPolygon(QPolygonF([QPointF(x - 4, 0), QPointF(x + 4, 0), QPointF(x, 7)]))
        painter.fillRect(QRectF(x - 1, 2, 2, down_to - 1), text)

    def _describe(self) -> None:
        sentences = [
            tr(
                "People's scores from {lowest:.1f} to {highest:.1f}, most of them near {peak:.2f}.",
                lowest=0.4,
                highest=1.0,
                peak=0.77,
            )
        ]
        place = None if self._score is None else self._scale.percentile(self._score)
        if self._score is not None and place is not None:
            sentences.append(
                tr(
                    "This photo: {score}. {place} of people's scores.",
                    score=score_text(self._score),
                    place=standing(place),
                )
            )
        if self._set_count:
            sentences.append(
                trn(
                    "Below: the {count:,} score in this list.",
                    "Below: the {count:,} scores in this list.",
                    self._set_count,
                )
            )
        self.setAccessibleDescription(" ".join(sentences))
        self.update()
