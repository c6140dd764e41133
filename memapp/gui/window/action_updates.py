"""Updates the actions after every change of the window on which they depend."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from memapp.core.marks import NO_CHANGE, shared_marks
from memapp.core.records import ImageKey, Precision
from memapp.gui.compare.compare_page import ComparePage
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.overlay.overlays import Overlays
from memapp.gui.run.session import Session
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.action_context import ActionContext, Page
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls
from memapp.gui.window.net_commands import NetCommands
from memapp.gui.window.sort_commands import SortCommands
from memapp.gui.window.undo_commands import UndoCommands
from memapp.library.changes import Change, ChangeKind
from memapp.library.marks import FLAG, LABEL, STARS, marks_of

_MOST_ASKED = 500
"""The most selected photos whose marks are compared for the ticks of the menu."""


class ActionUpdates(QObject):
    """Computes the context after each change and applies it to the actions. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        actions: Actions,
        session: Session,
        photos: GridModel,
        grid: GridView,
        photo_lists: QWidget,
        viewer: PhotoViewer,
        compare: ComparePage,
        pages: QStackedWidget,
        overlays: Overlays,
        nets: NetCommands,
        sorting: SortCommands,
        filters: FilterControls,
        undo: UndoCommands,
        fast_missing: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._session = session
        self._photos = photos
        self._scores = photos.scores
        self._grid = grid
        self._photo_lists = photo_lists
        self._viewer = viewer
        self._compare = compare
        self._pages = pages
        self._overlay = overlays.view
        self._areas = overlays.areas
        self._nets = nets
        self._filters = filters
        self._undo = undo
        self._fast_missing = fast_missing
        self._selected = 0
        self._shared = NO_CHANGE
        session.running_changed.connect(self.update)
        session.progressed.connect(self.update)
        viewer.changed.connect(self._update_marks)
        compare.changed.connect(self._update_marks)
        pages.currentChanged.connect(self._update_marks)
        overlays.view.shown_changed.connect(self.update)
        overlays.areas.selection_changed.connect(self.update)
        nets.shown.connect(self.update)
        sorting.changed.connect(self.update)
        filters.changed.connect(self.update)
        undo.changed.connect(self.update)
        grid.selection_changed.connect(self._update_selection)
        photos.library.subscribe(self._on_library_changed)
        photos.rearranged.connect(self._update_selection)
        photos.stacks_changed.connect(self.update)
        self._update_selection()

    @Slot()
    def update(self) -> None:
        """Apply the window as it is now."""
        self._actions.apply(self._context())

    def _on_library_changed(self, change: Change) -> None:
        if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CLEARED):
            self._update_selection()
        elif change.touches(FLAG, STARS, LABEL):
            self._update_marks()

    @Slot()
    def _update_selection(self) -> None:
        # Counted only when it changes: it may be many parts, and a run reports often.
        parts = self._grid.selectionModel().selection().toList()
        self._selected = sum(part.bottom() - part.top() + 1 for part in parts)
        self._update_marks()

    @Slot()
    def _update_marks(self) -> None:
        viewed = self._looked_at()
        keys = [viewed] if viewed is not None else []
        if viewed is None and self._selected <= _MOST_ASKED:
            keys = self._grid.selected_photos()
        photos = (self._photos.library.photo(key) for key in keys)
        self._shared = shared_marks([marks_of(photo) for photo in photos if photo is not None])
        self.update()

    def _context(self) -> ActionContext:
        page = self._page()
        viewed = page is Page.VIEWER and self._viewer.key is not None
        one = self._looked_at() is not None
        return ActionContext(
            page=page,
            photos=self._scores.count(),
            chosen=1 if one else self._selected,
            shared=self._shared,
            photo_visible=viewed and not self._viewer.view.message,
            running=self._session.running,
            paused=self._session.paused,
            fast_scores=self._scores.score_count(Precision.FAST),
            fast_missing=self._fast_missing,
            nets=len(self._scores.nets),
            compared=self._nets.pair is not None,
            overlay_shown=self._overlay.shown is not None and self._overlay.shown.whole,
            area=self._areas.selected or "",
            grouping=self._photos.stacks.wanted,
            moments=self._photos.stacks.count if self._photos.stacks.wanted else 0,
            descending=self._photos.order.descending,
            filtered=bool(self._filters.wanted),
            undo_text=self._undo.undo_text,
            redo_text=self._undo.redo_text,
        )

    def _page(self) -> Page:
        shown = self._pages.currentWidget()
        if shown is self._viewer:
            return Page.VIEWER
        if shown is self._compare:
            return Page.COMPARE
        return Page.GRID if shown is self._photo_lists else Page.EMPTY

    def _looked_at(self) -> ImageKey | None:
        """Return the one photo that commands are about: the viewer's, or the current one of a comparison."""
        match self._page():
            case Page.VIEWER:
                return self._viewer.key
            case Page.COMPARE:
                return self._compare.current
        return None
