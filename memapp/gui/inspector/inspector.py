"""What is known of the photo that is selected: its score, what it means, its doubts, and its file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from memapp.core.calibration import (
    FLOOR,
    TIE_WIDTH,
    band_text,
    is_near_floor,
    ordinal,
    percentile,
    place_text,
    score_sentence,
    score_text,
)
from memapp.core.records import Failure, ImageKey, ScoredPhoto
from memapp.gui.inspector.facts import FactsText, fact_rows
from memapp.gui.inspector.histogram import ScoreHistogram
from memapp.gui.inspector.seen_thumbnail import SeenThumbnail
from memapp.gui.parts import IconLabel, Role, hairline, text_label
from memapp.gui.style import SPACE_1, SPACE_2, SPACE_3, SPACE_4, Appearance
from memapp.gui.viewer.seen_part import SEEN_PART_TEXT

WIDTH = 300

_FLOOR_WARNING = (
    f"Close to {score_text(FLOOR)}, the lowest score that the net ever gives: "
    "it says that the photo is low, not how low."
)


def place_in_set(score: float, scores: npt.NDArray[np.floating]) -> int:
    """The place of a score among the set's, from 1 for the highest; equal scores share a place."""
    # Scores may have gone through float32 on their way here.
    return 1 + int(np.count_nonzero(scores > score + 1e-6))


def ties_in_set(score: float, scores: npt.NDArray[np.floating]) -> int:
    """How many others of the set the net can't tell from this one, which is in the set itself."""
    return max(0, int(np.count_nonzero(np.abs(scores - score) < TIE_WIDTH)) - 1)


class Inspector(QScrollArea):
    """The panel on the right: nothing, one photo, or several."""

    def __init__(self, *, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: ImageKey | None = None
        self._score: float | None = None
        self._shoot = np.zeros(0)
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")

        self._headline = text_label(role=Role.SCORE, copyable=True)
        self._band = text_label(role=Role.LARGE, copyable=True)
        self._band.setProperty("role", Role.QUIET.value)
        self._sentence = text_label(wrap=True, copyable=True)
        self._percentile = text_label(wrap=True, copyable=True)
        self._histogram = ScoreHistogram(appearance=appearance)
        self._place = text_label(wrap=True, copyable=True)
        self._ties = text_label(role=Role.QUIET, wrap=True, copyable=True)
        self._warning_icon = IconLabel(appearance=appearance, name="warning")
        self._warning_icon.setAccessibleName("Warning")
        self._warning = text_label(_FLOOR_WARNING, wrap=True, copyable=True)
        self._thumbnail = SeenThumbnail(appearance=appearance)
        self._seen = text_label(SEEN_PART_TEXT, Role.SMALL, wrap=True)
        self._line = hairline()
        self._facts = FactsText(appearance=appearance)
        self._lay_out()
        self.show_none()

    # What is shown

    def show_none(self) -> None:
        """No photo is selected."""
        self._key = None
        self._show_score(None)
        self._sentence.setText("Select a photo to see its score, what it means, and what the net saw.")
        self._show_parts(photo=False, facts=False)

    def show_photo(
        self, key: ImageKey, outcome: ScoredPhoto | Failure | None, thumbnail: QImage | None
    ) -> None:
        """One photo: scored, failed, or (None) waiting; with its thumbnail where that has come."""
        self._key = key
        scored = outcome if isinstance(outcome, ScoredPhoto) else None
        self._show_score(scored.score if scored else None)
        if scored:
            self._sentence.setText(score_sentence(scored.score))
        elif isinstance(outcome, Failure):
            self._headline.setText("No score")
            self._sentence.setText(outcome.reason)
        else:
            self._headline.setText("Waiting")
            self._sentence.setText("This photo has not been scored yet.")
        self._headline.setVisible(True)
        self._thumbnail.set_image(thumbnail)
        self._facts.set_rows(fact_rows(key, scored.facts if scored else None))
        self._show_parts(photo=not isinstance(outcome, Failure), facts=True)

    def set_thumbnail(self, key: ImageKey, thumbnail: QImage) -> None:
        """The thumbnail of the photo that is shown has come; those of others are passed over."""
        if key == self._key:
            self._thumbnail.set_image(thumbnail)

    def show_several(self, count: int, scores: npt.NDArray[np.floating]) -> None:
        """Several photos are selected; scores holds those of them that have one."""
        self._key = None
        self._show_score(None)
        self._headline.setText(f"{count:,} photos")
        self._headline.setVisible(True)
        if scores.size:
            mean, low, high = float(scores.mean()), float(scores.min()), float(scores.max())
            unscored = count - scores.size
            tail = f" {unscored:,} of them {'has' if unscored == 1 else 'have'} no score." if unscored else ""
            self._sentence.setText(
                f"Mean score {score_text(mean)}, from {score_text(low)} to {score_text(high)}.{tail}"
            )
        else:
            self._sentence.setText("None of them has a score yet.")
        self._show_parts(photo=False, facts=False)

    def set_shoot_scores(self, scores: npt.NDArray[np.floating]) -> None:
        """All scores of this set, in any order, the one that is shown included."""
        self._shoot = np.asarray(scores, dtype=np.float64)
        self._histogram.set_shoot_scores(self._shoot)
        self._show_place()

    # Inside

    def _show_score(self, score: float | None) -> None:
        self._score = score
        scored = score is not None
        for part in (self._headline, self._band, self._percentile, self._histogram):
            part.setVisible(scored)
        self._histogram.set_score(score)
        low = score is not None and is_near_floor(score)
        self._warning.setVisible(low)
        self._warning_icon.setVisible(low)
        if score is not None:
            self._headline.setText(score_text(score))
            self._band.setText(band_text())
            self._percentile.setText(f"{ordinal(percentile(score))} percentile of people's scores")
        self._show_place()

    def _show_place(self) -> None:
        ranked = self._score is not None and self._shoot.size > 1
        self._place.setVisible(ranked)
        ties = ties_in_set(self._score, self._shoot) if self._score is not None and ranked else 0
        self._ties.setVisible(ties > 0)
        if self._score is not None and ranked:
            place = place_text(place_in_set(self._score, self._shoot))
            self._place.setText(f"{place} of {self._shoot.size:,} in this set")
            self._ties.setText(f"As good as a tie with {ties:,} {'other' if ties == 1 else 'others'}")

    def _show_parts(self, *, photo: bool, facts: bool) -> None:
        self._thumbnail.setVisible(photo)
        self._seen.setVisible(photo)
        self._line.setVisible(facts)
        self._facts.setVisible(facts)
        self.verticalScrollBar().setValue(0)

    def _lay_out(self) -> None:
        score = QHBoxLayout()
        score.setSpacing(SPACE_2)
        score.addWidget(self._headline, 0, Qt.AlignmentFlag.AlignBaseline)
        score.addWidget(self._band, 1, Qt.AlignmentFlag.AlignBaseline)
        warning = QHBoxLayout()
        warning.setSpacing(SPACE_2)
        warning.addWidget(self._warning_icon, 0, Qt.AlignmentFlag.AlignTop)
        warning.addWidget(self._warning, 1)

        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(0)
        column.addLayout(score)
        for part, gap in (
            (self._sentence, SPACE_1),
            (warning, SPACE_2),
            (self._percentile, SPACE_4),
            (self._histogram, SPACE_2),
            (self._place, SPACE_2),
            (self._ties, SPACE_1),
            (self._thumbnail, SPACE_4),
            (self._seen, SPACE_2),
            (self._line, SPACE_4),
            (self._facts, SPACE_3),
        ):
            column.addSpacing(gap)
            if isinstance(part, QWidget):
                column.addWidget(part)
            else:
                column.addLayout(part)
        column.addStretch(1)
        self.setWidget(page)
