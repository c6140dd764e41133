"""Shows every shortcut on one page, by group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from memapp.core.text import Deferred, tr
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_4, SPACE_6


class ShortcutLine(NamedTuple):
    """One line of the page."""

    group: Deferred | str
    text: Deferred | str
    shortcut: Deferred | str
    """As the system writes it: "Ctrl+O", "⌘O"."""


class ShortcutsDialog(QDialog):
    """Shows the lines handed in, in their order, in two columns of groups."""

    def __init__(self, *, lines: Sequence[ShortcutLine], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        groups = [(name, list(members)) for name, members in groupby(lines, key=lambda line: str(line.group))]
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, SPACE_4, 0)
        columns.setSpacing(2 * SPACE_6)
        for part in _in_two(groups):
            column = QVBoxLayout()
            column.setSpacing(SPACE_4)
            for name, members in part:
                column.addLayout(_group_layout(name, members))
            column.addStretch(1)
            columns.addLayout(column, 1)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page = QVBoxLayout(self)
        page.setContentsMargins(SPACE_6, SPACE_6, SPACE_6, SPACE_6)
        page.setSpacing(SPACE_6)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        self._area.setWidget(sheet)
        self._area.setAccessibleName(tr("Keyboard shortcuts"))
        page.addWidget(self._area, 1)
        page.addWidget(buttons)
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(sheet.sizeHint().width() + bar)
        rest = page.contentsMargins().top() + 2 * page.spacing() + buttons.sizeHint().height() + SPACE_6
        whole = sheet.sizeHint().height() + rest
        self.resize(self._area.minimumWidth(), min(whole, round(_MOST_OF_SCREEN * _screen_height(parent))))


def _screen_height(parent: QWidget | None) -> int:
    screen = parent.screen() if parent is not None else QGuiApplication.primaryScreen()
    return screen.availableGeometry().height()


_MOST_OF_SCREEN = 0.85
"""The most that the dialog takes of the screen's height; what does not fit is scrolled."""
_TEXT_WIDTH = 160
_Group = tuple[str, list[ShortcutLine]]


def _in_two(groups: list[_Group]) -> list[list[_Group]]:
    """Split the groups so that the longer column is as short as possible; they keep their order."""

    def longer_column(cut: int) -> int:
        return max(sum(len(members) + 1 for _, members in part) for part in (groups[:cut], groups[cut:]))

    cut = min(range(1, len(groups) + 1), key=longer_column, default=0)
    return [part for part in (groups[:cut], groups[cut:]) if part]


def _group_layout(name: str, members: list[ShortcutLine]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_6)
    grid.setVerticalSpacing(SPACE_2)
    grid.setColumnStretch(0, 1)
    grid.setColumnMinimumWidth(0, _TEXT_WIDTH)
    heading = text_label(name, Role.LARGE)
    heading.setContentsMargins(0, 0, 0, SPACE_1)
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, line in enumerate(members, start=1):
        what = text_label(str(line.text), Role.QUIET)
        keys = text_label(str(line.shortcut))
        keys.setAccessibleName(f"{line.text}: {line.shortcut}")
        grid.addWidget(what, row, 0)
        grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
    return grid
