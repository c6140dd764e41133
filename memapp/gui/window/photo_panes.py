"""Keeps the inspector and the viewer in step with the photos, the selection and the order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from memapp.core.records import ImageKey, Precision, ScoredPhoto
from memapp.gui.grid.grid_view import GridView
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.roles import PhotoRole
from memapp.gui.grid.sort_proxy import PhotoSortProxy
from memapp.gui.inspector.inspector import Inspector
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor

_SHOOT_MILLISECONDS = 300
"""While scores stream in, this set's histogram follows a few times a second."""


class PhotoPanes(QObject):
    """Shows the current photo in the inspector and in the viewer. Lives on the GUI thread.

    Signals:
        viewer_opened(), viewer_closed(): the viewer is to be shown or hidden.
    """

    viewer_opened = Signal()
    viewer_closed = Signal()

    def __init__(
        self,
        *,
        photos: PhotoItemModel,
        proxy: PhotoSortProxy,
        grid: GridView,
        inspector: Inspector,
        viewer: PhotoViewer,
        supervisor: Supervisor,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._proxy = proxy
        self._grid = grid
        self._inspector = inspector
        self._viewer = viewer
        self._supervisor = supervisor
        self._requested_side = 0
        self._selected: Sequence[ImageKey] = ()
        self._shoot_timer = QTimer(self)
        self._shoot_timer.setSingleShot(True)
        self._shoot_timer.setInterval(_SHOOT_MILLISECONDS)
        self._shoot_timer.timeout.connect(self._update_shoot)

        grid.selection_changed.connect(self._on_selection)
        grid.activated_photo.connect(self.open)
        viewer.picture_wanted.connect(self._request_picture)
        viewer.step.connect(self._step)
        viewer.closed.connect(self.close)
        supervisor.picture_ready.connect(self._on_picture)
        supervisor.picture_failed.connect(viewer.set_picture_missing)
        supervisor.preview_ready.connect(self._on_preview)
        photos.dataChanged.connect(self._on_data_changed)
        proxy.rearranged.connect(self._on_rearranged)
        photos.modelReset.connect(self._on_removed)
        photos.rowsRemoved.connect(self._on_removed)

    @property
    def viewing(self) -> ImageKey | None:
        """The photo in the viewer, while it is open."""
        return self._viewer.key if self._viewer.isVisible() else None

    @property
    def inspected(self) -> Sequence[ImageKey]:
        """The photos that the inspector is about."""
        return self._selected

    @Slot(object)
    def open(self, key: ImageKey) -> None:
        """Show a photo large."""
        row = self._proxy.index_of(key).row()
        self._viewer.show_photo(
            key,
            placeholder=self._photos.preview(key),
            position=row + 1,
            count=self._proxy.rowCount(),
            caption=self._photos.outcome(key),
            net=self._photos.shown_net,
        )
        self.viewer_opened.emit()

    @Slot()
    def close(self) -> None:
        """Back to the grid, at the photo that was looked at."""
        key = self._viewer.key
        self._supervisor.request_pictures(View.VIEWER, (), 0)
        self.viewer_closed.emit()
        if key is not None:
            self._grid.go_to(key)

    @Slot(int)
    def _step(self, places: int) -> None:
        key = self._viewer.key
        if key is None:
            return
        row = self._proxy.index_of(key).row() + places
        if 0 <= row < self._proxy.rowCount():
            wanted = self._proxy.key(row)
            self._grid.go_to(wanted)
            self.open(wanted)

    @Slot(list, object)
    def _on_selection(self, selected: list[ImageKey], current: ImageKey | None) -> None:
        self._selected = selected if selected or current is None else [current]
        self._inspect()

    def _inspect(self) -> None:
        if not self._selected:
            self._inspector.show_none()
        elif len(self._selected) == 1:
            key = self._selected[0]
            self._inspector.show_photo(
                key,
                self._photos.outcome(key),
                self._photos.preview(key),
                net=self._photos.shown_net,
                net_scores=self._photos.net_scores(key),
                flag=self._photos.disagreement_text(key),
            )
        else:
            outcomes = (self._photos.outcome(key) for key in self._selected)
            scored = [outcome for outcome in outcomes if isinstance(outcome, ScoredPhoto)]
            self._inspector.show_several(len(self._selected), scored)

    @Slot(object, int)
    def _request_picture(self, key: ImageKey, side: int) -> None:
        self._requested_side = side
        self._supervisor.request_pictures(View.VIEWER, [key], side)

    @Slot(object, QImage, int)
    def _on_preview(self, key: ImageKey, image: QImage, _longest_side: int) -> None:
        self._photos.set_preview(key, image)
        self._inspector.set_thumbnail(key, image)

    @Slot(object, QImage, int)
    def _on_picture(self, key: ImageKey, image: QImage, side: int) -> None:
        # Another view may show the same photo smaller; that is not all there is of it.
        if side in (0, self._requested_side):
            self._viewer.set_picture(key, image, full_size=side == 0)

    def _on_data_changed(self, _first: object, _last: object, roles: list[int]) -> None:
        if PhotoRole.SCORE not in roles:
            if PhotoRole.DISAGREEMENT in roles and len(self._selected) == 1:
                self._inspect()
            return
        if not self._shoot_timer.isActive():
            self._shoot_timer.start()
        if self._viewer.isVisible() and self._viewer.key is not None:
            key = self._viewer.key
            self._viewer.set_caption(key, self._photos.outcome(key), self._photos.shown_net)
        if len(self._selected) == 1:
            self._inspect()

    def _on_rearranged(self) -> None:
        if (viewing := self.viewing) is not None:
            self._viewer.set_place(self._proxy.index_of(viewing).row() + 1, self._proxy.rowCount())

    def _on_removed(self) -> None:
        self._shoot_timer.start()
        if self.viewing is not None and self.viewing not in self._photos:
            self.viewer_closed.emit()

    def _update_shoot(self) -> None:
        self._inspector.set_shoot_scores(
            exact=self._photos.scores(Precision.EXACT), fast=self._photos.scores(Precision.FAST)
        )
        if len(self._selected) > 1:
            self._inspect()
