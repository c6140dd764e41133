"""The bar under the toolbar that shows notices, one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.text import deferred, tr, trn
from memapp.gui.widgets.basic import IconButton, IconLabel, Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, ThemeManager

_KINDS = {
    NoticeKind.INFORMATION: deferred("Information"),
    NoticeKind.WARNING: deferred("Warning"),
}


_STAY_MILLISECONDS = 15_000
"""After this time information without a button goes away by itself; a warning stays until it is closed."""


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """A button on a notice: its text, and what it runs."""

    text: str
    run: Callable[[], None]


class NoticeBar(QWidget):
    """Shows one notice at a time. Hidden while there is none.

    The newest comes first: the user sees at once what the last command did, or why it was refused. What a
    command did goes away by itself after a while, unless the pointer is on it.
    """

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._queue: deque[tuple[Notice, NoticeAction | None]] = deque()
        self.fading = QTimer(self)
        """Runs while information is shown that goes away by itself."""
        self.fading.setSingleShot(True)
        self.fading.setInterval(_STAY_MILLISECONDS)
        self.fading.timeout.connect(self._fade)
        theme_manager.changed.connect(self.update)

        self._icon = IconLabel(theme_manager=theme_manager, name="information")
        self._text = text_label(wrap=True, copyable=True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = text_label(role=Role.QUIET)
        self._action = QPushButton()
        self._action.clicked.connect(self._act)
        self._close = IconButton(theme_manager=theme_manager, name="close", text=tr("Close this notice"))
        self._close.clicked.connect(self.close_current)

        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, SPACE_1, SPACE_2, SPACE_1)
        row.setSpacing(SPACE_2)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._show_first()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notice that is shown, then those that wait."""
        return tuple(notice for notice, _ in self._queue)

    def add(self, notice: Notice, action: NoticeAction | None = None) -> None:
        """Show a notice before those that were there; no text twice at once.

        Information without a button takes the place of the one before it: it says what a command did.
        """
        if any(waiting.text == notice.text for waiting in self.notices):
            return
        if _goes_by_itself(notice, action):
            self._queue = deque(each for each in self._queue if not _goes_by_itself(*each))
        self._queue.appendleft((notice, action))
        self._show_first()

    def close_text(self, text: str) -> None:
        """Close the notice with this text, because what it says is over."""
        self._queue = deque(each for each in self._queue if each[0].text != text)
        self._show_first()

    def close_current(self) -> None:
        """Close the notice that is shown, and show the next."""
        if self._queue:
            self._queue.popleft()
            self._show_first()

    def clear(self) -> None:
        """Close all notices."""
        self._queue.clear()
        self._show_first()

    def _fade(self) -> None:
        if self.underMouse():
            # Somebody reads it, or copies it.
            self.fading.start()
        elif self._queue and _goes_by_itself(*self._queue[0]):
            self.close_current()

    def _act(self) -> None:
        _, action = self._queue[0]
        self.close_current()
        if action is not None:
            action.run()

    def _show_first(self) -> None:
        self.fading.stop()
        if self._queue and _goes_by_itself(*self._queue[0]):
            self.fading.start()
        if not self._queue:
            self.hide()
            return
        notice, action = self._queue[0]
        self._icon.show_icon(notice.kind.value)
        self._icon.setAccessibleName(str(_KINDS[notice.kind]))
        self._text.setText(notice.text)
        waiting = len(self._queue) - 1
        self._more.setText(trn("{count:,} more", "{count:,} more", waiting))
        self._more.setVisible(waiting > 0)
        self._action.setVisible(action is not None)
        self._action.setText(action.text if action else "")
        self.setAccessibleName(tr("Notice: {text}", text=notice.text))
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the background, with a hairline below."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.tile))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.line))


def _goes_by_itself(notice: Notice, action: NoticeAction | None) -> bool:
    return notice.kind is NoticeKind.INFORMATION and action is None
