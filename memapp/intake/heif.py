"""HEIC files that end the process in pi-heif: found before it opens them.

pi-heif 1.4 makes texts of the kinds of a file's items (ISO/IEC 14496-12, `infe`), and reads through a null
pointer where one of them is no UTF-8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from memapp.intake.isobmff import LARGEST_META, boxes
from memapp.intake.reading import PhotoFile

_VERSION_WITH_LONG_IDS = 3


def has_unreadable_items(file: PhotoFile) -> bool:
    """Return whether the kind of an item is no UTF-8, or the list of the items is too long.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    for box in boxes(file):
        if box.name == b"meta":
            if box.size > LARGEST_META:
                return True
            file.seek(box.start)
            if any(not _is_readable(item) for item in _items(file.read(box.size))):
                return True
    return False


def _items(meta: bytes) -> Iterator[bytes]:
    """Yield what follows the name of each item's box.

    They are searched for, as readers differ in what damaged sizes mean.
    """
    place = meta.find(b"iinf")
    while (place := meta.find(b"infe", place + 4)) >= 0 and place >= 4:
        (size,) = struct.unpack_from(">I", meta, place - 4)
        yield meta[place + 4 : place - 4 + size] if size else meta[place + 4 :]


def _is_readable(item: bytes) -> bool:
    """Return whether the kind of an item, and what a `mime` item contains, are UTF-8."""
    if len(item) < 4:
        return True
    first = 10 if item[0] >= _VERSION_WITH_LONG_IDS else 8
    kind, texts = item[first : first + 4], item[first + 4 :]
    contents = texts.split(b"\0")[1:3] if kind == b"mime" else []
    try:
        for text in (kind, *contents):
            text.decode()
    except UnicodeDecodeError:
        return False
    return True
