"""Shown in the grid when no photo passes the filter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from memapp.core.text import tr
from memapp.gui.widgets.theme import SPACE_3, TEXT_TITLE


class NoMatchNotice(QWidget):
    """ "No photos match", in the middle of its parent, with a button. Lives on the GUI thread.

    Signals:
        clear_requested(): show all photos again.
    """

    clear_requested = Signal()

    def __init__(self, *, parent: QWidget) -> None:
        """Create it hidden."""
        super().__init__(parent)
        self._within = parent
        words = QLabel(tr("No photos match"), self)
        words.setStyleSheet(f"font-size: {TEXT_TITLE}px")
        clear = QPushButton(tr("Clear filter"), self)
        clear.clicked.connect(self.clear_requested)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_3)
        column.addWidget(words, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(clear, alignment=Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    def centre(self) -> None:
        """Move to the middle of the parent."""
        self.adjustSize()
        self.move(self._within.rect().center() - self.rect().center())
