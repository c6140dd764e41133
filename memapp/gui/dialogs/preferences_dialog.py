"""The few things that can be set, at work as soon as they are chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.settings import SETTINGS, Preferences
from memapp.gui.parts import ElidedLabel, Role, text_label
from memapp.gui.style import SPACE_1, SPACE_2, SPACE_3, SPACE_6

_CHOICE_TEXTS = {
    "theme": {"system": "As the system", "dark": "Dark", "light": "Light"},
    "device": {
        "auto": "The fastest device that works",
        "cpu": "The processor (CPU)",
        "cuda": "NVIDIA graphics card (CUDA)",
        "mps": "Apple graphics (Metal)",
    },
}
_HINTS = {
    "device": "Used from the next run on. Where it can't be used, the processor takes over and says why."
}


class PreferencesDialog(QDialog):
    """Appearance, device, and where scores are kept.

    Signals:
        changed(str, str): a setting's key and the value chosen.
        show_folder(str): show the folder of scores in the system's file manager.
    """

    changed = Signal(str, str)
    show_folder = Signal(str)

    def __init__(
        self, *, preferences: Preferences, scores_folder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        form = QGridLayout()
        form.setHorizontalSpacing(SPACE_3)
        form.setVerticalSpacing(SPACE_1)
        form.setColumnStretch(1, 1)
        for key in _CHOICE_TEXTS:
            _add_row(form, SETTINGS[key].label, self._choice(key, preferences.text(key)))
            if key in _HINTS:
                form.addWidget(text_label(_HINTS[key], Role.SMALL, wrap=True), form.rowCount(), 1)
        _add_row(form, "Scores are kept in", self._folder(scores_folder))

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_6)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(480)

    def _choice(self, key: str, value: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(SETTINGS[key].label)
        for choice in SETTINGS[key].choices:
            box.addItem(_CHOICE_TEXTS[key][choice], choice)
        box.setCurrentIndex(box.findData(value))
        box.activated.connect(lambda: self.changed.emit(key, box.currentData()))
        return box

    def _folder(self, path: str) -> QWidget:
        shown = ElidedLabel(role=Role.QUIET)
        shown.set_whole_text(path)
        button = QPushButton("Show in folder")
        button.clicked.connect(lambda: self.show_folder.emit(path))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(shown, 1)
        row.addWidget(button)
        return holder


def _add_row(form: QGridLayout, label: str, field: QWidget) -> None:
    """A label and what it names, a little apart from the row above."""
    if form.count():
        form.setRowMinimumHeight(form.rowCount(), SPACE_2)
    row = form.rowCount() + 1
    form.addWidget(text_label(label), row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    form.addWidget(field, row, 1)
