"""Shown in the grid and in the details view when no photo passes the filter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from memapp.core.text import tr, trn
from memapp.gui.grid.arranged_model import ArrangedModel
from memapp.gui.widgets.basic import text_label
from memapp.gui.widgets.theme import SPACE_3, TEXT_TITLE
from memapp.library.changes import Change, ChangeKind


class NoMatchNotice(QWidget):
    """ "The filter hides all 12 photos", in the middle of a view, with the way out. Lives on the GUI thread.

    Signals:
        clear_requested(): show all photos again.
    """

    clear_requested = Signal()

    def __init__(self, *, model: ArrangedModel, parent: QWidget) -> None:
        """Show itself in the parent, a view's viewport, while none of the model's photos passes."""
        super().__init__(parent)
        self._model = model
        self._within = parent
        self._words = words = text_label()
        self.set_colour("")
        clear = QPushButton(tr("Show all"), self)
        clear.clicked.connect(self.clear_requested)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE_3)
        column.addWidget(words, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(clear, alignment=Qt.AlignmentFlag.AlignHCenter)
        parent.installEventFilter(self)
        for signal in (model.rowsInserted, model.modelReset, model.rearranged):
            signal.connect(self._update)
        self.destroyed.connect(model.library.subscribe(self._on_library_changed))
        self._update()

    def set_colour(self, colour: str) -> None:
        """Write in this colour; in that of the window's texts where it is empty."""
        self._words.setStyleSheet(f"font-size: {TEXT_TITLE}px;" + (f"color: {colour};" if colour else ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the parent's middle."""
        if event.type() is QEvent.Type.Resize:
            self._centre()
        return False

    def _on_library_changed(self, change: Change) -> None:
        if change.kind is ChangeKind.ADDED:
            # Photos may be there, and none of them pass the filter.
            self._update()

    def _update(self) -> None:
        listed = len(self._model.library)
        self._words.setText(
            trn("The filter hides {count:,} photo", "The filter hides all {count:,} photos", listed)
        )
        self.setVisible(self._model.rowCount() == 0 and listed > 0)
        self._centre()

    def _centre(self) -> None:
        self.adjustSize()
        self.move(self._within.rect().center() - self.rect().center())
