"""The few things that can be set, at work as soon as they are chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

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

from memapp.core.score_text import FAST_MARK
from memapp.core.settings import SETTINGS, Setting, Settings
from memapp.gui.widgets.basic import ElidedLabel, Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_6

T = TypeVar("T")

_WIDTH = 540
_NUMBER_WIDTH = 56
_GROUPS: tuple[tuple[Setting[Any], ...], ...] = (
    (SETTINGS.theme,),
    (SETTINGS.precision, SETTINGS.device, SETTINGS.engine, SETTINGS.unload_minutes),
    (SETTINGS.battery_threads, SETTINGS.pause_on_battery),
)
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
        segmenters_wanted(): show the segmenters.
        show_folder(str): show the folder of scores in the system's file manager.
    """

    show_folder = Signal(str)
    segmenters_wanted = Signal()

    def __init__(
        self,
        *,
        settings: Settings,
        scores_folder: str,
        fast_missing: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """Show the settings in use; fast_missing says why fast scores can't be had, if they can't."""
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._settings = settings
        self._unsubscribes: list[Callable[[], None]] = []
        self._form = QGridLayout()
        self._form.setHorizontalSpacing(SPACE_3)
        self._form.setVerticalSpacing(SPACE_1)
        self._form.setColumnStretch(1, 1)
        for group in _GROUPS:
            for setting in group:
                self._add_setting(setting, missing=fast_missing if setting is SETTINGS.precision else "")
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

    def done(self, result: int) -> None:
        """Follow the settings no longer: the dialog may be gone when they change next."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()
        super().done(result)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the hints need at this width: what wraps says so only when asked for it."""
        super().showEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def _add_setting(self, setting: Setting[Any], *, missing: str) -> None:
        """A row for one setting; where it is missing, with the reason in the hint's place."""
        field: QWidget
        if setting.choices:
            field = self._choice(setting)
        elif setting.limits is not None:
            field = self._number(setting, setting.limits)
        else:
            field = self._flag(setting)
        field.setEnabled(not missing)
        self._add_row("" if isinstance(field, QCheckBox) else setting.label, field)
        hint = missing or _HINTS.get(setting.key)
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

    def _choice(self, setting: Setting[str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(setting.label)
        for choice in setting.choices:
            box.addItem(_CHOICE_TEXTS[setting.key][choice])
        box.activated.connect(lambda row: self._settings.set(setting, setting.choices[row]))
        self._keep_shown(setting, lambda value: box.setCurrentIndex(setting.choices.index(value)))
        return box

    def _number(self, setting: Setting[int], limits: tuple[int, int]) -> QWidget:
        """A box with its unit behind it, in the number that belongs to the value."""
        one, many = _UNITS[setting.key]
        box = QSpinBox()
        box.setRange(*limits)
        box.setFixedWidth(_NUMBER_WIDTH)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setAccessibleName(f"{setting.label}, in {many}")
        self._keep_shown(setting, box.setValue)
        unit = text_label(one if box.value() == 1 else many)
        box.valueChanged.connect(lambda value: unit.setText(one if value == 1 else many))
        box.valueChanged.connect(lambda value: self._settings.set(setting, value))
        return _side_by_side(box, unit, stretched=unit)

    def _flag(self, setting: Setting[bool]) -> QCheckBox:
        box = QCheckBox(setting.label)
        self._keep_shown(setting, box.setChecked)
        box.toggled.connect(lambda on: self._settings.set(setting, on))
        return box

    def _keep_shown(self, setting: Setting[T], show: Callable[[T], object]) -> None:
        """Show a setting's value now, and whenever it changes while the dialog is open."""
        show(self._settings.get(setting))
        self._unsubscribes.append(self._settings.subscribe(setting, show))

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
