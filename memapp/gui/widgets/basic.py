"""Small widgets used everywhere: labels with a role, elided labels, tinted icons, buttons."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QWidget

from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import ThemeManager, icon

ICON_SIDE = 16
SWATCH_SIDE = 12


class Role(StrEnum):
    """The role of a text; the stylesheet sets size, weight and colour of each."""

    SCORE = "score"
    TITLE = "title"
    STRONG = "strong"
    LARGE = "large"
    NORMAL = "normal"
    QUIET = "quiet"
    SMALL = "small"
    TAG = "tag"
    """A name beside the pointer."""


def text_label(
    text: str = "", role: Role = Role.NORMAL, *, wrap: bool = False, copyable: bool = False
) -> QLabel:
    """Return a plain-text label styled by its role; text of copyable ones can be selected by mouse."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role.value)
    label.setWordWrap(wrap)
    if copyable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


class ElidedLabel(QLabel):
    """One line, elided in the middle where space is short; then the whole text is in its tooltip."""

    def __init__(self, *, role: Role = Role.NORMAL, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._whole = ""

    @property
    def whole_text(self) -> str:
        """The text before it was shortened."""
        return self._whole

    def set_whole_text(self, text: str) -> None:
        """Show this text on one line, line breaks included."""
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide the text for the new width."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        line = " ".join(self._whole.splitlines())
        shown = QFontMetrics(self.font()).elidedText(line, Qt.TextElideMode.ElideMiddle, self.width())
        self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != line else "")


class IconLabel(QLabel):
    """An icon of the set beside a text, tinted again when the theme changes."""

    def __init__(self, *, theme_manager: ThemeManager, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._name = name
        self.setFixedSize(ICON_SIDE, ICON_SIDE)
        theme_manager.changed.connect(self._tint)
        self._tint()

    @property
    def icon_name(self) -> str:
        """Which icon of the set is shown."""
        return self._name

    def show_icon(self, name: str) -> None:
        """Show another icon of the set."""
        self._name = name
        self._tint()

    def _tint(self) -> None:
        if self._name:
            made = icon(self._name, self._theme_manager.theme)
            self.setPixmap(
                made.pixmap(QSize(ICON_SIDE, ICON_SIDE), self.devicePixelRatioF(), QIcon.Mode.Normal)
            )


class IconButton(QToolButton):
    """A flat button with an icon of the set. Keys that do not press it go to its parent."""

    def __init__(
        self, *, theme_manager: ThemeManager, name: str, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._name = name
        self.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_words(text)
        theme_manager.changed.connect(self._tint)
        self._tint()

    def set_words(self, text: str) -> None:
        """Name the button, in its tooltip and for screen readers."""
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)

    def show_icon(self, name: str) -> None:
        """Show another icon of the set."""
        self._name = name
        self._tint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button on Space and Enter; leave arrows to the parent, which may step with them."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _tint(self) -> None:
        self.setIcon(icon(self._name, self._theme_manager.theme))


def hairline() -> QFrame:
    """Return a line, one pixel high, between two parts of a panel."""
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line


@lru_cache(maxsize=256)
def _swatch(colour: int) -> QIcon:
    pixmap = QPixmap(SWATCH_SIDE * 3, SWATCH_SIDE * 3)
    pixmap.setDevicePixelRatio(3)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(1, 1, SWATCH_SIDE - 2, SWATCH_SIDE - 2), 2, 2)
    painter.end()
    return QIcon(pixmap)


def swatch(colour: QColor) -> QIcon:
    """Return a small square of this colour, to be shown beside a name."""
    return _swatch(colour.rgb())
