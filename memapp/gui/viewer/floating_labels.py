"""Labels that float over the viewer's photo: how a tool is used, and what is under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_4

_ANY_WIDTH = 16_777_215
"""Qt's QWIDGETSIZE_MAX, which PySide6 does not export."""


class FloatingLabels:
    """A hint above the photo and a tag beside the pointer. Lives on the GUI thread."""

    def __init__(self, *, view: QWidget) -> None:
        """Float over this view."""
        self._view = view
        self._hint = self._label()
        self._tag = self._label()

    def show_hint(self, text: str) -> None:
        """Show how a tool is used; hide the label where the text is empty."""
        self._hint.setVisible(bool(text))
        if text:
            self._hint.setText(text)
            self.place_hint()

    def show_tag(self, text: str) -> None:
        """Show a name beside the pointer; hide the label where the text is empty."""
        self._tag.setVisible(bool(text))
        if text:
            self._tag.setText(text)
            self._tag.adjustSize()
            self.place_tag(self._view.mapFromGlobal(self._view.cursor().pos()))

    def place_hint(self) -> None:
        """Centre the hint above the photo."""
        room = self._view.width() - 2 * SPACE_4
        self._hint.setWordWrap(False)
        # Not as wide as last time, when it may have been wrapped: then it would count as fitting.
        self._hint.setMinimumWidth(0)
        self._hint.setMaximumWidth(_ANY_WIDTH)
        self._hint.adjustSize()
        if self._hint.width() > room:
            self._hint.setWordWrap(True)
            self._hint.setFixedWidth(room)
            self._hint.adjustSize()
        self._hint.move((self._view.width() - self._hint.width()) // 2, SPACE_4)

    def place_tag(self, pointer: QPoint) -> None:
        """Put the tag beside the pointer, inside the view."""
        x = min(pointer.x() + SPACE_4, self._view.width() - self._tag.width())
        y = pointer.y() + SPACE_4
        if y + self._tag.height() > self._view.height():
            y = pointer.y() - SPACE_4 - self._tag.height()
        self._tag.move(max(0, x), max(0, y))

    def _label(self) -> QLabel:
        label = text_label(role=Role.TAG)
        label.setParent(self._view)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.hide()
        return label
