"""Triage asks for one number."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from memapp.gui.dialogs.triage_dialog import TriageDialog, default_count
from memapp.gui.widgets.theme import ThemeManager


@pytest.mark.parametrize(
    ("photos", "count"), [(2, 1), (14, 1), (16, 2), (431, 43), (1000, 100), (2031, 100), (100_000, 100)]
)
def test_a_tenth_but_a_hundred_at_most(photos: int, count: int) -> None:
    assert default_count(photos) == count


def test_the_number_is_within_the_photos_and_ready_to_be_typed(
    qtbot: QtBot, theme_manager: ThemeManager
) -> None:
    dialog = TriageDialog(photos=2031)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog._count.hasFocus())
    assert any("of 2,031 photos" in label.text() for label in dialog.findChildren(QLabel))
    qtbot.keyClicks(dialog._count, "250")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.count == 250
    [box] = dialog.findChildren(QSpinBox)
    assert (box.minimum(), box.maximum()) == (1, 2031)


def test_it_can_be_cancelled(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    dialog = TriageDialog(photos=2)
    qtbot.addWidget(dialog)
    [cancel] = [button for button in dialog.findChildren(QPushButton) if button.text().endswith("Cancel")]
    with qtbot.waitSignal(dialog.rejected):
        cancel.click()
