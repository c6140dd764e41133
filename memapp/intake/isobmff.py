"""The boxes of HEIC, AVIF, JPEG 2000 and JPEG XL files (ISO/IEC 14496-12), and the colours they state."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from memapp.intake.reading import PhotoFile

LARGEST_META = 64 << 20
"""Bytes of a box with a picture's description, beyond that of every photo."""

_MOST_BOXES = 4096
_HEAD = struct.Struct(">I4s")
_LONG_SIZE = struct.Struct(">Q")
_CODES = struct.Struct(">HHHB")

_JP2_ICC_METHODS = frozenset({2, 3})
_JP2_CODES_METHOD = 5


class Box(NamedTuple):
    """One box of a file."""

    name: bytes
    start: int
    """Position of its content, without its head."""
    size: int
    """Bytes of its content that are in the file."""


@dataclass(frozen=True, slots=True)
class BoxColour:
    """What a file's boxes state of its picture's colours."""

    profile: bytes | None = None
    """ICC."""
    codes: tuple[int, int] | None = None
    """Primaries and transfer, by H.273."""


def boxes(file: PhotoFile) -> Iterator[Box]:
    """Yield the boxes that a file consists of, until one is damaged.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    start = 0
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(_HEAD.size + _LONG_SIZE.size)
        found = _box_at(head, 0, start, file.size)
        if found is None:
            return
        box, end = found
        yield box
        start = end


def colour_of_item(file: PhotoFile) -> BoxColour:
    """Return what HEIC and AVIF state of their main picture; nothing if that is damaged. Raise as boxes()."""
    for box in boxes(file):
        if box.name == b"meta" and box.size <= LARGEST_META:
            file.seek(box.start)
            meta = file.read(box.size)
            try:
                return _colour(_of_main_item(meta))
            except (struct.error, IndexError):
                break
    return BoxColour()


def colour_of_jpeg_2000(file: PhotoFile) -> BoxColour:
    """Return what JPEG 2000 states of its picture; nothing if the boxes are damaged. Raise as boxes()."""
    for box in boxes(file):
        if box.name == b"jp2h" and box.size <= LARGEST_META:
            file.seek(box.start)
            header = file.read(box.size)
            for child in _children(header, 0):
                content = header[child.start : child.start + child.size]
                if child.name != b"colr" or len(content) < 3:
                    continue
                if content[0] in _JP2_ICC_METHODS:
                    return BoxColour(profile=content[3:])
                if content[0] == _JP2_CODES_METHOD and len(content) >= 3 + _CODES.size:
                    primaries, transfer, _, _ = _CODES.unpack_from(content, 3)
                    return BoxColour(codes=(primaries, transfer))
                return BoxColour()
    return BoxColour()


def _box_at(data: bytes, place: int, start: int, most: int) -> tuple[Box, int] | None:
    """Return the box whose head is at a place in data, and the end that it states.

    Args:
        data: holds the head.
        place: of the head in data.
        start: of the head in what contains the box.
        most: where that ends.
    """
    if len(data) - place < _HEAD.size:
        return None
    size, name = _HEAD.unpack_from(data, place)
    head = _HEAD.size
    if size == 1 and len(data) - place >= _HEAD.size + _LONG_SIZE.size:
        (size,) = _LONG_SIZE.unpack_from(data, place + _HEAD.size)
        head += _LONG_SIZE.size
    elif size == 0:  # to the end
        size = most - start
    if size < head:
        return None
    return Box(name, start + head, min(start + size, most) - start - head), start + size


def _children(content: bytes, start: int) -> Iterator[Box]:
    for _ in range(_MOST_BOXES):
        found = _box_at(content, start, start, len(content))
        if found is None:
            return
        box, start = found
        yield box


def _of_main_item(meta: bytes) -> list[bytes]:
    """Return the contents of the `colr` properties of a `meta` box's main picture.

    Raises:
        struct.error, IndexError: it is damaged.
    """
    children = {box.name: box for box in _children(meta, 4)}
    properties = {box.name: box for box in _within(meta, children.get(b"iprp"))}
    listed = [
        (box.name, meta[box.start : box.start + box.size]) for box in _within(meta, properties.get(b"ipco"))
    ]
    colours = [content for name, content in listed if name == b"colr"]
    if b"pitm" in children and b"ipma" in properties:
        place = children[b"pitm"].start
        (item,) = struct.unpack_from(">I" if meta[place] else ">H", meta, place + 4)
        own = [listed[index - 1] for index in _associated(meta, properties[b"ipma"], item) if index]
        if found := [content for name, content in own if name == b"colr"]:
            return found
    # Some encoders describe the tiles only, all of them alike.
    return colours if len(colours) == 1 else []


def _within(meta: bytes, box: Box | None) -> list[Box]:
    if box is None:
        return []
    return [
        Box(child.name, box.start + child.start, child.size)
        for child in _children(meta[box.start : box.start + box.size], 0)
    ]


def _associated(meta: bytes, box: Box, item: int) -> list[int]:
    """Return the numbers, from 1, of the properties of an item."""
    place, end = box.start, box.start + box.size
    wide_items, wide_indices = meta[place] > 0, meta[place + 3] & 1
    (count,) = struct.unpack_from(">I", meta, place + 4)
    place += 8
    for _ in range(count):
        if place >= end:
            break
        (found,) = struct.unpack_from(">I" if wide_items else ">H", meta, place)
        place += 4 if wide_items else 2
        indices = meta[place]
        place += 1
        form = f">{indices}{'H' if wide_indices else 'B'}"
        values = struct.unpack_from(form, meta, place)
        place += struct.calcsize(form)
        if found == item:
            return [value & (0x7FFF if wide_indices else 0x7F) for value in values]
    return []


def _colour(properties: list[bytes]) -> BoxColour:
    profile, codes = None, None
    for content in properties:
        if content[:4] in {b"prof", b"rICC"}:
            profile = content[4:]
        elif content[:4] == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", content, 4)
            codes = primaries, transfer
    return BoxColour(profile, codes)
