"""Triage: how many of the best are worth an exact score."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.score_text import FAST_MARK
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, SPACE_6

_MOST_BY_DEFAULT = 100
_COUNT_WIDTH = 72


def default_count(photos: int) -> int:
    """How many are refined unless a person says otherwise: a tenth, 100 at most, one at least."""
    return max(1, min(_MOST_BY_DEFAULT, round(photos / 10)))


class TriageDialog(QDialog):
    """Says what a triage does and asks for the number. Accepted means start."""

    def __init__(self, *, photos: int, parent: QWidget | None = None) -> None:
        """Take how many photos there are, at least two."""
        super().__init__(parent)
        self.setWindowTitle("Triage")
        self._count = QSpinBox()
        self._count.setRange(1, photos)
        self._count.setValue(default_count(photos))
        self._count.setGroupSeparatorShown(True)
        self._count.setFixedWidth(_COUNT_WIDTH)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setAccessibleName("How many of the best are scored exactly")
        line = QHBoxLayout()
        line.setSpacing(SPACE_2)
        line.addWidget(text_label("Score exactly the best"))
        line.addWidget(self._count)
        line.addWidget(text_label(f"of {photos:,} photos"))
        line.addStretch()

        buttons = QDialogButtonBox()
        start = QPushButton("Start")
        start.setDefault(True)
        buttons.addButton(start, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_3)
        column.addWidget(text_label("Score all fast, then the best exactly", Role.TITLE))
        column.addWidget(
            text_label(
                f"Every photo gets a fast score ({FAST_MARK}) first, a little less exact. Then the best of "
                "them, and all that tie with the last of these, are scored exactly.",
                wrap=True,
            )
        )
        column.addLayout(line)
        column.addWidget(
            text_label(
                "The best are found sooner than by scoring every photo exactly. "
                "Exact scores that are known already are kept.",
                Role.QUIET,
                wrap=True,
            )
        )
        column.addSpacing(SPACE_3)
        column.addWidget(buttons)
        self.setFixedWidth(440)
        self._count.setFocus()
        self._count.selectAll()

    @property
    def count(self) -> int:
        """How many of the best are to be scored exactly."""
        return self._count.value()
