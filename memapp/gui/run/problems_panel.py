"""Lists the photos that have no score, each with its reason, and tries them again."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from memapp.core.records import Failure, ImageKey
from memapp.core.text import deferred, tr, trn
from memapp.gui.widgets.basic import IconButton, Role, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, ThemeManager

_Index = QModelIndex | QPersistentModelIndex


class _Column(IntEnum):
    NAME = 0
    FOLDER = 1
    REASON = 2


_HEADINGS = {
    _Column.NAME: deferred("Photo"),
    _Column.FOLDER: deferred("Folder"),
    _Column.REASON: deferred("What happened"),
}
_WIDTHS = {_Column.NAME: 220, _Column.FOLDER: 240}


class FailureTable(QAbstractTableModel):
    """One row per failure: name, folder, reason."""

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__()
        self._theme_manager = theme_manager
        self._failures: tuple[Failure, ...] = ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Return the failures in the order of the rows."""
        return self._failures

    def set_failures(self, failures: Sequence[Failure]) -> None:
        """Replace the rows by these."""
        self.beginResetModel()
        self._failures = tuple(failures)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        """Return how many failures there are; a row has no children."""
        return 0 if parent.isValid() else len(self._failures)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Return three: name, folder, reason."""
        return 0 if parent.isValid() else len(_Column)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a text, in full for the tooltip too; the folder has the secondary text colour."""
        column = _Column(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._text(index.row(), column))
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), column)
        if role == Qt.ItemDataRole.ForegroundRole and column is _Column.FOLDER:
            return QColor(self._theme_manager.theme.second_text)
        return None

    def _text(self, row: int, column: _Column) -> str:
        failure = self._failures[row]
        if column is _Column.NAME:
            return failure.key.name
        return str(PurePath(failure.key.path).parent) if column is _Column.FOLDER else failure.reason

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's heading."""
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return str(_HEADINGS[_Column(section)])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class _ElideByColumn(QStyledItemDelegate):
    """Elides names and folders in the middle, sentences at their end."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        reason = index.column() == _Column.REASON
        option.textElideMode = Qt.TextElideMode.ElideRight if reason else Qt.TextElideMode.ElideMiddle


class ProblemsPanel(QWidget):
    """The list of problems with its buttons.

    Signals:
        retry(list[ImageKey]): score these again.
        reveal(ImageKey): show the file in the system's file manager.
        select(ImageKey): select the photo in the grid.
        closed(): hide the panel.
    """

    retry = Signal(list)
    reveal = Signal(object)
    select = Signal(object)
    closed = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setAutoFillBackground(True)
        self._table = FailureTable(theme_manager=theme_manager)
        self._title = text_label(role=Role.LARGE)
        self._retry_all = QPushButton(tr("Try all again"))
        self._retry_all.clicked.connect(lambda: self.retry.emit([f.key for f in self._table.failures]))
        self._retry = QPushButton(tr("Try selected again"))
        self._retry.clicked.connect(lambda: self.retry.emit(self.selected_keys()))
        self._reveal = QPushButton(tr("Show in folder"))
        self._reveal.clicked.connect(lambda: self.reveal.emit(self.selected_keys()[0]))
        self._copy = QPushButton(tr("Copy list"))
        self._copy.setToolTip(tr("Copy names, folders and reasons as text"))
        self._copy.clicked.connect(self._copy_list)
        close = IconButton(theme_manager=theme_manager, name="close", text=tr("Close the list of problems"))
        close.clicked.connect(self.closed)

        self._view = _problem_view(self._table)
        self._view.activated.connect(self._select)
        self._view.selectionModel().selectionChanged.connect(self._enable_buttons)
        # A model that is reset loses its selection without a signal.
        self._table.modelReset.connect(self._enable_buttons)
        theme_manager.changed.connect(self._view.viewport().update)

        head = QHBoxLayout()
        head.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, SPACE_2)
        head.setSpacing(SPACE_2)
        head.addWidget(self._title)
        head.addStretch(1)
        for button in (self._retry_all, self._retry, self._reveal, self._copy, close):
            head.addWidget(button)

        empty = text_label(tr("Every photo could be read."), Role.QUIET)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout()
        self._pages.addWidget(empty)
        self._pages.addWidget(self._view)

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._pages, 1)
        self.set_failures(())

    def set_failures(self, failures: Sequence[Failure]) -> None:
        """Show these failures; what is still there stays selected."""
        if tuple(failures) == self._table.failures and failures:
            return
        selected = set(self.selected_keys())
        self._table.set_failures(failures)
        for row, failure in enumerate(failures):
            if failure.key in selected:
                self._view.selectionModel().select(
                    self._table.index(row, 0),
                    self._view.selectionModel().SelectionFlag.Select
                    | self._view.selectionModel().SelectionFlag.Rows,
                )
        count = len(failures)
        self._title.setText(
            trn("{count:,} photo could not be read", "{count:,} photos could not be read", count)
            if count
            else tr("Problems")
        )
        self._pages.setCurrentIndex(1 if count else 0)
        self._enable_buttons()

    def selected_keys(self) -> list[ImageKey]:
        """Return the selected photos in the order of the rows."""
        rows = sorted(index.row() for index in self._view.selectionModel().selectedRows())
        return [self._table.failures[row].key for row in rows]

    def _select(self, index: QModelIndex) -> None:
        self.select.emit(self._table.failures[index.row()].key)

    def _enable_buttons(self) -> None:
        some, selected = bool(self._table.failures), len(self.selected_keys())
        self._retry_all.setEnabled(some)
        self._copy.setEnabled(some)
        self._retry.setEnabled(selected > 0)
        self._reveal.setEnabled(selected == 1)

    def _copy_list(self) -> None:
        lines = (f"{f.key.name}\t{PurePath(f.key.path).parent}\t{f.reason}" for f in self._table.failures)
        QGuiApplication.clipboard().setText("\n".join(lines))


def _problem_view(table: FailureTable) -> QTreeView:
    view = QTreeView()
    view.setAccessibleName(tr("Photos that could not be read"))
    view.setModel(table)
    view.setItemDelegate(_ElideByColumn(view))
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setAllColumnsShowFocus(True)
    view.setTabKeyNavigation(False)
    view.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    view.header().setStretchLastSection(True)
    view.header().setHighlightSections(False)
    for column, width in _WIDTHS.items():
        view.setColumnWidth(column, width)
    return view
