"""Asks for a triage how many of the best photos are to be scored exactly."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.score_text import FAST_MARK
from memapp.core.text import tr, trn
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.fitting import fit_to_texts
from memapp.gui.widgets.sentence_row import sentence_row
from memapp.gui.widgets.theme import SPACE_3, SPACE_6

_MOST_BY_DEFAULT = 100
_COUNT_WIDTH = 72


def default_count(photos: int) -> int:
    """Return how many are scored exactly by default: a tenth, 100 at most, one at least."""
    return max(1, min(_MOST_BY_DEFAULT, round(photos / 10)))


class TriageDialog(QDialog):
    """Explains the triage and asks for the number. Accepted means start."""

    def __init__(self, *, photos: int, parent: QWidget | None = None) -> None:
        """Take how many photos there are, at least two."""
        super().__init__(parent)
        self.setWindowTitle(tr("Quick first pass"))
        self._count = QSpinBox()
        self._count.setRange(1, photos)
        self._count.setValue(default_count(photos))
        self._count.setGroupSeparatorShown(True)
        self._count.setFixedWidth(_COUNT_WIDTH)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setAccessibleName(tr("How many of the best are scored exactly"))
        sentence = trn(
            "Score exactly the best {best} of {count:,} photo",
            "Score exactly the best {best} of {count:,} photos",
            photos,
            best="{best}",
        )

        buttons = QDialogButtonBox()
        start = QPushButton(tr("Start"))
        start.setDefault(True)
        buttons.addButton(start, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(text_label(tr("Score all fast, then the best exactly"), Role.TITLE))
        column.addWidget(
            text_label(
                tr(
                    "Every photo gets a fast score ({mark}) first, a little less exact. Then the "
                    "best are scored exactly, and all that are too close to call with the last of "
                    "them.",
                    mark=FAST_MARK,
                ),
                wrap=True,
            )
        )
        column.addLayout(sentence_row(sentence, best=self._count))
        column.addWidget(
            text_label(
                tr(
                    "This finds the best sooner than scoring every photo exactly. Photos that have "
                    "an exact score keep it."
                ),
                Role.QUIET,
                wrap=True,
            )
        )
        column.addSpacing(SPACE_3)
        column.addWidget(buttons)
        self.setMinimumWidth(440)
        self._count.setFocus()
        self._count.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Make room for all that is said."""
        super().showEvent(event)
        fit_to_texts(self)

    @property
    def count(self) -> int:
        """How many of the best are to be scored exactly."""
        return self._count.value()
