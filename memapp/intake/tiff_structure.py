"""A TIFF's directories, read before decoding: whether it is camera RAW, its minimum size, and its photo.

Most camera RAW (NEF, ARW, DNG, PEF, 3FR ...) starts like TIFF. Tag numbers: TIFF 6.0, TIFF/EP, DNG.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TypeAlias

import numpy as np
import numpy.typing as npt

_Array: TypeAlias = npt.NDArray[np.uint64]

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

_MOST_BYTES = 1 << 43
_MOST_ENTRIES = 512
_MOST_VALUES = 1_000_000
"""Of all directories of a file."""
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
        pages.extend(_Reader(file, header).pages())
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


class _Reader:
    """Reads the directories of one file."""

    def __init__(self, file: IO[bytes], header: bytes) -> None:
        self._file = file
        self._header = header
        self._order = {b"II": "<", b"MM": ">"}.get(header[:2], "")
        # RAW makers put their own numbers in place of TIFF's 42.
        self._big = bool(self._order) and self._unpacked("H", header[2:4]) == 43
        self._offset = "Q" if self._big else "I"
        self._values_left = _MOST_VALUES

    def pages(self) -> Iterator[list[_Directory]]:
        """Yield each directory of the chain with its sub-directories."""
        if not self._order:
            return
        start = 8 if self._big else 4
        offset = self._unpacked(self._offset, self._header[start : start * 2])
        seen: set[int] = set()
        while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(offset)
            page = [self._directory(offset)]
            offset = page[0].next
            for below in page[0].sub_directories:
                if below not in seen and len(seen) < _MOST_DIRECTORIES:
                    seen.add(below)
                    with suppress(struct.error, OverflowError, ValueError):
                        page.append(self._directory(below))
            yield page

    def _seek(self, offset: int) -> None:
        # The system's own error for this would look like a fault of the disk.
        if offset > _MOST_BYTES:
            raise ValueError("an offset beyond any file")
        self._file.seek(offset)

    def _unpacked(self, kind: str, data: bytes) -> int:
        (value,) = struct.unpack(self._order + kind, data)
        assert isinstance(value, int)
        return value

    def _directory(self, offset: int) -> _Directory:
        entry_size, inline_size = (20, 8) if self._big else (12, 4)
        self._seek(offset)
        count = self._unpacked("Q" if self._big else "H", self._file.read(8 if self._big else 2))
        entries = self._file.read(entry_size * min(count, _MOST_ENTRIES))
        if count > _MOST_ENTRIES:
            self._seek(offset + (8 if self._big else 2) + entry_size * count)
        following = self._file.read(inline_size)
        tags: set[int] = set()
        values: dict[int, int] = {}
        arrays: dict[int, _Array] = {}
        for start in range(0, len(entries) - entry_size + 1, entry_size):
            entry = entries[start : start + entry_size]
            tag = self._unpacked("H", entry[:2])
            tags.add(tag)
            if tag in _SINGLE or tag in _MANY:
                array = self._values(entry, one=tag in _SINGLE)
                if array is not None and tag in _SINGLE:
                    values[tag] = int(array[0])
                elif array is not None:
                    arrays[tag] = array
        return _Directory(
            offset=offset,
            tags=frozenset(tags),
            values=values,
            sub_directories=tuple(map(int, arrays.get(_SUB_DIRECTORIES, ())[:_MOST_SUB_DIRECTORIES])),
            end=max((end for pair in _DATA if (end := _end_of(arrays, pair)) is not None), default=None),
            next=self._unpacked(self._offset, following) if len(following) == inline_size else 0,
        )

    def _values(self, entry: bytes, *, one: bool) -> _Array | None:
        """Return the values of a tag, or the first one; None if they can't be read or are too many."""
        kind = self._unpacked("H", entry[2:4])
        inline = entry[-8:] if self._big else entry[-4:]
        length = 1 if one else self._unpacked(self._offset, entry[4 : -len(inline)])
        if kind not in _TYPES or not 0 < length <= self._values_left:
            return None
        self._values_left -= length
        value_type = np.dtype(self._order + _TYPES[kind])
        size = value_type.itemsize * length
        if size <= len(inline):
            data = inline[:size]
        else:
            self._seek(self._unpacked(self._offset, inline))
            data = self._file.read(size)
        return np.frombuffer(data, value_type).astype(np.uint64) if len(data) == size else None


def _end_of(arrays: Mapping[int, _Array], pair: tuple[int, int]) -> int | None:
    """Return the end of strips or tiles, from the tags of their offsets and sizes."""
    offsets, sizes = arrays.get(pair[0]), arrays.get(pair[1])
    if offsets is None or sizes is None:
        return None
    number = min(len(offsets), len(sizes))
    return int((offsets[:number] + sizes[:number]).max())
