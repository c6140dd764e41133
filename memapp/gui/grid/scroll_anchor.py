"""Keeps one photo at its place on screen while the grid's order or tile size changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPersistentModelIndex

if TYPE_CHECKING:
    from memapp.gui.grid.grid_view import GridView


class ScrollAnchor:
    """The photo that keeps its place: the current one if it is visible, else the topmost visible one.

    At the very top with no current photo in sight, it is the top that stays: who waits there for the best
    photos is not carried off with the one that happened to be first.
    """

    def __init__(self, *, view: GridView) -> None:
        """Take the view to scroll."""
        self._view = view
        self._index = QPersistentModelIndex()
        self._top = 0

    def take(self) -> None:
        """Remember the photo and its place, before the change."""
        view = self._view
        self._index = QPersistentModelIndex()
        current = view.currentIndex()
        if view.visualRect(current).intersects(view.viewport().rect()):
            self._index = QPersistentModelIndex(current)
        elif view.verticalOffset() > 0:
            place = view.geometry_of_tiles().first_below(view.verticalOffset())
            self._index = QPersistentModelIndex(view.model().index(place, 0))
        self._top = view.visualRect(self._index).top()

    def restore(self) -> None:
        """Scroll that photo back to its place, after the change, as far as the content allows."""
        if self._index.isValid():
            moved = self._view.visualRect(self._index).top() - self._top
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() + moved)
        self._index = QPersistentModelIndex()
