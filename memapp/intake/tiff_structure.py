"""A TIFF's directories, read before decoding: whether it is camera RAW, and its minimum size.

Most camera RAW (NEF, ARW, DNG, PEF, 3FR ...) starts like TIFF. Tag numbers: TIFF 6.0, TIFF/EP, DNG.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

_COMPRESSION = 259
_PHOTOMETRIC = 262
_STRIP_OFFSETS = 273
_STRIP_BYTE_COUNTS = 279
_TILE_OFFSETS = 324
_TILE_BYTE_COUNTS = 325
_SUB_DIRECTORIES = 330
_COLOUR_FILTER_PATTERN = 33422
_DNG_VERSION = 50706

_SENSOR_PHOTOMETRICS = frozenset({32803, 34892})
"""Colour filter array; linear raw."""
_SENSOR_COMPRESSIONS = frozenset({32767, 32769, 32770, 34713, 65000, 65535})
"""Sony, Epson, Samsung, Nikon, Kodak, Pentax."""

_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""TIFF's unsigned integer types; the others are not needed here."""

_MOST_ENTRIES = 512
_MOST_VALUES = 1_000_000
_MOST_DIRECTORIES = 16


@dataclass(frozen=True, slots=True)
class TiffStructure:
    """The result of the reading."""

    is_raw: bool
    """Whether it contains sensor data."""
    expected_size: int | None
    """Minimum bytes of the file for the pictures found; None if unknown."""


def read_structure(file: BinaryIO, header: bytes) -> TiffStructure | None:
    """Read the first directory and those below it; return None if there is none or it is damaged.

    Args:
        file: at any position; left at any position.
        header: its first 16 bytes or more.
    """
    directories: list[_Directory] = []
    # A damaged sub-directory does not invalidate the first one.
    with suppress(struct.error, OverflowError, ValueError):
        directories.extend(_directories(file, header))
    if not directories:
        return None
    return TiffStructure(
        is_raw=any(_holds_sensor_data(directory) for directory in directories),
        expected_size=_expected_size(directories),
    )


_Directory = dict[int, tuple[int, ...]]


def _holds_sensor_data(directory: _Directory) -> bool:
    return (
        _DNG_VERSION in directory
        or _COLOUR_FILTER_PATTERN in directory
        or not _SENSOR_PHOTOMETRICS.isdisjoint(directory.get(_PHOTOMETRIC, ()))
        or not _SENSOR_COMPRESSIONS.isdisjoint(directory.get(_COMPRESSION, ()))
    )


def _expected_size(directories: list[_Directory]) -> int | None:
    ends = [
        offset + length
        for directory in directories
        for offsets, lengths in ((_STRIP_OFFSETS, _STRIP_BYTE_COUNTS), (_TILE_OFFSETS, _TILE_BYTE_COUNTS))
        for offset, length in zip(directory.get(offsets, ()), directory.get(lengths, ()), strict=False)
    ]
    return max(ends, default=None)


def _directories(file: BinaryIO, header: bytes) -> Iterator[_Directory]:
    """Yield the first directory, then its sub-directories."""
    order = {b"II": "<", b"MM": ">"}.get(header[:2])
    if order is None:
        return
    # RAW makers put their own numbers in place of TIFF's 42.
    big = struct.unpack_from(order + "H", header, 2)[0] == 43
    (offset,) = struct.unpack_from(order + ("Q" if big else "I"), header, 8 if big else 4)
    waiting = [offset]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_DIRECTORIES:
        offset = waiting.pop(0)
        if offset in seen:
            continue
        seen.add(offset)
        directory = _directory(file, offset, order=order, big=big)
        if len(seen) == 1:
            waiting.extend(directory.get(_SUB_DIRECTORIES, ()))
        yield directory


def _directory(file: BinaryIO, offset: int, *, order: str, big: bool) -> _Directory:
    entry_size, inline_size = (20, 8) if big else (12, 4)
    count_format = order + ("Q" if big else "H")
    file.seek(offset)
    (count,) = struct.unpack(count_format, file.read(struct.calcsize(count_format)))
    entries = file.read(entry_size * min(count, _MOST_ENTRIES))
    directory: _Directory = {}
    for start in range(0, len(entries) - entry_size + 1, entry_size):
        tag, kind = struct.unpack_from(order + "HH", entries, start)
        (length,) = struct.unpack_from(order + ("Q" if big else "I"), entries, start + 4)
        if kind not in _FORMATS or not 0 < length <= _MOST_VALUES:
            # Only integers are read; for others it is enough to know that they exist.
            directory[tag] = ()
            continue
        value_format = f"{order}{length}{_FORMATS[kind]}"
        size = struct.calcsize(value_format)
        if size <= inline_size:
            data = entries[start + entry_size - inline_size : start + entry_size][:size]
        else:
            (where,) = struct.unpack_from(
                order + ("Q" if big else "I"), entries, start + entry_size - inline_size
            )
            file.seek(where)
            data = file.read(size)
        directory[tag] = struct.unpack(value_format, data) if len(data) == size else ()
    return directory
