"""Shows the settings; a change takes effect at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal
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
from memapp.core.text import Deferred, deferred, tr, trn
from memapp.gui.widgets.basic import ElidedLabel, Role, text_label
from memapp.gui.widgets.choice_texts import SURROUND_TEXTS
from memapp.gui.widgets.list_detail import ListDetail
from memapp.gui.widgets.plain import as_caption
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_6

T = TypeVar("T")

_WIDTH = 640
_NUMBER_WIDTH = 56
_SECTIONS: tuple[tuple[Deferred, tuple[Setting[Any], ...]], ...] = (
    (deferred("Appearance"), (SETTINGS.theme, SETTINGS.surround, SETTINGS.map_stretched)),
    (deferred("Scoring"), (SETTINGS.precision,)),
    (deferred("Marks"), (SETTINGS.advance_after_mark,)),
    (deferred("On battery"), (SETTINGS.battery_threads, SETTINGS.pause_on_battery)),
    # What most people never need to look at.
    (deferred("Advanced"), (SETTINGS.device, SETTINGS.engine, SETTINGS.unload_minutes)),
)
_SCORING = 1
"""The section that also leads to the object finders, and to the folder of scores."""
_CHOICE_TEXTS: Mapping[str, Mapping[str, Deferred]] = {
    "theme": {"system": deferred("Same as the system"), "dark": deferred("Dark"), "light": deferred("Light")},
    "surround": SURROUND_TEXTS,
    "precision": {
        "exact": deferred("Exactly"),
        "fast": deferred("Fast, a little less exact ({mark})"),
    },
    "device": {
        "auto": deferred("The fastest device that works"),
        "cpu": deferred("The processor (CPU)"),
        "cuda": deferred("NVIDIA graphics card (CUDA)"),
        "mps": deferred("Apple graphics (Metal)"),
    },
    "engine": {
        "auto": deferred("The fastest one for the device"),
        "torch": deferred("torch, on any device"),
        "onnx": deferred("onnxruntime, on the processor"),
    },
}
_UNITS: dict[str, Callable[[int], str]] = {
    "unload_minutes": lambda count: trn("minute without scoring", "minutes without scoring", count)
}
"""The unit of each number, in the form that goes with it."""
_NUMBER_NAMES = {
    "unload_minutes": deferred("Free the memory of the scoring model after, in minutes without scoring")
}
"""What a screen reader calls each number."""
_HINTS = {
    "precision": deferred("Photos that have a score keep it."),
    "unload_minutes": deferred("Loading it again takes a few seconds."),
    "device": deferred(
        "Used when scoring starts next. If it fails, the processor is used instead, and a notice says why."
    ),
}


class PreferencesDialog(QDialog):
    """Appearance, how photos are scored, power saving on battery, and where scores are kept.

    Signals:
        segmenters_wanted(): open the segmenters dialog.
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
        """Show the settings in use; fast_missing says why there can be no fast scores, empty if there can."""
        super().__init__(parent)
        self.setWindowTitle(tr("Preferences"))
        self._settings = settings
        self._unsubscribes: list[Callable[[], None]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        column.setSpacing(SPACE_6)
        entries = []
        for place, (title, settings_of_it) in enumerate(_SECTIONS):
            self._form = _form()
            for setting in settings_of_it:
                self._add_setting(setting, missing=fast_missing if setting is SETTINGS.precision else "")
            if place == _SCORING:
                self._add_gap()
                self._add_places(scores_folder)
            self._form.setRowStretch(self._form.rowCount() + 1, 1)
            detail = QWidget()
            self._form.setContentsMargins(0, 0, SPACE_2, 0)
            detail.setLayout(self._form)
            entries.append((self._section(str(title)), detail))
        self.sections = ListDetail(name=tr("Preferences"))
        self.sections.set_entries(entries)
        column.addWidget(self.sections, 1)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.setMinimumWidth(_WIDTH)

    def _section(self, title: str) -> QPushButton:
        button = QPushButton(as_caption(title))
        button.setObjectName("entry")
        button.setAutoDefault(False)
        return button

    def _add_places(self, scores_folder: str) -> None:
        segmenters = QPushButton(tr("Get, choose, remove..."))
        segmenters.clicked.connect(self.segmenters_wanted)
        rest = QWidget()
        self._add_row(tr("Object finders"), _side_by_side(segmenters, rest, stretched=rest))
        self._add_row(tr("Scores are kept in"), self._folder(scores_folder))

    def done(self, result: int) -> None:
        """Unsubscribe from the settings: the dialog may be gone when they change next."""
        for unsubscribe in self._unsubscribes:
            unsubscribe()
        super().done(result)

    def _add_setting(self, setting: Setting[Any], *, missing: str) -> None:
        """Add a row for one setting; where it is not available, the hint says why."""
        field: QWidget
        if setting.choices:
            field = self._choice(setting)
        elif setting.limits is not None:
            field = self._number(setting, setting.limits)
        else:
            field = self._flag(setting)
        field.setEnabled(not missing)
        self._add_row("" if isinstance(field, QCheckBox) else str(setting.label), field)
        hint = missing or _HINTS.get(setting.key)
        if hint:
            self._form.addWidget(text_label(str(hint), Role.SMALL, wrap=True), self._form.rowCount(), 1)

    def _add_row(self, label: str, field: QWidget) -> None:
        """Add a label and its field, a little apart from the row above."""
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
        box.setAccessibleName(str(setting.label))
        for choice in setting.choices:
            box.addItem(_CHOICE_TEXTS[setting.key][choice].filled(mark=FAST_MARK))
        box.activated.connect(lambda row: self._settings.set(setting, setting.choices[row]))
        self._keep_shown(setting, lambda value: box.setCurrentIndex(setting.choices.index(value)))
        return box

    def _number(self, setting: Setting[int], limits: tuple[int, int]) -> QWidget:
        """Return a number field followed by its unit, in the plural form of the value."""
        unit_text = _UNITS[setting.key]
        box = QSpinBox()
        box.setRange(*limits)
        box.setFixedWidth(_NUMBER_WIDTH)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setAccessibleName(str(_NUMBER_NAMES[setting.key]))
        self._keep_shown(setting, box.setValue)
        unit = text_label(unit_text(box.value()))
        box.valueChanged.connect(lambda value: unit.setText(unit_text(value)))
        box.valueChanged.connect(lambda value: self._settings.set(setting, value))
        return _side_by_side(box, unit, stretched=unit)

    def _flag(self, setting: Setting[bool]) -> QCheckBox:
        box = QCheckBox(str(setting.label))
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
        button = QPushButton(tr("Show in folder"))
        button.clicked.connect(lambda: self.show_folder.emit(path))
        return _side_by_side(shown, button, stretched=shown)


def _form() -> QGridLayout:
    form = QGridLayout()
    form.setHorizontalSpacing(SPACE_3)
    form.setVerticalSpacing(SPACE_1)
    form.setColumnStretch(1, 1)
    return form


def _side_by_side(*parts: QWidget, stretched: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_2)
    for part in parts:
        row.addWidget(part, int(part is stretched))
    return holder
