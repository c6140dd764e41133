"""The categories in a photo with their shares, each shown or hidden, or shown alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTreeView, QVBoxLayout, QWidget

from memapp.core.contents import share_text
from memapp.core.explanation import Category, Segmentation
from memapp.core.number_text import number_text
from memapp.core.text import tr
from memapp.gui.overlay.legend_tree import LegendTable, inset, legend_tree
from memapp.gui.widgets.basic import Role, swatch, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_2, SPACE_3, ThemeManager

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def category_shares(segmentation: Segmentation) -> list[tuple[Category, float]]:
    """Return the categories that occur and their shares of the area, largest first, background last."""
    categories = segmentation.segmenter.categories
    return [(categories[index], share) for index, share in _shares(segmentation)]


def _shares(segmentation: Segmentation) -> list[tuple[int, float]]:
    count = len(segmentation.segmenter.categories)
    shares = np.bincount(segmentation.labels.ravel(), minlength=count) / segmentation.labels.size
    there = [index for index in range(count) if shares[index]]
    return [(index, float(shares[index])) for index in sorted(there, key=lambda i: (i == 0, -shares[i]))]


class CategoryTable(LegendTable):
    """One row per category that occurs, the largest share first and the background last.

    Signals:
        hidden_changed(): other categories are shown.
    """

    hidden_changed = Signal()

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__(theme_manager=theme_manager)
        self._names: list[str] = []
        self._colours: list[QColor] = []
        self._shares: list[float] = []
        self.categories: list[int] = []
        """The index of each row's category."""
        self.hidden: frozenset[str] = frozenset()
        self._background: frozenset[str] = frozenset()
        """The name of the background, hidden at first: it would cover the photo and explain nothing."""

    def show_segmentation(self, segmentation: Segmentation) -> None:
        """List the categories of this photo; names that were hidden stay hidden."""
        self.beginResetModel()
        categories = segmentation.segmenter.categories
        shares = _shares(segmentation)
        self.categories = [index for index, _ in shares]
        self._names = [categories[index].name for index in self.categories]
        self._colours = [QColor(*categories[index].colour) for index in self.categories]
        self._shares = [share for _, share in shares]
        self.endResetModel()
        background = frozenset({categories[0].name})
        if background != self._background:
            self._background = background
            self.set_hidden(self.hidden | background)

    @property
    def all_shown(self) -> bool:
        """Whether all categories but the background are shown."""
        return self.hidden <= self._background

    def show_all(self) -> None:
        """Show all categories but the background."""
        self.set_hidden(self._background)

    def set_hidden(self, hidden: frozenset[str]) -> None:
        """Hide these categories, by name, and no others."""
        if hidden != self.hidden:
            self.hidden = hidden
            if self._names:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._names) - 1, 1))
            self.hidden_changed.emit()

    def show_alone(self, row: int) -> None:
        """Hide all other categories; show all again if this one is shown alone already."""
        others = frozenset(self._names) - {self._names[row]}
        if self.hidden & set(self._names) == others:
            self.show_all()
        else:
            self.set_hidden(others)

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return how many categories occur."""
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        """Return two: name and share."""
        return 0 if parent.isValid() else 2

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Make the names checkable."""
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return base | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else base

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a text, a colour swatch or a check mark."""
        row, name_column = index.row(), index.column() == 0
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._names[row].capitalize() if name_column else share_text(self._shares[row])
            case Qt.ItemDataRole.DecorationRole if name_column:
                return swatch(self._colours[row])
            case Qt.ItemDataRole.CheckStateRole if name_column:
                shown = self._names[row] not in self.hidden
                return Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.TextAlignmentRole if not name_column:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.ForegroundRole if self._names[row] in self.hidden:
                return QColor(self.theme_manager.theme.second_text)
            case Qt.ItemDataRole.ToolTipRole:
                percent = number_text(100 * self._shares[row], ".1f")
                name = self._names[row].capitalize()
                return plain_tip(tr("{name}: {percent} % of the photo", name=name, percent=percent))
        return super().data(index, role)

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Show or hide a category."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        name = self._names[index.row()]
        shown = Qt.CheckState(value) == Qt.CheckState.Checked
        self.set_hidden(self.hidden - {name} if shown else self.hidden | {name})
        return True


class SegmentationLegend(QWidget):
    """The list of categories.

    Signals:
        hidden_changed(object frozenset[str]): hide the categories of these names.
        pointed(object): the category under the pointer, or None.
    """

    hidden_changed = Signal(object)
    pointed = Signal(object)

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listed: Segmentation | None = None
        self.table = CategoryTable(theme_manager=theme_manager)
        self.table.hidden_changed.connect(self._on_hidden)
        self.tree: QTreeView = legend_tree(self.table, name=tr("Categories"), widths={1: 56})
        self.tree.setHeaderHidden(True)
        self.tree.entered.connect(lambda index: self.pointed.emit(self.table.categories[index.row()]))
        self.tree.selectionModel().currentChanged.connect(
            lambda current, _before: self.pointed.emit(
                self.table.categories[current.row()] if current.isValid() else None
            )
        )
        self.tree.doubleClicked.connect(lambda index: self.table.show_alone(index.row()))
        self.tree.installEventFilter(self)
        self.tree.viewport().installEventFilter(self)
        self._all = QPushButton(tr("Show all"))
        self._all.setProperty("role", "link")
        self._all.clicked.connect(self.table.show_all)

        row = QHBoxLayout()
        row.setContentsMargins(SPACE_3, 0, SPACE_2, 0)
        hint = text_label(
            tr("Double-click a row, or press Enter on it, to see it alone."), Role.SMALL, wrap=True
        )
        row.addWidget(hint, 1)
        row.addWidget(self._all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(inset(self.tree), 1)
        column.addLayout(row)
        self._on_hidden()

    def show_segmentation(self, segmentation: Segmentation) -> None:
        """List the categories of this photo."""
        if segmentation is not self._listed:
            self._listed = segmentation
            self.table.show_segmentation(segmentation)

    def point_at(self, category: int | None) -> None:
        """Highlight the row of the category under the pointer in the photo."""
        there = category in self.table.categories
        self.table.light(self.table.categories.index(category) if there and category is not None else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle Enter on a row, elsewhere the window's key, and the pointer's leaving the list."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        if watched is self.tree and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            current = self.tree.currentIndex()
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress and current.isValid():
                self.table.show_alone(current.row())
            return True
        return super().eventFilter(watched, event)

    def _on_hidden(self) -> None:
        self._all.setEnabled(not self.table.all_shown)
        self.hidden_changed.emit(self.table.hidden)
