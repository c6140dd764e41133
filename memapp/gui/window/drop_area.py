"""Reads dropped and pasted files; the empty page; the overlay over the window during a drag."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from memapp.core.pasted_paths import Pasted, read_entries, read_text
from memapp.core.text import deferred, tr
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.plain import as_caption
from memapp.gui.widgets.theme import (
    CORNER,
    SPACE_2,
    SPACE_3,
    SPACE_4,
    SPACE_6,
    TEXT_TITLE,
    ThemeManager,
    font,
)

_DROP_TEXT = deferred("Drop to add")


def given_by(mime: QMimeData) -> Pasted:
    """Return the files and folders in a drop or a paste, and what else there is.

    Takes addresses of files, and where there are none, text with paths or addresses of files. Names are spelt
    as in the file system, also bytes that are not UTF-8.
    """
    entries = [entry for url in mime.urls() if (entry := _entry(url))]
    if entries:
        return read_entries(entries)
    return read_text(mime.text()) if mime.hasText() and not mime.urls() else Pasted((), ())


def _entry(url: QUrl) -> str:
    """Return an address as text; empty for a comment of a list of addresses."""
    # Qt decodes names as UTF-8 and loses other bytes.
    entry = bytes(url.toEncoded(QUrl.ComponentFormattingOption.FullyEncoded).data()).decode("ascii")
    if url.scheme() or not entry.startswith(("/", "#")):
        return entry
    # A comment, or a path that should have been an address.
    return "" if entry.startswith("#") else f"file://{entry}"


class EmptyPage(QWidget):
    """The page before the first photo: one large place to drop photos.

    The window takes the drops, anywhere; it calls set_drag_over() while one hovers.

    Signals:
        add_photos(), add_folder(), try_samples(), open_last(): the button was clicked.
    """

    open_last = Signal()
    add_photos = Signal()
    add_folder = Signal()
    try_samples = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._hovered = False
        self.setAccessibleName(tr("No photos yet"))
        theme_manager.changed.connect(self.update)

        title = text_label(tr("Drop photos or a folder here"), Role.TITLE)
        photos = QPushButton(tr("Add photos..."))
        photos.clicked.connect(self.add_photos)
        self.setFocusProxy(photos)
        folder = QPushButton(tr("Add a folder..."))
        folder.clicked.connect(self.add_folder)
        self._last = QPushButton()
        self._last.clicked.connect(self.open_last)
        self._last.hide()
        samples = QPushButton(tr("Try it with sample photos"))
        samples.setProperty("role", "link")
        samples.setCursor(Qt.CursorShape.PointingHandCursor)
        samples.clicked.connect(self.try_samples)
        promise = text_label(tr("Your photos never leave this computer."), Role.QUIET)

        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_2)
        buttons.addWidget(photos)
        buttons.addWidget(folder)

        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_4)
        column.addLayout(buttons)
        column.setAlignment(buttons, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_3)
        column.addWidget(self._last, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_3)
        column.addWidget(samples, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SPACE_6)
        column.addWidget(promise, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def offer_last(self, text: str) -> None:
        """Offer to open the last photos again; an empty text offers nothing."""
        self._last.setText(as_caption(text))
        self._last.setVisible(bool(text))

    @property
    def drag_over(self) -> bool:
        """Whether a drag hovers over the window."""
        return self._hovered

    def set_drag_over(self, hovered: bool) -> None:
        """Set whether the page shows that a drop would be taken."""
        self._hovered = hovered
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the drop area: a dashed line, in the accent colour while a drag hovers."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(QColor(theme.panel))
        else:
            pen = QPen(QColor(theme.line), 1)
            pen.setDashPattern([6, 4])
            painter.setPen(pen)
        margin = SPACE_6 + 0.5
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(margin, margin, -margin, -margin), CORNER, CORNER
        )


class DropOverlay(QWidget):
    """A quiet frame over the whole window while a drag hovers; lets the mouse and the drop through."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme_manager = theme_manager
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(str(_DROP_TEXT))
        self.hide()

    def cover(self) -> None:
        """Cover the whole parent."""
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame and the text; the photos stay visible."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.window)
        veil.setAlphaF(0.5)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), CORNER, CORNER)

        painter.setFont(font(TEXT_TITLE))
        words = painter.fontMetrics().boundingRect(str(_DROP_TEXT))
        plate = QRectF(0, 0, words.width() + 2 * SPACE_6, words.height() + 2 * SPACE_3)
        plate.moveCenter(QRectF(self.rect()).center())
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(plate, CORNER, CORNER)
        painter.setPen(QColor(theme.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, str(_DROP_TEXT))
