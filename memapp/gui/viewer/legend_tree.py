"""The list beside an overlay: quiet rows that follow the pointer."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView


def legend_tree(model: QAbstractItemModel, *, name: str, widths: Mapping[int, int]) -> QTreeView:
    """A flat list over a model: the first column takes the room that the others leave.

    Args:
        model: with one level.
        name: as it is read aloud.
        widths: of the other columns, in device-independent pixels.
    """
    tree = QTreeView()
    tree.setModel(model)
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.setItemsExpandable(False)
    tree.setMouseTracking(True)
    tree.setAllColumnsShowFocus(True)
    tree.setTabKeyNavigation(False)
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
