"""Preferences: every kind of setting is shown as it is and saved when it changes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from memapp.core.records import Precision
from memapp.core.settings import SETTINGS, Setting, Settings
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog

VALUES = {"precision": "fast", "unload_minutes": 1, "battery_threads": False, "pause_on_battery": True}


def show(qtbot: QtBot, *, settings: Settings | None = None, fast_missing: str = "") -> PreferencesDialog:
    dialog = PreferencesDialog(
        settings=settings or Settings(VALUES),
        scores_folder="/home/ann/memapp",
        fast_missing=fast_missing,
    )
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def words(dialog: PreferencesDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if not label.isHidden()]


def choice_box(dialog: PreferencesDialog, label: str) -> QComboBox:
    boxes = dialog.findChildren(QComboBox)
    return next(box for box in boxes if box.accessibleName() == label)


def section(dialog: PreferencesDialog, title: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() == title)


def choose(box: QComboBox, row: int) -> None:
    """Choose as a person does, which emits activated()."""
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_the_precision_of_new_photos(qtbot: QtBot) -> None:
    settings = Settings(VALUES)
    box = choice_box(show(qtbot, settings=settings), "New photos are scored")
    assert box.currentIndex() == list(Precision).index(Precision.FAST)
    assert box.isEnabled()
    choose(box, list(Precision).index(Precision.EXACT))
    assert settings.get(SETTINGS.precision) is Precision.EXACT


def test_without_a_fast_net_the_dialog_says_why(qtbot: QtBot) -> None:
    dialog = show(qtbot, fast_missing="There is no fast net.")
    assert not choice_box(dialog, "New photos are scored").isEnabled()
    assert "There is no fast net." in words(dialog)


def test_a_number_has_its_unit_in_words(qtbot: QtBot) -> None:
    settings = Settings(VALUES)
    dialog = show(qtbot, settings=settings)
    [box] = dialog.findChildren(QSpinBox)
    assert (box.minimum(), box.value(), box.maximum()) == (1, 1, 120)
    assert "minute without scoring" in words(dialog)
    box.setValue(20)
    assert settings.get(SETTINGS.unload_minutes) == 20
    assert "minutes without scoring" in words(dialog)


@pytest.mark.parametrize(
    "setting", [SETTINGS.battery_threads, SETTINGS.pause_on_battery], ids=lambda setting: setting.key
)
def test_a_switch(qtbot: QtBot, setting: Setting[bool]) -> None:
    settings = Settings(VALUES)
    before = settings.get(setting)
    dialog = show(qtbot, settings=settings)
    [box] = [box for box in dialog.findChildren(QCheckBox) if box.text() == str(setting.label)]
    assert box.isChecked() == before == VALUES[setting.key]
    box.click()
    assert settings.get(setting) is not before


def test_every_last_choice_may_be_set(qtbot: QtBot) -> None:
    settings = Settings()
    dialog = show(qtbot, settings=settings)
    for box in dialog.findChildren(QComboBox):
        choose(box, box.count() - 1)
    chosen = [settings.get(setting) for setting in (SETTINGS.theme, SETTINGS.device, SETTINGS.engine)]
    assert chosen == ["light", "mps", "onnx"]


def test_what_another_window_chose_is_shown_while_the_dialog_is_open(
    qtbot: QtBot,
) -> None:
    settings = Settings(VALUES)
    dialog = show(qtbot, settings=settings)
    settings.take_over({"theme": "dark", "unload_minutes": 30, "pause_on_battery": False})
    assert choice_box(dialog, "Appearance").currentText() == "Dark"
    assert dialog.findChildren(QSpinBox)[0].value() == 30
    [box] = [box for box in dialog.findChildren(QCheckBox) if box.text() == "Pause on battery"]
    assert not box.isChecked()


def test_a_closed_dialog_follows_the_settings_no_longer(qtbot: QtBot) -> None:
    settings = Settings()
    dialog = show(qtbot, settings=settings)
    box = choice_box(dialog, "Appearance")
    dialog.reject()
    settings.set(SETTINGS.theme, "dark")
    assert box.currentText() == "Same as the system"


def test_nothing_is_cut(qtbot: QtBot) -> None:
    dialog = show(
        qtbot,
        fast_missing="Fast scores are not available: this memapp came without them. " * 3,
    )
    wrapped = [label for label in dialog.findChildren(QLabel) if label.wordWrap()]
    assert wrapped
    assert all(label.height() >= label.heightForWidth(label.width()) for label in wrapped)
    assert all(box.height() >= box.sizeHint().height() for box in dialog.findChildren(QSpinBox))
    assert dialog.width() >= dialog.minimumSizeHint().width()


def test_engines_are_for_those_who_ask(qtbot: QtBot) -> None:
    dialog = show(qtbot)
    engine = choice_box(dialog, "Scoring engine")
    assert not engine.isVisible()
    section(dialog, "Advanced").setFocus()
    assert engine.isVisible()


def test_a_press_and_the_keyboard_show_a_section(qtbot: QtBot) -> None:
    dialog = show(qtbot)
    assert choice_box(dialog, "Appearance").isVisible()
    QTest.mouseClick(section(dialog, "Scoring"), Qt.MouseButton.LeftButton)
    assert choice_box(dialog, "New photos are scored").isVisible()
    assert not choice_box(dialog, "Appearance").isVisible()
    assert dialog.sections.shown == 1
