"""A TIFF's directories, read before decoding: whether it is camera RAW, its minimum size, and its photo.

Most camera RAW (NEF, ARW, DNG, PEF, 3FR ...) starts like TIFF. Tag numbers: TIFF 6.0, TIFF/EP, DNG.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

import numpy as np

_KIND = 254
_OLD_KIND = 255
_WIDTH = 256
_HEIGHT = 257
_COMPRESSION = 259
_PHOTOMETRIC = 262
_STRIP_OFFSETS = 273
_STRIP_BYTE_COUNTS = 279
_TILE_OFFSETS = 324
_TILE_BYTE_COUNTS = 325
_SUB_DIRECTORIES = 330
_OLD_JPEG = 513
_COLOUR_FILTER_PATTERN = 33422
_DNG_VERSION = 50706

_SINGLE = frozenset({_KIND, _OLD_KIND, _WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC})
_DATA = ((_STRIP_OFFSETS, _STRIP_BYTE_COUNTS), (_TILE_OFFSETS, _TILE_BYTE_COUNTS))
_MANY = frozenset({tag for pair in _DATA for tag in pair} | {_SUB_DIRECTORIES})
"""Tags with one value, and with many; of all others it is enough to know that they exist."""

_REDUCED, _MASK = 1, 4
"""Bits of NewSubfileType."""
_OLD_REDUCED = 2
"""SubfileType's value."""
_MASK_PHOTOMETRIC = 4

_SENSOR_PHOTOMETRICS = frozenset({32803, 34892})
"""Colour filter array; linear raw."""
_SENSOR_COMPRESSIONS = frozenset({32767, 32769, 32770, 34713, 65000, 65535})
"""Sony, Epson, Samsung, Nikon, Kodak, Pentax."""

_TYPES = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
"""TIFF's unsigned integers; the other types are not needed here."""

_MOST_ENTRIES = 512
_MOST_VALUES = 1_000_000
_MOST_SUB_DIRECTORIES = 16
"""Of one directory."""
_MOST_DIRECTORIES = 256
"""Of a file: a book may have thousands of pages."""


@dataclass(frozen=True, slots=True)
class TiffStructure:
    """The result of the reading."""

    is_raw: bool
    """Whether it contains sensor data."""
    expected_size: int | None
    """Minimum bytes of the file for the pictures found; None if unknown."""
    photo_offset: int
    """Where the directory of the photo starts: the largest picture that is not marked as a reduced one or
    as a mask; of equal ones the first."""
    first_offset: int
    """Where the first directory starts."""
    shown: str | None
    """Which of several pictures that is; None if there is one. As in PhotoFacts.rendering."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """What is needed of one directory."""

    offset: int
    tags: frozenset[int]
    values: dict[int, int]
    """Of the tags with one value."""
    sub_directories: tuple[int, ...]
    end: int | None
    """The end of its pixels in the file; None if unknown."""
    next: int
    """The offset of the next directory; 0 after the last."""

    @property
    def pixels(self) -> int:
        return self.values.get(_WIDTH, 0) * self.values.get(_HEIGHT, 0)

    @property
    def is_picture(self) -> bool:
        has_pixels = self.pixels > 0 and not self.tags.isdisjoint({_STRIP_OFFSETS, _TILE_OFFSETS, _OLD_JPEG})
        return has_pixels and not self.is_mask and not self.holds_sensor_data

    @property
    def is_reduced(self) -> bool:
        return bool(self.values.get(_KIND, 0) & _REDUCED) or self.values.get(_OLD_KIND) == _OLD_REDUCED

    @property
    def is_mask(self) -> bool:
        return (
            bool(self.values.get(_KIND, 0) & _MASK) or self.values.get(_PHOTOMETRIC, 0) == _MASK_PHOTOMETRIC
        )

    @property
    def holds_sensor_data(self) -> bool:
        return (
            _COLOUR_FILTER_PATTERN in self.tags
            or self.values.get(_PHOTOMETRIC) in _SENSOR_PHOTOMETRICS
            or self.values.get(_COMPRESSION) in _SENSOR_COMPRESSIONS
        )


def read_structure(file: IO[bytes], header: bytes) -> TiffStructure | None:
    """Read the directories; return None if there is none or the first is damaged.

    Args:
        file: at any position; left at any position.
        header: its first 16 bytes or more.
    """
    pages: list[list[_Directory]] = []
    # A damaged directory does not invalidate those before it.
    with suppress(struct.error, OverflowError, ValueError):
        pages.extend(_pages(file, header))
    if not pages:
        return None
    directories = [directory for page in pages for directory in page]
    photo, shown = _photo_of(directories)
    return TiffStructure(
        is_raw=any(directory.holds_sensor_data or _DNG_VERSION in directory.tags for directory in pages[0]),
        expected_size=max((one.end for one in directories if one.end is not None), default=None),
        photo_offset=photo.offset,
        first_offset=directories[0].offset,
        shown=shown,
    )


def _photo_of(directories: list[_Directory]) -> tuple[_Directory, str | None]:
    """Return the directory of the photo, and which of several it is."""
    pictures = [one for one in directories if one.is_picture]
    whole = [one for one in pictures if not one.is_reduced] or pictures
    if not whole:
        return directories[0], None
    photo = max(whole, key=lambda one: one.pixels)  # the first of equal ones
    if len(whole) == 1:
        return photo, None
    return photo, "first page" if photo is whole[0] else "largest page"


def _pages(file: IO[bytes], header: bytes) -> Iterator[list[_Directory]]:
    """Yield each directory of the chain with its sub-directories."""
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None:
        return
    # RAW makers put their own numbers in place of TIFF's 42.
    big = struct.unpack_from(order + "H", header, 2)[0] == 43
    (offset,) = struct.unpack_from(order + ("Q" if big else "I"), header, 8 if big else 4)
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
        seen.add(offset)
        page = [_directory(file, offset, order=order, big=big)]
        offset = page[0].next
        for below in page[0].sub_directories[:_MOST_SUB_DIRECTORIES]:
            if below not in seen and len(seen) < _MOST_DIRECTORIES:
                seen.add(below)
                with suppress(struct.error, OverflowError, ValueError):
                    page.append(_directory(file, below, order=order, big=big))
        yield page


def _directory(file: IO[bytes], offset: int, *, order: str, big: bool) -> _Directory:
    entry_size, inline_size = (20, 8) if big else (12, 4)
    count_format, offset_format = order + ("Q" if big else "H"), order + ("Q" if big else "I")
    file.seek(offset)
    (count,) = struct.unpack(count_format, file.read(struct.calcsize(count_format)))
    entries = file.read(entry_size * min(count, _MOST_ENTRIES))
    if count > _MOST_ENTRIES:
        file.seek(offset + struct.calcsize(count_format) + entry_size * count)
    following = file.read(inline_size)
    tags: set[int] = set()
    values: dict[int, int] = {}
    arrays: dict[int, np.ndarray[tuple[int], np.dtype[np.uint64]]] = {}
    for start in range(0, len(entries) - entry_size + 1, entry_size):
        tag, kind = struct.unpack_from(order + "HH", entries, start)
        (length,) = struct.unpack_from(offset_format, entries, start + 4)
        tags.add(tag)
        if tag not in _SINGLE | _MANY or kind not in _TYPES or not 0 < length <= _MOST_VALUES:
            continue
        length = 1 if tag in _SINGLE else length
        value_type = np.dtype(order + _TYPES[kind])
        inline = entries[start + entry_size - inline_size : start + entry_size]
        if value_type.itemsize * length <= inline_size:
            data = inline[: value_type.itemsize * length]
        else:
            file.seek(*struct.unpack(offset_format, inline))
            data = file.read(value_type.itemsize * length)
        if len(data) < value_type.itemsize * length:
            continue
        if tag in _SINGLE:
            values[tag] = int(np.frombuffer(data, value_type)[0])
        else:
            arrays[tag] = np.frombuffer(data, value_type).astype(np.uint64)
    return _Directory(
        offset=offset,
        tags=frozenset(tags),
        values=values,
        sub_directories=tuple(map(int, arrays.get(_SUB_DIRECTORIES, ())[:_MOST_SUB_DIRECTORIES])),
        end=max((end for pair in _DATA if (end := _end_of(arrays, pair)) is not None), default=None),
        next=struct.unpack(offset_format, following)[0] if len(following) == inline_size else 0,
    )


def _end_of(
    arrays: dict[int, np.ndarray[tuple[int], np.dtype[np.uint64]]], pair: tuple[int, int]
) -> int | None:
    """Return the end of strips or tiles, from the tags of their offsets and sizes."""
    offsets, sizes = arrays.get(pair[0]), arrays.get(pair[1])
    if offsets is None or sizes is None:
        return None
    number = min(len(offsets), len(sizes))
    return int((offsets[:number] + sizes[:number]).max())
