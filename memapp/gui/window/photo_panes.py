"""Updates the inspector and the viewer with the photos, the selection and the order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from memapp.core.caution import caution_of
from memapp.core.marks import marks_text
from memapp.core.records import ImageKey, PhotoId, Precision, ScoredPhoto
from memapp.core.score_text import points_text, score_text
from memapp.core.text import tr
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.inspector.inspector import SHOWN_BY_PARTS, Inspector
from memapp.gui.inspector.selection_strip import MOST_SHOWN, StripPhoto
from memapp.gui.viewer.photo_viewer import PhotoViewer
from memapp.library.changes import KEY, Change, ChangeKind
from memapp.library.marks import FLAG, LABEL, STARS, marks_of
from memapp.library.photo_description import detail_rows
from memapp.library.scores import DISAGREEMENT
from memapp.library.selection import common_rows, summary_of
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor

_SHOOT_MILLISECONDS = 300
"""While scores arrive, the histogram of the set is updated a few times a second."""


class PhotoPanes(QObject):
    """Shows the current photo in the inspector and in the viewer. Lives on the GUI thread.

    Signals:
        viewer_opened(), viewer_closed(): show or hide the viewer.
    """

    viewer_opened = Signal()
    viewer_closed = Signal()

    def __init__(
        self,
        *,
        photos: GridModel,
        grid: GridView,
        inspector: Inspector,
        viewer: PhotoViewer,
        supervisor: Supervisor,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._library = photos.library
        self._scores = photos.scores
        self._images = photos.images
        self._grid = grid
        self._inspector = inspector
        self._viewer = viewer
        self._supervisor = supervisor
        self._requested_side = 0
        self._requested_thumbnail: ImageKey | None = None
        self._selected: Sequence[ImageKey] = ()
        self._viewed: PhotoId | None = None
        """The photo that the viewer shows, or showed last."""
        self._place = 0
        self._filter = photos.filter
        self._shoot_timer = QTimer(self)
        self._shoot_timer.setSingleShot(True)
        self._shoot_timer.setInterval(_SHOOT_MILLISECONDS)
        self._shoot_timer.timeout.connect(self._update_shoot)

        grid.selection_changed.connect(self._on_selection)
        grid.activated_photo.connect(self.open)
        grid.visible_changed.connect(self._request_previews)
        viewer.picture_wanted.connect(self._request_picture)
        viewer.step.connect(self._step)
        viewer.closed.connect(self.close)
        supervisor.picture_ready.connect(self._on_picture)
        supervisor.picture_failed.connect(viewer.set_picture_missing)
        supervisor.preview_ready.connect(self._on_preview)
        inspector.strip.chosen.connect(grid.go_to)
        photos.rearranged.connect(self._on_rearranged)
        self._library.subscribe(self._on_change)

    @property
    def viewing(self) -> ImageKey | None:
        """The photo in the viewer, while it is open."""
        return self._viewer.key if self._viewer.isVisible() else None

    @property
    def inspected(self) -> Sequence[ImageKey]:
        """The photos that the inspector shows."""
        return self._selected

    @Slot(object)
    def open(self, key: ImageKey) -> None:
        """Show a photo large."""
        if not self._viewer.isVisible():
            # Zoom and place are for the next photo, not for another visit.
            self._viewer.view.fit()
        self._viewed = self._library.id_of(key)
        self._place = max(self._photos.index_of(key).row(), 0)
        self._filter = self._photos.filter
        self._viewer.show_photo(
            key,
            placeholder=self._images.preview(key),
            position=self._photos.index_of(key).row() + 1,
            count=self._photos.rowCount(),
            caption=self._scores.outcome(key),
            net=self._scores.shown,
            following=self._place + 1,
        )
        self._show_marks()
        self.viewer_opened.emit()

    def beside(self, photo: PhotoId) -> tuple[ImageKey | None, ImageKey | None]:
        """Return the photos that are shown after and before this one; None where there is none."""
        key = self._library.key_of(photo)
        row = -1 if key is None else self._photos.index_of(key).row()
        if row < 0:
            return None, None
        after = self._photos.key(row + 1) if row + 1 < self._photos.rowCount() else None
        return after, self._photos.key(row - 1) if row else None

    def go_on(self, photo: PhotoId, beside: tuple[ImageKey | None, ImageKey | None]) -> None:
        """Go on from a photo to the one after it, in the viewer or in the grid; stay at the last one.

        Args:
            photo: the one to leave; it may have moved, or be hidden by now.
            beside: what stood after and before it, from beside(). Where the last one is hidden, the one
                before it is shown.
        """
        following, before = beside
        if following is None:
            # Whether the filter hides the photo now, even while the order is held.
            self._photos.refresh()
            key = self._library.key_of(photo)
            following = None if key is not None and self._photos.index_of(key).isValid() else before
        if following is None or not self._photos.index_of(following).isValid():
            return
        self._grid.go_to(following)
        if self.viewing is not None:
            self.open(following)

    def _show_marks(self) -> None:
        photo = None if self._viewed is None else self._library.photo(self._viewed)
        self._viewer.set_marks("" if photo is None else marks_text(marks_of(photo)))

    @Slot()
    def close(self) -> None:
        """Go back to the grid, at the photo of the viewer."""
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
        row = self._photos.index_of(key).row()
        row = places + (row if row >= 0 else self._place)
        if 0 <= row < self._photos.rowCount():
            wanted = self._photos.key(row)
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
            photo = self._library.photo(key)
            preview = self._images.preview(key)
            if preview is None:
                self._request_thumbnail(key)
            self._inspector.show_photo(
                key,
                self._scores.outcome(key),
                preview,
                facts=() if photo is None else detail_rows(photo, without=SHOWN_BY_PARTS),
                net=self._scores.shown,
                net_scores=self._scores.of_each_net(key),
                flag=self._scores.disagreement_text(key),
            )
        else:
            self._inspect_several()

    def _inspect_several(self) -> None:
        rows = self._library.rows_of(self._selected)
        first = self._selected[:MOST_SHOWN]
        summary = summary_of(self._library, rows, self._scores.shown.scale)
        self._inspector.show_several(
            summary,
            [
                StripPhoto(key, self._score_word(key, summary.best), self._images.preview(key))
                for key in first
            ],
            common_rows(self._library, rows, without=SHOWN_BY_PARTS),
        )
        side = round(self._grid.tile_size * self._grid.devicePixelRatioF())
        lacking = [key for key in first if self._images.preview(key) is None]
        self._supervisor.request_previews(View.INSPECTOR, lacking, side)

    def _score_word(self, key: ImageKey, best: float | None) -> str:
        """Return a photo's score, and how far it is from the best one where they can be compared."""
        outcome = self._scores.outcome(key)
        if not isinstance(outcome, ScoredPhoto):
            return tr("No score") if outcome is not None else tr("Waiting")
        score = score_text(outcome.score, outcome.precision)
        exact = outcome.precision is Precision.EXACT and caution_of(outcome.facts) is None
        if best is None or not exact or outcome.score == best:
            return score
        return f"{score} {points_text(outcome.score - best)}"

    @Slot(list, int)
    def _request_previews(self, keys: list[ImageKey], side: int) -> None:
        on_screen = len(self._grid.places_in_sight())
        for some, nearby in ((keys[:on_screen], False), (keys[on_screen:], True)):
            lacking = self._images.lacking_previews(some, side)
            self._supervisor.request_previews(View.GRID, lacking, side, nearby=nearby)

    def _request_thumbnail(self, key: ImageKey) -> None:
        """Load the preview of a photo that the grid does not show, such as one chosen in the table."""
        if key != self._requested_thumbnail:
            self._requested_thumbnail = key
            side = round(self._grid.tile_size * self._grid.devicePixelRatioF())
            self._supervisor.request_previews(View.INSPECTOR, [key], side)

    @Slot(object, int)
    def _request_picture(self, key: ImageKey, side: int) -> None:
        self._requested_side = side
        self._supervisor.request_pictures(View.VIEWER, [key], side)

    @Slot(object, QImage, int)
    def _on_preview(self, key: ImageKey, image: QImage, _longest_side: int) -> None:
        self._images.set_preview(key, image)
        self._inspector.set_thumbnail(key, image)

    @Slot(object, QImage, int)
    def _on_picture(self, key: ImageKey, image: QImage, side: int) -> None:
        # Another view may request the same photo smaller; that one is too small here.
        if side in (0, self._requested_side):
            self._viewer.set_picture(key, image, full_size=side == 0)

    def _on_change(self, change: Change) -> None:
        match change.kind:
            case ChangeKind.REMOVED | ChangeKind.CLEARED:
                self._on_removed()
            case ChangeKind.ADDED:
                # Photos that come back have their scores already.
                self._update_shoot_soon()
            case ChangeKind.VALUES | ChangeKind.COLUMNS:
                if KEY in change.columns:
                    self._on_file_changed(change)
                if change.touches("score", "state"):
                    self._on_scores()
                if change.touches(FLAG, STARS, LABEL):
                    self._show_marks()
                    self._inspect()
                elif len(self._selected) == 1 and change.touches(*self._inspected_columns()):
                    self._inspect()

    def _inspected_columns(self) -> list[str]:
        """Return the columns that the inspector shows."""
        return [DISAGREEMENT, "facts", *(column.id for column in self._library.columns.detailed)]

    def _update_shoot_soon(self) -> None:
        if not self._shoot_timer.isActive():
            self._shoot_timer.start()

    def _on_scores(self) -> None:
        self._update_shoot_soon()
        if (viewing := self.viewing) is not None:
            self._viewer.set_caption(viewing, self._scores.outcome(viewing), self._scores.shown)
        if len(self._selected) == 1:
            self._inspect()

    def _on_file_changed(self, change: Change) -> None:
        """Show photos again whose files have new keys, because they were changed."""
        if any(key not in self._library for key in self._selected):
            self._selected = self._grid.selected_photos()
        if self.viewing is not None and self._viewed in change.ids:
            key = None if self._viewed is None else self._library.key_of(self._viewed)
            if key is not None:
                self.open(key)

    def _on_rearranged(self) -> None:
        if (viewing := self.viewing) is None:
            return
        count, row = self._photos.rowCount(), self._photos.index_of(viewing).row()
        filtered, self._filter = self._photos.filter != self._filter, self._photos.filter
        if row < 0 and filtered:
            # The person has just asked for other photos: the next one that passes is shown.
            self._go_on_among(count)
            return
        self._place = row if row >= 0 else self._place
        self._viewer.set_place(row + 1, count, following=self._place + 1)

    def _go_on_among(self, count: int) -> None:
        if count:
            wanted = self._photos.key(min(max(self._place, 0), count - 1))
            self._grid.go_to(wanted)
            self.open(wanted)
        else:
            self.viewer_closed.emit()

    def _on_removed(self) -> None:
        self._shoot_timer.start()
        if not len(self._library):
            self._inspector.show_none()
        if self.viewing is not None and self.viewing not in self._library:
            self.viewer_closed.emit()

    def _update_shoot(self) -> None:
        self._inspector.set_shoot_scores(
            exact=self._scores.shown_scores(Precision.EXACT), fast=self._scores.shown_scores(Precision.FAST)
        )
        if len(self._selected) > 1:
            self._inspect()
