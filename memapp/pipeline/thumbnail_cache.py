"""Thumbnails kept between starts: the disk's bytes and intake's pixels, for runs and previews."""

from __future__ import annotations

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.file_state import check_file
from memapp.core.records import FileCheck, ImageKey, PixelArray
from memapp.intake import thumbnail_codec
from memapp.pipeline.unchanged_photo import load_unchanged
from memapp.store.thumbnails import ThumbnailStore


class ThumbnailCache:
    """The cache of thumbnails, checked before a photo is opened, and filled after. Thread-safe."""

    def __init__(self, store: ThumbnailStore) -> None:
        self._store = store

    def side_to_make(self, key: ImageKey) -> int | None:
        """Return the longest side at which a run should also make a thumbnail; None if there is one."""
        if any(self._store.has(key, _variant(side)) for side in thumbnail_codec.SIDES):
            return None
        return thumbnail_codec.SIDES[0]

    def keep(self, key: ImageKey, pixels: PixelArray, side: int) -> None:
        """Store a thumbnail, (height, width, 3), made at one of the stored sizes.

        The caller ensures that the photo is still in the state of its key.
        """
        self._store.write(key, _variant(side), thumbnail_codec.encode_thumbnail(pixels))

    def find(self, key: ImageKey, longest_side: int) -> PixelArray | None:
        """Return the thumbnail, no larger than this, as sharp as the photo itself; None if none is stored."""
        for side in thumbnail_codec.SIDES:
            if side < longest_side:
                continue
            content = self._store.read(key, _variant(side))
            if content is None:
                continue
            pixels = thumbnail_codec.decode_thumbnail(content, side=side, longest_side=longest_side)
            if pixels is not None:
                return pixels
            self._store.discard(key, _variant(side))
        return None

    def find_or_load(
        self, key: ImageKey, longest_side: int, *, loader: PhotoLoader, control: RunControl | None = None
    ) -> PixelArray:
        """Return a picture of this photo, no larger than this: stored, or loaded and then stored.

        Args:
            key: the photo.
            longest_side: in pixels; larger sizes than the stored ones are loaded each time, 0 is full size.
            loader: for photos without a thumbnail.
            control: cancels the loading.

        Raises:
            PhotoError: it has no thumbnail and can't be loaded, or was changed or replaced.
            Cancelled: control was cancelled.
        """
        side = thumbnail_codec.kept_side(longest_side)
        if side is not None and (kept := self.find(key, longest_side)) is not None:
            return kept
        picture = load_unchanged(
            key, loader=loader, longest_side=side or longest_side, control=control
        ).picture
        assert picture is not None
        if side is None:
            return picture
        if check_file(key) is FileCheck.SAME:
            self.keep(key, picture, side)
        return thumbnail_codec.shrink(picture, longest_side)


def _variant(side: int) -> str:
    return f"{side}-{thumbnail_codec.VERSION}"
