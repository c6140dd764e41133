"""The page of all photos: as tiles or as a table, with one selection."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from memapp.gui.grid.details_view import DetailsView
from memapp.gui.grid.grid_view import GridView


class PhotoLists(QStackedWidget):
    """Shows one of two views of the same photos. Lives on the GUI thread."""

    def __init__(self, *, grid: GridView, details: DetailsView, parent: QWidget | None = None) -> None:
        """Show the tiles."""
        super().__init__(parent)
        self._grid = grid
        self._details = details
        self.addWidget(grid)
        self.addWidget(details)
        self.setFocusProxy(grid)

    def show_details(self, on: bool) -> None:
        """Show the table or the tiles, at the same photo; the keyboard stays with the photos."""
        had_focus = self._grid.hasFocus() or self._details.hasFocus()
        shown = self._details if on else self._grid
        self.setCurrentWidget(shown)
        self.setFocusProxy(shown)
        if shown.currentIndex().isValid():
            shown.scrollTo(shown.currentIndex())
        if had_focus:
            shown.setFocus()
