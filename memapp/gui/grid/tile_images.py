"""The pictures of the tiles: previews and the small overlays over them, as many as fit in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from memapp.core.records import ImageKey
from memapp.gui.grid.byte_bounded_cache import ByteBoundedCache
from memapp.library.changes import Change, ChangeKind
from memapp.library.library import Library
from memapp.library.photo_columns import facts_of

PREVIEW_BYTES = 256 * 1024 * 1024
"""The memory for previews, in bytes."""

OVERLAY_BYTES = 64 * 1024 * 1024
"""The memory for small overlays, in bytes."""


class TileImages(QObject):
    """Pictures by the state of the file that they show. Lives on the GUI thread; never touches the disk.

    Pictures of photos that are not in the library (any more) are passed over, so late ones do no harm.

    Signals:
        changed(list[ImageKey]): these photos' pictures came, went or are others.
    """

    changed = Signal(list)

    def __init__(
        self, *, library: Library, preview_bytes: int = PREVIEW_BYTES, parent: QObject | None = None
    ) -> None:
        """Take the library, and the memory that previews may use, in bytes."""
        super().__init__(parent)
        self._library = library
        self._previews: ByteBoundedCache[ImageKey, QImage] = ByteBoundedCache(
            limit=preview_bytes, size_of=QImage.sizeInBytes
        )
        self._overlays: ByteBoundedCache[ImageKey, QImage] = ByteBoundedCache(
            limit=OVERLAY_BYTES, size_of=QImage.sizeInBytes
        )
        library.subscribe(self._on_change)

    def preview(self, key: ImageKey) -> QImage | None:
        """Return a photo's preview; None where none is held."""
        return self._previews.get(key)

    def set_preview(self, key: ImageKey, image: QImage) -> None:
        """Keep a photo's preview, as long as there is room."""
        if key in self._library and not image.isNull():
            self._previews.put(key, image)
            self.changed.emit([key])

    def lacking_previews(self, keys: Iterable[ImageKey], pixel_side: int) -> list[ImageKey]:
        """Return the photos whose preview is missing, or smaller than it could be; in the order given."""
        return [key for key in keys if self._lacks_preview(key, pixel_side)]

    def overlay(self, key: ImageKey) -> QImage | None:
        """Return the overlay over a photo's preview; None where there is none."""
        overlay = self._overlays.get(key)
        return None if overlay is None or overlay.isNull() else overlay

    def set_overlays(self, overlays: Mapping[ImageKey, QImage]) -> None:
        """Draw these over the previews; an empty image means that there is none."""
        here = {key: image for key, image in overlays.items() if key in self._library}
        for key, image in here.items():
            self._overlays.put(key, image)
        self._announce(list(here))

    def forget_overlays(self, keys: Iterable[ImageKey] | None = None) -> None:
        """Remove the overlays of these photos, or of all."""
        gone = [key for key in (tuple(self._overlays) if keys is None else keys) if key in self._overlays]
        for key in gone:
            self._overlays.discard(key)
        self._announce(gone)

    def lacking_overlays(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Return the photos whose overlay was not requested yet; in the order given."""
        return [key for key in keys if key in self._library and key not in self._overlays]

    def without_overlays(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Return the photos for which there is known to be no overlay; in the order given."""
        return [key for key in keys if (overlay := self._overlays.get(key)) is not None and overlay.isNull()]

    def _lacks_preview(self, key: ImageKey, pixel_side: int) -> bool:
        photo = self._library.photo(key)
        if photo is None:
            return False
        preview = self._previews.get(key)
        if preview is None:
            return True
        facts = facts_of(photo)
        largest = max(facts.width, facts.height) if facts else pixel_side
        return max(preview.width(), preview.height()) < min(pixel_side, largest)

    def _announce(self, keys: list[ImageKey]) -> None:
        if keys:
            self.changed.emit(keys)

    def _on_change(self, change: Change) -> None:
        if change.kind is ChangeKind.REMOVED:
            for key in self._library.keys_at(change.rows):
                self._previews.discard(key)
                self._overlays.discard(key)
        elif change.kind is ChangeKind.CLEARED:
            self._previews.clear()
            self._overlays.clear()
