"""Shows what is known of the selected photo: its score, what it means, its limits, and its file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from memapp.core.caution import caution_of, caution_sentence
from memapp.core.nets import RESMEM, NetInfo, NetScore
from memapp.core.records import Failure, ImageKey, Precision, ScoredPhoto
from memapp.core.score_text import FAST_SENTENCE, score_text, standing
from memapp.core.text import tr, trn
from memapp.gui.inspector.facts import FactsText
from memapp.gui.inspector.histogram import ScoreHistogram
from memapp.gui.inspector.net_scores import NetScores
from memapp.gui.inspector.seen_thumbnail import SeenThumbnail
from memapp.gui.inspector.selection_strip import SelectionStrip, StripPhoto
from memapp.gui.inspector.several_text import fast_among, scores_text
from memapp.gui.viewer.seen_part import SEEN_PART_TEXT
from memapp.gui.widgets.basic import IconLabel, Role, hairline, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, ThemeManager
from memapp.library.order import SCORE
from memapp.library.scores import DISAGREEMENT
from memapp.library.selection import ScoreSummary

WIDTH = 300

SHOWN_BY_PARTS = frozenset({SCORE, "percentile", DISAGREEMENT})
"""The columns that have parts of the panel for themselves; the others are lines among the facts."""


def place_in_set(score: float, scores: npt.NDArray[np.floating]) -> int:
    """Return the place of a score in the set, 1 for the highest; equal scores share a place."""
    # Scores may have gone through float32 on their way here.
    return 1 + int(np.count_nonzero(scores > score + 1e-6))


def ties_in_set(score: float, scores: npt.NDArray[np.floating], width: float) -> int:
    """Return how many others of the set are tied with this score, which is in the set itself."""
    return max(0, int(np.count_nonzero(np.abs(scores - score) < width)) - 1)


class Inspector(QScrollArea):
    """The panel on the right: nothing, one photo, or several.

    Signals:
        score_exactly(): exact scores are requested for the photos that are shown.
    """

    score_exactly = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key: ImageKey | None = None
        self._photo: ScoredPhoto | None = None
        self._net = RESMEM
        self._shoot = dict.fromkeys(Precision, np.zeros(0))
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Inspector"))
        # The panel's grey, from the palette, so that it follows the appearance.
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setAutoFillBackground(True)

        self._title = text_label(role=Role.TITLE, copyable=True)
        self._number = text_label(role=Role.SCORE, copyable=True)
        self._band = text_label("", Role.QUIET, copyable=True)
        self._sentence = text_label(wrap=True, copyable=True)
        self._fast_words = text_label(role=Role.QUIET, wrap=True, copyable=True)
        self._fast_button = QPushButton(tr("Score exactly"))
        self._fast_button.clicked.connect(self.score_exactly)
        self._fast = _section(self._fast_words, _as_wide_as_it_is(self._fast_button), spacing=SPACE_2)
        self._warning_words = text_label(wrap=True, copyable=True)
        self._warning = _warning_row(theme_manager, self._warning_words)
        self._percentile = text_label(wrap=True, copyable=True)
        self._histogram = ScoreHistogram(theme_manager=theme_manager)
        self._place = text_label(wrap=True, copyable=True)
        self._ties = text_label(role=Role.QUIET, wrap=True, copyable=True)
        self._rank = _section(
            self._percentile,
            self._histogram,
            _section(self._place, self._ties, spacing=SPACE_1),
            spacing=SPACE_2,
        )
        self._nets = NetScores()
        self._thumbnail = SeenThumbnail(theme_manager=theme_manager)
        seen = text_label(str(SEEN_PART_TEXT), Role.SMALL, wrap=True)
        self._picture = _section(self._thumbnail, seen, spacing=SPACE_2)
        self.strip = SelectionStrip()
        self._facts = FactsText(theme_manager=theme_manager)
        self._file = _section(hairline(), self._facts, spacing=SPACE_3)
        self._lay_out()
        self.show_none()

    # What is shown

    def show_none(self) -> None:
        """Show that no photo is selected."""
        self._key = None
        self._show_score(None)
        self._sentence.setText(
            tr("Select a photo to see its score, what it means, and what the scoring model sees of it.")
        )
        self._show_parts(title="", picture=False, facts=False)

    def show_photo(
        self,
        key: ImageKey,
        outcome: ScoredPhoto | Failure | None,
        thumbnail: QImage | None,
        *,
        facts: Sequence[tuple[str, str]] = (),
        net: NetInfo = RESMEM,
        net_scores: Sequence[NetScore] = (),
        flag: str = "",
    ) -> None:
        """Show one photo: scored, failed, or (None) waiting; with its thumbnail where that has come.

        Args:
            key: which photo.
            outcome: its score, or why it has none.
            thumbnail: None while it has not come.
            facts: title and text of each fact of its file, and of all else that is known.
            net: whose score that is.
            net_scores: the scores of every net.
            flag: how far apart two of them place it, in words.
        """
        self._key = key
        self._net = net
        self._thumbnail.set_image(thumbnail)
        self._facts.set_rows(facts)
        if isinstance(outcome, ScoredPhoto):
            self._show_score(outcome)
            self._show_parts(title="", picture=True, facts=True)
            self._show_fast(str(FAST_SENTENCE) if outcome.precision is Precision.FAST else "")
            self._nets.show_scores(net_scores, shown=net, flag=flag)
            return
        self._show_score(None)
        if isinstance(outcome, Failure):
            self._sentence.setText(outcome.reason)
            self._show_parts(title=tr("No score"), picture=thumbnail is not None, facts=True)
        else:
            several = len(net_scores) > 1
            self._sentence.setText(
                tr("This photo has not been scored by {net} yet.", net=net.title)
                if several
                else tr("This photo has not been scored yet.")
            )
            self._show_parts(title=tr("Waiting"), picture=True, facts=True)
            self._nets.show_scores(net_scores, shown=net, flag=flag)

    def set_thumbnail(self, key: ImageKey, thumbnail: QImage) -> None:
        """Show the thumbnail if it is of the photo that is shown; ignore others."""
        if key == self._key:
            self._thumbnail.set_image(thumbnail)
        self.strip.set_image(key, thumbnail)

    def show_several(
        self,
        summary: ScoreSummary,
        photos: Sequence[StripPhoto] = (),
        facts: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show several photos.

        Args:
            summary: their number and their scores.
            photos: the first ones, MOST_SHOWN at most.
            facts: title and text of what they have in common.
        """
        self._key = None
        self._show_score(None)
        self._sentence.setText(scores_text(summary))
        self._facts.set_rows(facts)
        title = trn("{count:,} photo", "{count:,} photos", summary.count)
        self._show_parts(title=title, picture=False, facts=bool(facts))
        self._show_fast(fast_among(summary))
        self.strip.show_photos(photos, more=summary.count - len(photos))
        self.strip.setVisible(bool(photos))

    def set_shoot_scores(self, *, exact: npt.NDArray[np.floating], fast: npt.NDArray[np.floating]) -> None:
        """Take all scores of this set, in any order, the one that is shown included."""
        self._shoot = {
            Precision.EXACT: np.asarray(exact, dtype=np.float64),
            Precision.FAST: np.asarray(fast, dtype=np.float64),
        }
        self._histogram.set_shoot_scores(np.concatenate(list(self._shoot.values())))
        self._show_place()

    # Inside

    def _show_score(self, photo: ScoredPhoto | None) -> None:
        self._photo = photo
        self._histogram.set_score(None if photo is None else photo.score, scale=self._net.scale)
        if photo is not None:
            self._number.setText(score_text(photo.score, photo.precision))
            self._band.setText(self._net.scale.error_text())
            place = self._net.scale.percentile(photo.score)
            if place is not None:
                self._percentile.setText(tr("{place} of people's scores", place=standing(place)))
            self._sentence.setText(
                f"{self._net.scale.sentence(photo.score)} {self._net.scale.caution}".rstrip()
            )
        self._show_place()

    def _show_place(self) -> None:
        photo = self._photo
        ranked, ties = False, 0
        if photo is not None and caution_of(photo.facts) is None:
            # Exact and fast scores are never ranked among each other.
            peers = self._shoot[photo.precision]
            ranked = peers.size > 1
            ties = ties_in_set(photo.score, peers, self._net.scale.tie_width) if ranked else 0
            # A score may be shown a moment before the set has it.
            place = min(place_in_set(photo.score, peers), peers.size)
            mixed = all(scores.size for scores in self._shoot.values())
            self._place.setText(
                self._net.scale.place_sentence(place, peers.size, among=photo.precision if mixed else None)
            )
            self._ties.setText(
                trn("Too close to call with {count:,} other", "Too close to call with {count:,} others", ties)
            )
        self._place.setVisible(ranked)
        self._ties.setVisible(ties > 0)

    def _show_parts(self, *, title: str, picture: bool, facts: bool) -> None:
        """Show what belongs to this state; a score has its own."""
        scored = self._photo is not None
        caution = "" if self._photo is None else caution_sentence(self._photo.facts)
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._number.setVisible(scored)
        # What a score means is no help where it means little.
        self._sentence.setVisible(not caution)
        self._band.setVisible(scored and self._net.scale.typical_error is not None)
        for part in (self._percentile, self._histogram):
            part.setVisible(scored and not caution and self._net.scale.has_percentiles)
        self._show_fast("")
        self._nets.show_scores((), shown=None, flag="")
        warning = caution or ("" if self._photo is None else self._net.scale.floor_warning(self._photo.score))
        self._warning_words.setText(warning)
        self._warning.setVisible(bool(warning))
        self._rank.setVisible(scored)
        self.strip.setVisible(False)
        self._picture.setVisible(picture)
        self._file.setVisible(facts)
        self.verticalScrollBar().setValue(0)

    def _show_fast(self, words: str) -> None:
        """Show that a score is fast, with a button to score exactly; hide both where the text is empty."""
        self._fast_words.setText(words)
        self._fast.setVisible(bool(words))

    def _lay_out(self) -> None:
        number = QHBoxLayout()
        number.setSpacing(SPACE_2)
        number.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        number.addWidget(self._band, 1, Qt.AlignmentFlag.AlignBaseline)

        page = QWidget()
        page.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        page.setAutoFillBackground(True)
        column = QVBoxLayout(page)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        # The scroll bar takes its width from the margin, so that no line breaks elsewhere because of it.
        self.verticalScrollBar().rangeChanged.connect(
            lambda _, highest: column.setContentsMargins(
                SPACE_4, SPACE_4, SPACE_1 if highest > 0 else SPACE_4, SPACE_4
            )
        )
        column.setSpacing(SPACE_4)
        # Sentences may wrap, but never take the room that is left over at the foot.
        head_section = QWidget()
        head_section.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        head = QVBoxLayout(head_section)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(SPACE_1)
        head.addWidget(self._title)
        head.addLayout(number)
        head.addWidget(self._sentence)
        column.addWidget(head_section)
        for section in (
            self._fast,
            self._warning,
            self._rank,
            self._nets,
            self.strip,
            self._picture,
            self._file,
        ):
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(page)


def _section(*parts: QWidget, spacing: int) -> QWidget:
    """Return a widget of parts that are shown and hidden together."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    for part in parts:
        column.addWidget(part)
    return section


def _as_wide_as_it_is(part: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(part)
    row.addStretch()
    return holder


def _warning_row(theme_manager: ThemeManager, words: QWidget) -> QWidget:
    sign = IconLabel(theme_manager=theme_manager, name="warning")
    sign.setAccessibleName(tr("Warning"))
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE_2)
    layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    layout.addWidget(words, 1)
    return row
