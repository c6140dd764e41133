"""Which page the window shows: the empty one, the list of photos, or one photo large."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.drop_area import EmptyPage
from memapp.gui.window.photo_lists import PhotoLists
from memapp.library.changes import Change, ChangeKind
from memapp.library.library import Library

_COMING_AND_GOING = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CLEARED)


class Pages(QObject):
    """Changes the page, and moves the keyboard focus to it. Lives on the GUI thread."""

    def __init__(
        self, *, library: Library, empty: EmptyPage, lists: PhotoLists, viewer: PhotoViewer, parent: QObject
    ) -> None:
        """Show the empty page while there are no photos in the library."""
        super().__init__(parent)
        self._library = library
        self._empty = empty
        self._lists = lists
        self._viewer = viewer
        self.stack = QStackedWidget()
        for page in (empty, lists, viewer):
            self.stack.addWidget(page)
        self.destroyed.connect(library.subscribe(self._on_change))

    @Slot()
    def show_viewer(self) -> None:
        """Show the photo in the viewer."""
        self.stack.setCurrentWidget(self._viewer)
        self._viewer.setFocus()

    def add(self, page: QWidget) -> None:
        """Take a page that show() shows."""
        self.stack.addWidget(page)

    def show(self, page: QWidget) -> None:
        """Show a page that was added."""
        self.stack.setCurrentWidget(page)
        page.setFocus()

    @Slot()
    def show_photos(self) -> None:
        """Show the list of photos, as tiles or as a table."""
        self.stack.setCurrentWidget(self._lists)
        self._lists.setFocus()

    def update(self) -> None:
        """Show the empty page where there are no photos, and leave it where there are some."""
        if not len(self._library):
            self.stack.setCurrentWidget(self._empty)
            self._empty.setFocus()
        elif self.stack.currentWidget() is self._empty:
            self.show_photos()

    def _on_change(self, change: Change) -> None:
        if change.kind in _COMING_AND_GOING:
            self.update()
