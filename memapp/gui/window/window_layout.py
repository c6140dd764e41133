"""Where the parts of the window lie."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from memapp.gui.window.actions import Actions

_MIDDLE_HEIGHT = 800
_PROBLEMS_HEIGHT = 200


def add_bars(window: QMainWindow, *, actions: Actions, toolbar: QToolBar, status: QWidget) -> None:
    """Add menus, toolbar and status bar to the window."""
    actions.fill(window.menuBar())
    window.addActions(list(actions))
    window.addToolBar(toolbar)
    window.statusBar().setSizeGripEnabled(False)
    window.statusBar().addWidget(status, 1)


def laid_out(*, above: list[QWidget], middle: QWidget, below: QWidget) -> QWidget:
    """Return all of the window between toolbar and status bar.

    Args:
        above: lines over the whole width, from the top.
        middle: what the window is about; takes all the room that is left.
        below: the panel under it, whose height can be dragged.
    """
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    splitter.addWidget(middle)
    splitter.addWidget(below)
    splitter.setStretchFactor(0, 1)
    splitter.setSizes([_MIDDLE_HEIGHT, _PROBLEMS_HEIGHT])
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in above:
        column.addWidget(part)
    column.addWidget(splitter, 1)
    return whole
