"""TIFF with JPEG inside (TIFF Technical Note 2): libtiff passes over what libjpeg warns of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from memapp.intake.jpeg import is_damaged
from memapp.intake.reading import PhotoFile

_COMPRESSION = 259
_JPEG = 7
_PLACES = ((273, 279), (324, 325))
"""The tags with the offsets and sizes of strips, and of tiles."""
_TABLES = 347


def has_damaged_parts(tags: Mapping[int, Any], file: PhotoFile) -> bool:
    """Return whether libjpeg warns of a strip or tile of this page; False where there is no JPEG.

    Args:
        tags: the page's, as Pillow reads them.
        file: the file.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    if tags.get(_COMPRESSION) != _JPEG:
        return False
    tables = bytes(tags.get(_TABLES, b""))[:-2]
    for offsets, sizes in _PLACES:
        for offset, size in zip(tags.get(offsets, ()), tags.get(sizes, ()), strict=False):
            file.seek(offset)
            part = file.read(size)
            # The tables' stream without its end, and the part's without its beginning, are one.
            if is_damaged(bytearray(tables + part[2:] if tables else part)):
                return True
    return False
