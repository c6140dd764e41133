"""The check itself: it finds what is not marked, wherever it stands."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.text import tr
from tests.gui.shown_texts import is_marked, unmarked_texts


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("", True),
        ("2,031 / 0.82 ± 0.09", True),
        ("[!! Score~~ !!]", True),
        ("[!! Removed [!! 2 photos~~~ !!] from the list~~~ !!]", True),
        ("sea.jpg · [!! Score~~ !!]", True),
        ("Score", False),
        ("[!! Score~~ !!] of this photo", False),
        ("Removed [!! 2 photos~~~ !!]", False),
    ],
)
def test_words_outside_the_marks_are_found(text: str, marked: bool) -> None:
    assert is_marked(text, ["sea.jpg"]) is marked


@pytest.mark.usefixtures("pseudo_language")
def test_every_kind_of_text_is_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.setWindowTitle("A title")
    page.setAccessibleName(tr("Score"))
    column = QVBoxLayout(page)
    label, button, line, box, menu = (
        QLabel("A label"),
        QPushButton("A button"),
        QLineEdit(),
        QComboBox(),
        QMenu(),
    )
    line.setPlaceholderText("A hint")
    line.setToolTip("A tip")
    box.addItem("A choice")
    box.setAccessibleDescription("A description")
    for widget in (label, button, line, box):
        column.addWidget(widget)
    menu.setParent(page)
    menu.setTitle("A menu")
    menu.addAction("An action")
    found = {text.partition(": ")[2] for text in unmarked_texts(page)}
    assert found == {
        *("A title", "A label", "A button", "A hint", "A tip", "A choice", "A description", "A menu"),
        "An action",
    }
