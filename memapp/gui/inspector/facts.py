"""What a photo's file says of itself, in rows of words: name, folder, size, camera ..."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import PurePath

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from memapp.core.records import ImageKey, PhotoFacts
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, ThemeManager

_MEGA = 1_000_000


def file_size_text(size: int) -> str:
    """Bytes as people say them: "8.4 MB", "112 kB"."""
    if size >= _MEGA:
        return f"{size / _MEGA:,.1f} MB"
    return f"{max(1, round(size / 1000)):,} kB" if size else "0 kB"


def taken_text(taken: str) -> str:
    """ISO 8601 as people write it: "1 May 2026, 18:30:05"; what is no date stays as it is."""
    try:
        when = datetime.fromisoformat(taken)
    except ValueError:
        return taken
    return f"{when.day} {when:%B %Y, %H:%M:%S}"


def fact_rows(key: ImageKey, facts: PhotoFacts | None) -> list[tuple[str, str]]:
    """Label and value of everything that is known, in the order in which it is shown."""
    rows: list[tuple[str, str | None]] = [("Name", key.name), ("Folder", str(PurePath(key.path).parent))]
    if facts:
        megapixels = facts.width * facts.height / _MEGA
        fine = f" ({megapixels:.1f} MP)" if megapixels >= 0.1 else ""
        rows.append(("Pixels", f"{facts.width:,} × {facts.height:,}{fine}"))
    rows.append(("File", file_size_text(key.size) if key.size else None))
    if facts:
        rows += [
            ("Format", facts.format),
            ("Scored from", facts.rendering),
            ("Taken", taken_text(facts.taken) if facts.taken else None),
            ("Camera", facts.camera),
            ("Lens", facts.lens),
            ("Exposure", facts.exposure),
        ]
    return [(label, value) for label, value in rows if value]


class FactsText(QTextEdit):
    """The rows as one text: it wraps anywhere, can be selected across rows, and is copied as plain lines."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._rows: list[tuple[str, str]] = []
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("About the file")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        theme_manager.changed.connect(self._write)

    def set_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show these rows."""
        self._rows = rows
        self._write()

    def sizeHint(self) -> QSize:
        """As high as the text."""
        return QSize(super().sizeHint().width(), self._text_height())

    def minimumSizeHint(self) -> QSize:
        """It is never cut: whoever holds it scrolls."""
        return QSize(0, self._text_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another height."""
        super().resizeEvent(event)
        self.document().setTextWidth(self.viewport().width())
        self.updateGeometry()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Plain text, as a person would type it."""
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
