"""A field takes both decimal marks, and shows that of the system."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from pytestqt.qtbot import QtBot

from memapp.gui.widgets.number_field import NumberField


@pytest.mark.parametrize(("language", "shown"), [("de_DE", "0,55"), ("en_US", "0.55"), ("C", "0.55")])
@pytest.mark.parametrize("typed", ["0.55", "0,55", ".55", ",55"])
def test_both_marks_are_taken(qtbot: QtBot, language: str, shown: str, typed: str) -> None:
    field = NumberField()
    qtbot.addWidget(field)
    field.setLocale(QLocale(language))
    field.setRange(0, 1)
    field.setDecimals(2)
    field.setValue(1)
    field.show()
    field.selectAll()
    for letter in typed:
        qtbot.keyClick(field, letter)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0.55
    assert field.text() == shown


def test_what_is_no_number_is_not_taken(qtbot: QtBot) -> None:
    field = NumberField()
    qtbot.addWidget(field)
    field.setLocale(QLocale("de_DE"))
    field.setRange(0, 1)
    field.setValue(0.25)
    field.selectAll()
    for letter in "0,5,5x":
        qtbot.keyClick(field, letter)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0.55
