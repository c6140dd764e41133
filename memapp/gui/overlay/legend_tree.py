"""The list beside an overlay: plain rows, of which the one under the pointer is highlighted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTreeView

from memapp.gui.widgets.theme import SPACE_2, ThemeManager

Index = QModelIndex | QPersistentModelIndex


class LegendTable(QAbstractTableModel):
    """Rows of which one can be highlighted: the one that is pointed at in the photo."""

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__()
        self.theme_manager = theme_manager
        self._lit: int | None = None

    def light(self, row: int | None) -> None:
        """Highlight this row and no other; None for no row."""
        before, self._lit = self._lit, row
        for changed in {before, row} - {None}:
            assert changed is not None
            self.dataChanged.emit(
                self.index(changed, 0),
                self.index(changed, self.columnCount() - 1),
                [Qt.ItemDataRole.BackgroundRole],
            )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the background of the highlighted row."""
        if role == Qt.ItemDataRole.BackgroundRole and index.row() == self._lit:
            return QColor(self.theme_manager.theme.line)
        return None


def inset(tree: QTreeView) -> QHBoxLayout:
    """Return a layout that aligns the list's texts with the panel's."""
    row = QHBoxLayout()
    row.setContentsMargins(SPACE_2, 0, SPACE_2, 0)
    row.addWidget(tree)
    return row


def legend_tree(model: QAbstractItemModel, *, name: str, widths: Mapping[int, int]) -> QTreeView:
    """Return a flat list over a model; the first column takes the width that the others leave.

    Args:
        model: with one level.
        name: as it is read aloud.
        widths: of the other columns, in device-independent pixels.
    """
    tree = QTreeView()
    tree.setObjectName("legend")
    tree.setModel(model)
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.setItemsExpandable(False)
    tree.setMouseTracking(True)
    tree.setAllColumnsShowFocus(True)
    tree.setTabKeyNavigation(False)
    # A click leaves the keys to the viewer: Right goes on to the next photo.
    tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    header = tree.header()
    header.setStretchLastSection(False)
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    header.setMinimumSectionSize(24)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column, width in widths.items():
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(column, width)
    return tree
