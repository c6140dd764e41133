"""The few things that can be set, at work as soon as they are chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from memapp.core.calibration import FAST_MARK
from memapp.core.settings import SETTINGS, Preferences
from memapp.gui.widgets.basic import ElidedLabel, Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_6

_WIDTH = 540
_NUMBER_WIDTH = 56
_APPEARANCE = ("theme",)
_SCORING = ("precision", "device", "engine", "unload_minutes")
_LAPTOP = ("battery_threads", "pause_on_battery")
_CHOICE_TEXTS = {
    "theme": {"system": "As the system", "dark": "Dark", "light": "Light"},
    "precision": {
        "exact": "Exactly",
        "fast": f"Fast, a little less exact ({FAST_MARK})",
    },
    "device": {
        "auto": "The fastest device that works",
        "cpu": "The processor (CPU)",
        "cuda": "NVIDIA graphics card (CUDA)",
        "mps": "Apple graphics (Metal)",
    },
    "engine": {
        "auto": "The fastest one for the device",
        "torch": "torch, on any device",
        "onnx": "onnxruntime, on the processor",
    },
}
_UNITS = {"unload_minutes": ("minute without scoring", "minutes without scoring")}
"""One and many of what a number counts."""
_HINTS = {
    "precision": "Scores that are known already stay as they are.",
    "unload_minutes": "Loading it again takes a few seconds.",
    "device": "Used from the next run on. Where it can't be used, the processor takes over and says why.",
}


class PreferencesDialog(QDialog):
    """Appearance, how photos are scored, power saving on battery, and where scores are kept.

    Signals:
        changed(str, object SettingValue): a setting's key and the value chosen.
        segmenters_wanted(): show the segmenters.
        show_folder(str): show the folder of scores in the system's file manager.
    """

    changed = Signal(str, object)
    show_folder = Signal(str)
    segmenters_wanted = Signal()

    def __init__(
        self,
        *,
        preferences: Preferences,
        scores_folder: str,
        fast_missing: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Show the settings in use; fast_missing says why fast scores can't be had, if they can't."""
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._preferences = preferences
        self._form = QGridLayout()
        self._form.setHorizontalSpacing(SPACE_3)
        self._form.setVerticalSpacing(SPACE_1)
        self._form.setColumnStretch(1, 1)
        for group in (_APPEARANCE, _SCORING, _LAPTOP):
            for key in group:
                self._add_setting(key, missing=fast_missing if key == "precision" else "")
            self._add_gap()
        segmenters = QPushButton("Get, choose, remove...")
        segmenters.clicked.connect(self.segmenters_wanted)
        rest = QWidget()
        self._add_row("Segmenters", _side_by_side(segmenters, rest, stretched=rest))
        self._add_row("Scores are kept in", self._folder(scores_folder))

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_6)
        column.addLayout(self._form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(_WIDTH)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the hints need at this width: what wraps says so only when asked for it."""
        super().showEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def _add_setting(self, key: str, *, missing: str) -> None:
        """A row for one setting; where it is missing, with the reason in the hint's place."""
        setting = SETTINGS[key]
        field: QWidget
        if setting.choices:
            field = self._choice(key)
        elif setting.limits is not None:
            field = self._number(key, setting.limits)
        else:
            field = self._flag(key)
        field.setEnabled(not missing)
        self._add_row("" if isinstance(field, QCheckBox) else setting.label, field)
        hint = missing or _HINTS.get(key)
        if hint:
            self._form.addWidget(text_label(hint, Role.SMALL, wrap=True), self._form.rowCount(), 1)

    def _add_row(self, label: str, field: QWidget) -> None:
        """A label and what it names, a little apart from the row above."""
        if self._form.count():
            self._form.setRowMinimumHeight(self._form.rowCount(), SPACE_2)
        row = self._form.rowCount() + 1
        if label:
            alignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._form.addWidget(text_label(label), row, 0, alignment)
        self._form.addWidget(field, row, 1)

    def _add_gap(self) -> None:
        self._form.setRowMinimumHeight(self._form.rowCount(), SPACE_2)

    def _choice(self, key: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(SETTINGS[key].label)
        for choice in SETTINGS[key].choices:
            box.addItem(_CHOICE_TEXTS[key][choice], choice)
        box.setCurrentIndex(box.findData(self._preferences.text(key)))
        box.activated.connect(lambda: self.changed.emit(key, box.currentData()))
        return box

    def _number(self, key: str, limits: tuple[int, int]) -> QWidget:
        """A box with its unit behind it, in the number that belongs to the value."""
        one, many = _UNITS[key]
        box = QSpinBox()
        box.setRange(*limits)
        box.setValue(self._preferences.number(key))
        box.setFixedWidth(_NUMBER_WIDTH)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setAccessibleName(f"{SETTINGS[key].label}, in {many}")
        unit = text_label(one if box.value() == 1 else many)
        box.valueChanged.connect(lambda value: unit.setText(one if value == 1 else many))
        box.valueChanged.connect(lambda value: self.changed.emit(key, value))
        return _side_by_side(box, unit, stretched=unit)

    def _flag(self, key: str) -> QCheckBox:
        box = QCheckBox(SETTINGS[key].label)
        box.setChecked(self._preferences.flag(key))
        box.toggled.connect(lambda on: self.changed.emit(key, on))
        return box

    def _folder(self, path: str) -> QWidget:
        shown = ElidedLabel(role=Role.QUIET)
        shown.set_whole_text(path)
        button = QPushButton("Show in folder")
        button.clicked.connect(lambda: self.show_folder.emit(path))
        return _side_by_side(shown, button, stretched=shown)


def _side_by_side(*parts: QWidget, stretched: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_2)
    for part in parts:
        row.addWidget(part, int(part is stretched))
    return holder
