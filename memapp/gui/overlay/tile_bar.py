"""The line above the tiles: which overlay they show, on how many, and an offer to compute the others."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from memapp.core.number_text import number_text
from memapp.core.text import tr, trn
from memapp.gui.overlay.tile_work import WorkState
from memapp.gui.run.status import time_left_text
from memapp.gui.widgets.basic import ElidedLabel, IconButton, Role
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, ThemeManager


def tile_line(title: str, meaning: str, state: WorkState, *, busy: bool) -> tuple[str, str]:
    """Return what the line says about an overlay, and what its button offers; empty for no button.

    Args:
        title: of the overlay.
        meaning: of its colours, in a sentence; may be empty.
        state: how far it is.
        busy: whether scoring goes first.
    """
    counts = {"done": number_text(state.done, ","), "total": number_text(state.total, ",")}
    if state.running:
        if busy:
            return tr("{title}: {done} of {total}. Scoring goes first.", title=title, **counts), tr("Stop")
        if state.seconds_left is None:
            return tr("{title}: {done} of {total}", title=title, **counts), tr("Stop")
        left = time_left_text(state.seconds_left)
        return tr("{title}: {done} of {total} · {left}", title=title, left=left, **counts), tr("Stop")
    if state.missing:
        text = trn(
            "{title}: not yet on {count:,} photo in sight. {meaning}",
            "{title}: not yet on {count:,} photos in sight. {meaning}",
            state.missing,
            title=title,
            meaning=meaning,
        )
        offer = trn("Show it on {count:,} photo", "Show it on {count:,} photos", state.missing)
        return text.rstrip(), offer
    if state.failed:
        text = trn(
            "{title}: {count:,} photo in sight could not be read. {meaning}",
            "{title}: {count:,} photos in sight could not be read. {meaning}",
            state.failed,
            title=title,
            meaning=meaning,
        )
    else:
        text = tr("{title}, on all thumbnails. {meaning}", title=title, meaning=meaning)
    return text.rstrip(), ""


class TileBar(QWidget):
    """Hidden while tiles show no overlay.

    Signals:
        acted(): the button was pressed.
        closed(): tiles should show no overlay.
    """

    acted = Signal()
    closed = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        theme_manager.changed.connect(self.update)
        self._text = ElidedLabel(role=Role.QUIET)
        self._button = QPushButton()
        # A click leaves the keys to the photos.
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self.acted)
        self._close = IconButton(
            theme_manager=theme_manager, name="close", text=tr("No overlay on thumbnails")
        )
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_1, SPACE_2, SPACE_1)
        row.setSpacing(SPACE_2)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.setVisible(False)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.whole_text

    @property
    def button_text(self) -> str:
        """What its button offers; empty where there is none."""
        return self._button.text() if not self._button.isHidden() else ""

    def show_line(self, text: str, button: str = "") -> None:
        """Say this, and offer this; without a text, hide."""
        self._text.set_whole_text(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the background, with a hairline below."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.line))
