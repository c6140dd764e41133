"""Commands on the list of photos: remove with undo, go where an act was undone, score changed files again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from memapp.core.records import ImageKey, PhotoId
from memapp.core.text import trn
from memapp.gui.grid.details_view import DetailsView
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.grid_view import GridView
from memapp.gui.run.changed_files import ChangedFiles
from memapp.gui.run.session import Session
from memapp.gui.window.photo_panes import PhotoPanes
from memapp.gui.window.undo_commands import UndoCommands
from memapp.library.changes import Change, ChangeKind
from memapp.library.photo_columns import CHANGED
from memapp.library.undo import Command, CommandLog

_MOST_CHECKED = 500
"""The most files checked of a large selection; all are checked when the window gets the focus."""


class ListCommands(QObject):
    """Removes photos from the list, and scores changed files again. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        session: Session,
        photos: GridModel,
        grid: GridView,
        details: DetailsView,
        panes: PhotoPanes,
        files: ChangedFiles,
        undo: UndoCommands,
        log: CommandLog,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._photos = photos
        self._library = photos.library
        self._grid = grid
        self._panes = panes
        self._log = log
        self._library.subscribe(self._on_library_changed)
        undo.went.connect(self._go_to)
        files.changed.connect(self._on_changed)
        grid.selection_changed.connect(lambda chosen, _current: files.look_at(chosen[:_MOST_CHECKED]))
        grid.visible_changed.connect(lambda keys, _side: files.look_at(keys))
        details.visible_changed.connect(files.look_at)
        panes.viewer_opened.connect(lambda: files.look_at([key] if (key := panes.viewing) else []))

    def remove(self, keys: Sequence[ImageKey]) -> None:
        """Remove photos from the list; their files and scores stay. It can be undone."""
        photos = [photo for key in keys if (photo := self._library.id_of(key)) is not None]
        if not photos:
            return
        neighbour = self._go_on_beside(keys)
        text = trn("Remove {count} photo from the list", "Remove {count} photos from the list", len(photos))
        self._log.run(
            Command(
                text,
                do=lambda: self._remove(photos),
                undo=lambda: self._restore(photos),
                where=photos[0],
                photos=tuple(photos),
            )
        )
        if neighbour is not None:
            self._grid.go_to(neighbour)

    def take_away(self, keys: Sequence[ImageKey]) -> None:
        """Take photos off the list whose files are gone, and choose the neighbour."""
        neighbour = self._go_on_beside(keys)
        self._session.remove(keys)
        if neighbour is not None:
            self._grid.go_to(neighbour)

    def bring_back(self, photos: Sequence[PhotoId]) -> None:
        """Put photos back on the list whose files are back, and select them."""
        self._restore(photos)
        for photo in photos[:1]:
            self._go_to_photo(photo)
        self._select(photos)

    def _remove(self, photos: Sequence[PhotoId]) -> None:
        keys = (self._library.key_of(photo) for photo in photos)
        self._session.remove([key for key in keys if key is not None])

    def _restore(self, photos: Sequence[PhotoId]) -> None:
        back = self._session.restore(photos)
        # At once, even while the order is held: the user asked for it and is taken to where they stand.
        self._photos.refresh()
        # Events of runs about them were dropped meanwhile.
        waiting = [key for photo in back if (key := self._library.key_of(photo)) is not None]
        self._session.add([key.path for key in waiting if self._photos.scores.outcome(key) is None])

    def _go_on_beside(self, keys: Sequence[ImageKey]) -> ImageKey | None:
        """Return the photo to go on with when these are gone; show it large if one of them is."""
        neighbour = self._neighbour(keys)
        if neighbour is not None and self._panes.viewing in keys:
            self._panes.open(neighbour)
        return neighbour

    def _neighbour(self, keys: Sequence[ImageKey]) -> ImageKey | None:
        """Return the photo to go on with when these are gone: the next one on screen, else the one before."""
        gone = set(keys)
        places = [place for key in keys if (place := self._photos.index_of(key).row()) >= 0]
        if not places:
            return None
        shown = self._photos.photos_shown()
        after = (key for key in shown[max(places) + 1 :] if key not in gone)
        before = (key for key in reversed(shown[: max(places)]) if key not in gone)
        return next(after, next(before, None))

    def _go_to(self, command: Command) -> None:
        """Show the photo of an act: large where that was seen there, or where photos are shown large now.

        In the grid, all photos of the act are selected.
        """
        if command.where is not None:
            self._go_to_photo(command.where, large=command.on_photo)
            self._select(command.photos)

    def _select(self, photos: Sequence[PhotoId]) -> None:
        if len(photos) > 1 and self._panes.viewing is None:
            keys = (self._library.key_of(photo) for photo in photos)
            self._grid.go_to_all(key for key in keys if key is not None)

    def _go_to_photo(self, photo: PhotoId, *, large: bool = False) -> None:
        key = self._library.key_of(photo)
        if key is None:
            return
        # What the act changed may have moved it, or have brought it back past the filter.
        self._photos.refresh()
        self._grid.go_to(key)
        if self._panes.viewing != key and (large or self._panes.viewing is not None):
            self._panes.open(key)

    def _on_library_changed(self, change: Change) -> None:
        if change.kind is ChangeKind.CLEARED:
            # No photo can be restored to a list that began anew.
            self._log.clear()

    def _on_changed(self, keys: list[ImageKey]) -> None:
        """Mark photos whose files were changed, and have them scored again, in their place."""
        found = {photo: key for key in keys if (photo := self._library.id_of(key)) is not None}
        new = [photo for photo in found if not self._library.value(photo, CHANGED)]
        if new:
            self._library.set(CHANGED, dict.fromkeys(new, True))
            self._session.add([found[photo].path for photo in new])
