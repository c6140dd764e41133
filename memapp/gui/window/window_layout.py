"""Where the parts of the window lie."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.text import tr
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.toolbar import SizeSlider, fill_toolbar

_PAGES_HEIGHT = 800
_PROBLEMS_HEIGHT = 200


def add_bars(
    window: QMainWindow,
    *,
    actions: Actions,
    filters: FilterControls,
    slider: SizeSlider,
    sort_menu: QMenu,
    overlays: Sequence[QAction],
    status: QWidget,
) -> tuple[QToolBar, QToolButton, QToolButton]:
    """Add menus, toolbar and status bar to the window.

    Returns:
        The toolbar, and its buttons that show the order and the overlay.
    """
    actions.fill(window.menuBar())
    window.addActions(list(actions))
    overlay_menu = QMenu(window)
    overlay_menu.addActions(list(overlays))
    toolbar = window.addToolBar(tr("Toolbar"))
    toolbar.setObjectName("toolbar")
    buttons = fill_toolbar(
        toolbar,
        actions=actions,
        filters=filters,
        slider=slider,
        sort_menu=sort_menu,
        overlay_menu=overlay_menu,
    )
    window.statusBar().setSizeGripEnabled(False)
    window.statusBar().addWidget(status, 1)
    return toolbar, *buttons


def laid_out(*, above: list[QWidget], pages: QStackedWidget, beside: QWidget, below: QWidget) -> QWidget:
    """Return all of the window between toolbar and status bar.

    Args:
        above: lines over the whole width, from the top.
        pages: what the window is about; takes all the room that is left.
        beside: the panel to its right.
        below: the panel under both, whose height can be dragged.
    """
    middle = QWidget()
    row = QHBoxLayout(middle)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(pages, 1)
    row.addWidget(beside)
    splitter = QSplitter(Qt.Orientation.Vertical)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    splitter.addWidget(middle)
    splitter.addWidget(below)
    splitter.setStretchFactor(0, 1)
    splitter.setSizes([_PAGES_HEIGHT, _PROBLEMS_HEIGHT])
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in above:
        column.addWidget(part)
    column.addWidget(splitter, 1)
    return whole
