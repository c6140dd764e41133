"""Shows the score of every net for the selected photo: a row each, and what two of them mean together."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from memapp.core.nets import NetInfo, NetScore
from memapp.core.score_scale import Predicts, hits_and_false_alarms
from memapp.core.score_text import score_text, standing
from memapp.core.text import tr
from memapp.gui.widgets.basic import ElidedLabel, Role, hairline, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3


def together(scores: Sequence[NetScore], shown: NetInfo) -> str:
    """Return a sentence on hits and false alarms, where there are both; the shown net's, else the first's."""
    found: dict[Predicts, float] = {}
    for each in sorted(scores, key=lambda each: each.net != shown):
        if each.score is not None:
            found.setdefault(each.net.scale.predicts, each.score)
    if len(found) < 2:
        return ""
    return hits_and_false_alarms(found[Predicts.HITS], found[Predicts.FALSE_ALARMS])


class NetScores(QWidget):
    """Shown only where several nets score."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_NetRow] = []
        self._together = text_label(wrap=True, copyable=True)
        self._flag = text_label(wrap=True, copyable=True)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(SPACE_2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addWidget(hairline())
        column.addLayout(self._list)
        column.addWidget(self._together)
        column.addWidget(self._flag)
        self.setAccessibleName(tr("Scores of each scoring model"))
        self.show_scores((), shown=None, flag="")

    def show_scores(self, scores: Sequence[NetScore], *, shown: NetInfo | None, flag: str) -> None:
        """Show the scores of two nets or more; hide the part where there are fewer.

        Args:
            scores: of the nets, in their order.
            shown: the net whose score stands large above.
            flag: how far apart two of them place the photo, in words; empty where that is not known.
        """
        several = scores if len(scores) > 1 else ()
        while len(self._rows) < len(several):
            self._rows.append(_NetRow())
            self._list.addWidget(self._rows[-1])
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(several))
            if place < len(several):
                row.show_score(several[place], with_meaning=several[place].net != shown)
        words = "" if shown is None else together(several, shown)
        for label, text in ((self._together, words), (self._flag, flag if several else "")):
            label.setText(text)
            label.setVisible(bool(text))
        self.setVisible(bool(several))


class _NetRow(QWidget):
    """One net: its title and number on a line, the meaning of the number below."""

    def __init__(self) -> None:
        super().__init__()
        self._title = ElidedLabel()
        self._number = text_label(role=Role.STRONG, copyable=True)
        self._place = text_label(role=Role.QUIET)
        self._meaning = text_label(role=Role.SMALL, wrap=True, copyable=True)
        line = QHBoxLayout()
        line.setSpacing(SPACE_2)
        line.addWidget(self._title, 1)
        line.addWidget(self._place, 0, Qt.AlignmentFlag.AlignBaseline)
        line.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        column.addLayout(line)
        column.addWidget(self._meaning)

    def show_score(self, scored: NetScore, *, with_meaning: bool) -> None:
        """Show a net's score, and its meaning where that is not shown elsewhere."""
        scale, score = scored.net.scale, scored.score
        self._title.set_whole_text(scored.net.title)
        self._number.setText("-" if score is None else score_text(score, scored.precision))
        place = None if score is None else scale.percentile(score)
        self._place.setText("" if place is None else standing(place))
        meaning = tr("Not scored yet.") if score is None else scale.sentence(score)
        self._meaning.setText(f"{meaning} {scale.caution}".rstrip())
        self._meaning.setVisible(with_meaning)
