"""The few dialogs: licence, about, shortcuts, preferences."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.resources import resource_path
from memapp.core.settings import SETTINGS, Setting, Settings
from memapp.gui.dialogs.about import AboutDialog
from memapp.gui.dialogs.licence import LicenceDialog, licence_text
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog
from memapp.gui.dialogs.shortcuts import ShortcutLine, ShortcutsDialog
from memapp.gui.widgets.theme import ThemeManager


def _button(dialog: QDialog, text: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text().replace("&", "") == text)


def _words(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


# The licence


def test_the_licence_is_the_packages_own_to_the_byte() -> None:
    try:
        own = next(file for file in files("resmem") or () if file.name.upper().startswith("LICENSE"))
    except PackageNotFoundError:
        pytest.skip("the resmem package is not installed")
    assert resource_path("licences/resmem.txt").read_bytes() == own.read_binary()


@pytest.fixture
def licence(qtbot: QtBot, theme_manager: ThemeManager) -> LicenceDialog:
    dialog = LicenceDialog(theme_manager=theme_manager)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_notice_says_the_three_things_that_matter(licence: LicenceDialog) -> None:
    words = _words(licence)
    for needed in ("University of Chicago", "Paid work needs permission", "Brain Bridge Lab", "MIT licence"):
        assert needed in words


@pytest.mark.parametrize(
    ("text", "result"),
    [("I understand", QDialog.DialogCode.Accepted), ("Not now", QDialog.DialogCode.Rejected)],
)
def test_the_notice_is_answered(
    qtbot: QtBot, licence: LicenceDialog, text: str, result: QDialog.DialogCode
) -> None:
    with qtbot.waitSignal(licence.finished) as finished:
        qtbot.mouseClick(_button(licence, text), Qt.MouseButton.LeftButton)
    assert finished.args == [result.value]


def test_enter_agrees_and_escape_does_not(qtbot: QtBot, licence: LicenceDialog) -> None:
    with qtbot.waitSignal(licence.accepted):
        qtbot.keyClick(licence, Qt.Key.Key_Return)
    licence.show()
    with qtbot.waitSignal(licence.rejected):
        qtbot.keyClick(licence, Qt.Key.Key_Escape)


def test_the_full_text_is_disclosed(qtbot: QtBot, licence: LicenceDialog) -> None:
    text = licence.findChild(QPlainTextEdit)
    switch = licence.findChild(QToolButton)
    assert text is not None
    assert switch is not None
    assert not text.isVisible()
    low = licence.height()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert text.isVisible()
    assert text.isReadOnly()
    assert "wilma@uchicago.edu" in text.toPlainText()
    assert text.toPlainText().startswith("ResMem Non-commercial License")
    assert text.toPlainText().split() == licence_text().split()
    qtbot.waitUntil(lambda: licence.height() > low)
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not text.isVisible()


# About


def test_about_shows_version_credits_and_licence(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    dialog = AboutDialog(version="1.2.3", details="torch 2.14\ncpu works", theme_manager=theme_manager)
    qtbot.addWidget(dialog)
    words = _words(dialog)
    for needed in (
        "Version 1.2.3",
        "10.1007/s42113-022-00126-5",
        "Paid work needs permission",
        "LaMem",
        "MemCat",
        "LGPL",
    ):
        assert needed in words
    qtbot.mouseClick(_button(dialog, "Copy details"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "memapp 1.2.3\ntorch 2.14\ncpu works"


# Shortcuts


def test_the_cheat_sheet_holds_every_line(qtbot: QtBot) -> None:
    lines = [
        ShortcutLine("Photos", "Add photos", "Ctrl+O"),
        ShortcutLine("Photos", "Paste", "Ctrl+V"),
        ShortcutLine("Viewer", "Fit or 100 %", "Z"),
    ]
    dialog = ShortcutsDialog(lines=lines)
    qtbot.addWidget(dialog)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert words.count("Photos") == 1
    for line in lines:
        assert words.count(str(line.text)) == 1
        assert words.count(str(line.shortcut)) == 1
    spoken = [label.accessibleName() for label in dialog.findChildren(QLabel)]
    assert "Fit or 100 %: Z" in spoken
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_any_number_of_groups_finds_its_place(qtbot: QtBot, count: int) -> None:
    dialog = ShortcutsDialog(lines=[ShortcutLine(f"Group {n}", f"Do {n}", f"F{n}") for n in range(count)])
    qtbot.addWidget(dialog)
    assert len([label for label in dialog.findChildren(QLabel) if label.text().startswith("Group")]) == count


# Preferences


@pytest.fixture
def preferences(qtbot: QtBot, theme_manager: ThemeManager) -> PreferencesDialog:
    dialog = PreferencesDialog(settings=Settings({"theme": "light"}), scores_folder="/home/ann/memapp")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def _choice(dialog: PreferencesDialog, label: str) -> QComboBox:
    return next(box for box in dialog.findChildren(QComboBox) if box.accessibleName() == label)


@pytest.mark.parametrize(
    "setting", [SETTINGS.theme, SETTINGS.device, SETTINGS.engine], ids=lambda setting: setting.key
)
def test_every_choice_of_the_table_is_offered(preferences: PreferencesDialog, setting: Setting[str]) -> None:
    box = _choice(preferences, str(setting.label))
    texts = {box.itemText(row) for row in range(box.count())}
    assert len(texts) == len(setting.choices)
    assert all(texts)


def test_what_is_set_is_shown(preferences: PreferencesDialog) -> None:
    assert _choice(preferences, "Appearance").currentText() == "Light"


def test_the_folder_of_scores_can_be_shown(qtbot: QtBot, preferences: PreferencesDialog) -> None:
    assert any(label.accessibleName() == "/home/ann/memapp" for label in preferences.findChildren(QLabel))
    with qtbot.waitSignal(preferences.show_folder) as asked:
        qtbot.mouseClick(_button(preferences, "Show in folder"), Qt.MouseButton.LeftButton)
    assert asked.args == ["/home/ann/memapp"]
