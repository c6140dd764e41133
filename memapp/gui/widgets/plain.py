"""Texts with names from outside, shown as they are: Qt would take parts of them for markup or shortcuts.

tests/gui/test_plain_texts.py refuses other ways to show a text that is not written in the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

_QUESTION_WIDTH = 320


def plain_tip(text: str) -> str:
    """Return a tooltip's text so that Qt shows it as it is."""
    return f"<p>{escape(text)}</p>" if "<" in text else text


def as_caption(text: str) -> str:
    """Return the text of a button or menu entry so that "&" is shown, instead of making a shortcut."""
    return text.replace("&", "&&")


def ask(parent: QWidget, title: str, question: str, consequence: str, *, act: str, keep: str) -> bool:
    """Ask before something that is hard to undo; return whether to do it.

    Enter and Esc keep things as they are.

    Args:
        parent: the window that it belongs to.
        title: the dialog's.
        question: as a sentence.
        consequence: what happens then, as a sentence.
        act: the button that does it.
        keep: the button that does nothing.
    """
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    # Qt has no format for this one: its label guesses.
    box.setInformativeText(plain_tip(consequence))
    for label in box.findChildren(QLabel, "qt_msgbox_informativelabel"):
        # Qt makes it as narrow as the question is short.
        label.setMinimumWidth(_QUESTION_WIDTH)
    acting = box.addButton(as_caption(act), QMessageBox.ButtonRole.AcceptRole)
    keeping = box.addButton(as_caption(keep), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keeping)
    box.setEscapeButton(keeping)
    box.exec()
    return box.clickedButton() is acting


def ask_which(parent: QWidget, title: str, question: str, choices: Sequence[str]) -> int | None:
    """Ask which of a few ways is meant; return its index, or None where Cancel, or Esc, was chosen.

    Args:
        parent: the window that it belongs to.
        title: the dialog's.
        question: as a sentence.
        choices: the buttons; Enter chooses the last one.
    """
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, question, parent=parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    buttons = [box.addButton(as_caption(choice), QMessageBox.ButtonRole.AcceptRole) for choice in choices]
    box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.setDefaultButton(buttons[-1])
    box.exec()
    clicked = box.clickedButton()
    return next((place for place, button in enumerate(buttons) if button is clicked), None)
