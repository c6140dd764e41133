"""Preferences: every kind of setting is shown as it is and told as it is changed."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from memapp.core.settings import SETTINGS, Preferences
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog
from memapp.gui.widgets.theme import ThemeManager

VALUES = {"precision": "fast", "unload_minutes": 1, "battery_threads": False, "pause_on_battery": True}


def show(qtbot: QtBot, *, fast_missing: str = "") -> PreferencesDialog:
    dialog = PreferencesDialog(
        preferences=Preferences(VALUES), scores_folder="/home/ann/memapp", fast_missing=fast_missing
    )
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def words(dialog: PreferencesDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def precision_box(dialog: PreferencesDialog) -> QComboBox:
    boxes = dialog.findChildren(QComboBox)
    return next(box for box in boxes if box.accessibleName() == "New photos are scored")


def test_the_precision_of_new_photos(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    box = precision_box(show(qtbot))
    assert box.currentData() == "fast"
    assert tuple(box.itemData(row) for row in range(box.count())) == SETTINGS["precision"].choices
    assert box.isEnabled()


def test_where_fast_scores_cannot_be_had_the_dialog_says_why(
    qtbot: QtBot, theme_manager: ThemeManager
) -> None:
    dialog = show(qtbot, fast_missing="There is no fast net.")
    assert not precision_box(dialog).isEnabled()
    assert "There is no fast net." in words(dialog)


def test_a_number_has_its_unit_in_words(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    dialog = show(qtbot)
    [box] = dialog.findChildren(QSpinBox)
    assert (box.minimum(), box.value(), box.maximum()) == (1, 1, 120)
    assert "minute without scoring" in words(dialog)
    with qtbot.waitSignal(dialog.changed) as changed:
        box.setValue(20)
    assert changed.args == ["unload_minutes", 20]
    assert "minutes without scoring" in words(dialog)


@pytest.mark.parametrize("key", ["battery_threads", "pause_on_battery"])
def test_a_switch(qtbot: QtBot, theme_manager: ThemeManager, key: str) -> None:
    dialog = show(qtbot)
    [box] = [box for box in dialog.findChildren(QCheckBox) if box.text() == SETTINGS[key].label]
    assert box.isChecked() == VALUES[key]
    with qtbot.waitSignal(dialog.changed) as changed:
        box.click()
    assert changed.args == [key, not VALUES[key]]


def test_what_is_told_may_be_set(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    preferences = Preferences()
    dialog = show(qtbot)
    dialog.changed.connect(preferences.set)
    for combo in dialog.findChildren(QComboBox):
        combo.setCurrentIndex(combo.count() - 1)
        combo.activated.emit(combo.currentIndex())
    for check in dialog.findChildren(QCheckBox):
        check.click()
    dialog.findChildren(QSpinBox)[0].setValue(120)
    told = {"precision": "fast", "unload_minutes": 120, "battery_threads": True, "pause_on_battery": False}
    told |= {"theme": "light", "device": "mps"}
    assert preferences.values() | told == preferences.values()


def test_nothing_is_cut(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    dialog = show(qtbot, fast_missing="Fast scores can't be had: this installation has no fast net. " * 3)
    wrapped = [label for label in dialog.findChildren(QLabel) if label.wordWrap()]
    assert wrapped
    assert all(label.height() >= label.heightForWidth(label.width()) for label in wrapped)
    assert all(box.height() >= box.sizeHint().height() for box in dialog.findChildren(QSpinBox))
