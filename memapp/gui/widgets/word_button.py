"""A button with a word beside its icon that can make do with the icon, or with a shorter word."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from memapp.gui.widgets.plain import as_caption, plain_tip

_SHORT_WIDTH = 72
"""The most that the shorter word takes, in device-independent pixels."""


class WordButton(QToolButton):
    """A flat button, worded where there is room for it. Lives on the GUI thread.

    Its tooltip and its name for screen readers stay the same, whatever it shows.
    """

    def __init__(self, *, menu: QMenu | None = None, parent: QWidget | None = None) -> None:
        """Open this menu, if there is one, when it is pressed."""
        super().__init__(parent)
        self._words = ""
        self._short = ""
        self._worded = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if menu is not None:
            self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            self.setMenu(menu)
        self._show()

    @property
    def words(self) -> str:
        """The words that it has where there is room."""
        return self._words

    def set_words(self, words: str, *, short: str = "", tip: str = "", spoken: str = "") -> None:
        """Word the button.

        Args:
            words: beside its icon.
            short: where there is no room for those; empty for the icon alone.
            tip: its tooltip; the words where it is empty.
            spoken: its name for screen readers; the words where it is empty.
        """
        self._words, self._short = words, short
        self.setToolTip(plain_tip(tip or words))
        self.setAccessibleName(spoken or words)
        self._show()

    def set_worded(self, worded: bool) -> None:
        """Show the words, or what stands for them where there is no room."""
        if worded != self._worded:
            self._worded = worded
            self._show()

    def follow(self, action: QAction, *, words: str = "") -> None:
        """Look as an action does, now and whenever it changes; `words` instead of its text, if given.

        What a press does is the caller's.
        """

        def update() -> None:
            self.setIcon(action.icon())
            if self.isCheckable():
                self.setChecked(action.isChecked())
            self.setEnabled(action.isEnabled())
            wanted = words or action.text().replace("&&", "&")
            if self.words != wanted:
                self.set_words(wanted, tip=action.toolTip())

        action.changed.connect(update)
        update()

    def setIcon(self, icon: QIcon | QPixmap) -> None:
        """Show this icon beside the words."""
        super().setIcon(icon)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button on Enter, as on Space."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.menu() is not None:
            self.showMenu()
        else:
            self.click()

    def _show(self) -> None:
        text = self._words
        if not self._worded:
            text = self.fontMetrics().elidedText(self._short, Qt.TextElideMode.ElideRight, _SHORT_WIDTH)
        text = as_caption(text)
        style = Qt.ToolButtonStyle
        if self.icon().isNull():
            self.setToolButtonStyle(style.ToolButtonTextOnly)
        elif text:
            self.setToolButtonStyle(style.ToolButtonTextBesideIcon)
            # Qt leaves a gap of four pixels only.
            text = f" {text}"
        else:
            self.setToolButtonStyle(style.ToolButtonIconOnly)
        self.setText(text)
