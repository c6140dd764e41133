"""A list on the left, and on the right what belongs to its chosen entry: the layout of several dialogs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from memapp.gui.widgets.fitting import fit_to_texts
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_4

_LIST_WIDTH = 190
_DETAIL_WIDTH = 350
_HEIGHTS = (96, 380)
"""The least and the most that the parts take; what is longer scrolls. All in device-independent pixels."""


class ListDetail(QWidget):
    """Shows the detail of the entry that was pressed or has the keyboard. Lives on the GUI thread."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        """Name the list for screen readers; it has no entries yet."""
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._list = _scrolled(_LIST_WIDTH)
        self._list.setAccessibleName(name)
        self._details = QStackedWidget()
        self._pages: list[QWidget] = []
        self._detail = _scrolled(_DETAIL_WIDTH)
        self._detail.setWidget(self._details)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SPACE_4)
        line.addWidget(self._list)
        line.addWidget(self._detail, 1)

    @property
    def shown(self) -> int:
        """The place of the entry whose detail is shown, from 0; -1 for none."""
        return self._details.currentIndex()

    def set_entries(self, entries: Sequence[tuple[QWidget, QWidget]]) -> None:
        """Show these entries with their details, in the place of all before; the same place stays shown."""
        shown = max(self.shown, 0)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        self._rows = []
        before, self._pages = self._pages, [detail for _, detail in entries]
        for entry, detail in entries:
            row = _Row(entry)
            entry.installEventFilter(self)
            self._rows.append(row)
            column.addWidget(row)
            self._details.addWidget(detail)
        column.addStretch(1)
        for widget in before:
            self._details.removeWidget(widget)
            widget.deleteLater()
        old = self._list.takeWidget()
        if old is not None:
            # One of its buttons may be in the middle of its own click.
            old.deleteLater()
        self._list.setWidget(page)
        if entries:
            self.show_entry(min(shown, len(entries) - 1))
        self._fit()

    def show_entry(self, place: int) -> None:
        """Show the detail of the entry at this place, from 0."""
        self._details.setCurrentIndex(place)
        for number, row in enumerate(self._rows):
            row.set_shown(number == place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the detail of an entry that is pressed or gets the keyboard."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress):
            for place, row in enumerate(self._rows):
                if row.entry is watched:
                    self.show_entry(place)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the room that the entries and their details need, now that the type is known."""
        super().showEvent(event)
        self._fit()
        fit_to_texts(self.window())

    def _fit(self) -> None:
        # Those that are not shown have not got their type yet.
        for part in (part for detail in self._pages for part in detail.findChildren(QWidget)):
            part.ensurePolished()
        for detail in self._pages:
            if (layout := detail.layout()) is not None:
                layout.invalidate()
        width = max([_DETAIL_WIDTH, *(detail.minimumSizeHint().width() + SPACE_4 for detail in self._pages)])
        self._detail.setMinimumWidth(width)
        heights = [
            detail.heightForWidth(width) if detail.hasHeightForWidth() else detail.sizeHint().height()
            for detail in self._pages
        ]
        page = self._list.widget()
        needed = max([page.sizeHint().height() if page is not None else 0, *heights])
        least, most = _HEIGHTS
        height = min(max(needed, least), most)
        for part in (self._list, self._detail):
            part.setMinimumHeight(height)


class _Row(QFrame):
    """One entry of the list, on another grey while its detail is shown."""

    def __init__(self, entry: QWidget) -> None:
        super().__init__()
        self.entry = entry
        self.setBackgroundRole(QPalette.ColorRole.Button)
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE_2, SPACE_1, SPACE_2, SPACE_1)
        line.addWidget(entry, 1)

    def set_shown(self, shown: bool) -> None:
        """Show whether its detail is the one that is shown."""
        self.setAutoFillBackground(shown)


def _scrolled(width: int) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    # The keyboard goes to what is in it.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumWidth(width)
    if width == _LIST_WIDTH:
        area.setFixedWidth(width)
    return area
