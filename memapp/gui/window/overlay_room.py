"""Makes room for an overlay: the viewer opens, and the overlay's panel takes the inspector's place."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from memapp.gui.overlay.explain_view import NO_OVERLAY
from memapp.gui.overlay.overlays import Overlays
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.gui.window.actions import Actions
from memapp.gui.window.inspector_place import InspectorPlace
from memapp.gui.window.photo_panes import PhotoPanes


class OverlayRoom(QObject):
    """Updates viewer and inspector with the overlay. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        overlays: Overlays,
        viewer: PhotoViewer,
        panes: PhotoPanes,
        inspector: InspectorPlace,
        actions: Actions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._panes = panes
        self._actions = actions
        overlays.chosen.connect(self._on_chosen)
        overlays.panel_shown.connect(inspector.set_covered)
        viewer.take_escape = inspector.close_over

    @Slot(str)
    def _on_chosen(self, overlay: str) -> None:
        """Open the viewer, the only place for an overlay."""
        if self._panes.viewing is not None:
            # A button of the panel with the focus may be hidden; Qt would move the focus to the toolbar.
            self._viewer.setFocus()
        elif overlay != NO_OVERLAY:
            self._actions["open"].trigger()
