"""Shows facts of a photo's file in rows of text: name, folder, size, camera ..."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from memapp.core.text import tr
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, ThemeManager


class FactsText(QTextEdit):
    """The rows as one text: it wraps anywhere, can be selected across rows, and is copied as plain lines."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._rows: list[tuple[str, str]] = []
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("About the file"))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        theme_manager.changed.connect(self._write)

    def set_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show these rows."""
        self._rows = list(rows)
        self._write()

    def sizeHint(self) -> QSize:
        """Return the height of the text."""
        return QSize(super().sizeHint().width(), self._text_height())

    def minimumSizeHint(self) -> QSize:
        """Return the whole height: the text is never cut, its parent scrolls."""
        return QSize(0, self._text_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the text out for the new width, which changes its height."""
        super().resizeEvent(event)
        self.document().setTextWidth(self.viewport().width())
        self.updateGeometry()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return the selection as plain text."""
        mime = QMimeData()
        mime.setText(self.textCursor().selection().toPlainText())
        return mime

    def _text_height(self) -> int:
        return round(self.document().size().height()) + 1

    def _write(self) -> None:
        theme = self._theme_manager.theme
        label_style = f"color:{theme.second_text}; padding:0 {SPACE_2}px {SPACE_1}px 0; white-space:nowrap"
        value_style = f"padding-bottom:{SPACE_1}px; white-space:pre-wrap"
        cells = "".join(
            f"<tr><td style='{label_style}'>{escape(label)}</td>"
            f"<td width='100%' style='{value_style}'>{escape(value)}</td></tr>"
            for label, value in self._rows
        )
        self.setHtml(f"<table cellspacing='0' cellpadding='0' width='100%'>{cells}</table>")
        self.document().setTextWidth(self.viewport().width())
        self.updateGeometry()
