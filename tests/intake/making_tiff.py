"""TIFF files of every layout: any depth, planes, tiles, predictors, pages behind and below others."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pylibjxl
from PIL import Image

Array = npt.NDArray[Any]

GREY, RGB, CMYK, LAB, ICC_LAB = 1, 2, 5, 8, 9
RAW, LZW, DEFLATE, PACKBITS, ZSTD, WEBP, JPEG_2000 = 1, 5, 8, 32773, 50000, 50001, 34712
_PILLOW_NAMES = {LZW: "tiff_lzw", PACKBITS: "packbits", ZSTD: "zstd"}
JPEG_XL, APERIO_YCBCR, APERIO_RGB = 50002, 33003, 33005
_PICTURES: Mapping[int, tuple[str, dict[str, Any]]] = {
    WEBP: ("WEBP", {"lossless": True}),
    JPEG_2000: ("JPEG2000", {"no_jp2": True}),
    APERIO_RGB: ("JPEG2000", {"no_jp2": True}),
    APERIO_YCBCR: ("JPEG2000", {"no_jp2": True, "mct": 0}),
}


@dataclass(frozen=True)
class Page:
    """One picture of a TIFF file."""

    samples: Array
    """(height, width, samples), of the type that is stored."""
    photometric: int = RGB
    extra: Sequence[int] = ()
    """ExtraSamples."""
    compression: int = RAW
    predictor: int = 1
    separate: bool = False
    tile: tuple[int, int] | None = None
    """Width and height."""
    rows: int | None = None
    """Of a strip."""
    bits: int | None = None
    """Where they are not those of the type."""
    tags: Mapping[int, int | bytes] = field(default_factory=dict)
    """More of them."""
    below: Sequence[Page] = ()
    """Its sub-directories."""


def tiff(*pages: Page, order: str = "<", big: bool = False) -> bytes:
    """Return a TIFF file with these pages, in this order."""
    out = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42))
    out += struct.pack(order + "HHQ", 8, 0, 0) if big else bytes(4)
    place = len(out) - (8 if big else 4)
    for page in pages:
        place = _append(out, page, place, order, big)
    return bytes(out)


def _append(out: bytearray, page: Page, place: int, order: str, big: bool) -> int:
    """Append a page and note it at a place; return where the next one is noted."""
    below: list[int] = []
    for sub in page.below:
        # Where it starts is written into four or eight bytes of its own.
        noted = len(out)
        out += bytes(8)
        _append(out, sub, noted, order, big)
        below.append(struct.unpack_from(order + ("Q" if big else "I"), out, noted)[0])
    parts = list(_parts(page, order))
    offsets = []
    for part in parts:
        out += bytes(len(out) % 2)
        offsets.append(len(out))
        out += part
    height, width, number = page.samples.shape
    kind = {"u": 1, "i": 2, "f": 3}[page.samples.dtype.kind]
    tags: dict[int, tuple[str, Sequence[int]] | bytes] = {
        256: ("I", [width]),
        257: ("I", [height]),
        258: ("H", [page.bits or page.samples.dtype.itemsize * 8] * number),
        259: ("H", [page.compression]),
        262: ("H", [page.photometric]),
        277: ("H", [number]),
        284: ("H", [2 if page.separate else 1]),
        339: ("H", [kind] * number),
    }
    if page.tile:
        tags |= {322: ("I", [page.tile[0]]), 323: ("I", [page.tile[1]])}
        tags |= {324: ("I", offsets), 325: ("I", [len(part) for part in parts])}
    else:
        tags |= {
            273: ("I", offsets),
            278: ("I", [page.rows or height]),
            279: ("I", [len(part) for part in parts]),
        }
    if page.predictor != 1:
        tags[317] = ("H", [page.predictor])
    if page.extra:
        tags[338] = ("H", page.extra)
    if below:
        tags[330] = ("Q" if big else "I", below)
    tags |= {tag: value if isinstance(value, bytes) else ("I", [value]) for tag, value in page.tags.items()}
    return _append_directory(out, tags, place, order, big)


def _append_directory(
    out: bytearray, tags: Mapping[int, tuple[str, Sequence[int]] | bytes], place: int, order: str, big: bool
) -> int:
    offset_format = order + ("Q" if big else "I")
    inline = struct.calcsize(offset_format)
    table = b""
    for tag in sorted(tags):
        value = tags[tag]
        if isinstance(value, bytes):
            kind, number, data = 7, len(value), value
        else:
            kind, number = {"H": 3, "I": 4, "Q": 16}[value[0]], len(value[1])
            data = struct.pack(f"{order}{number}{value[0]}", *value[1])
        if len(data) > inline:
            out += bytes(len(out) % 2)
            where = len(out)
            out += data
            data = struct.pack(offset_format, where)
        table += struct.pack(order + "HH", tag, kind) + struct.pack(offset_format, number)
        table += data.ljust(inline, b"\0")
    out += bytes(len(out) % 2)
    struct.pack_into(offset_format, out, place, len(out))
    out += struct.pack(order + ("Q" if big else "H"), len(tags)) + table
    out += bytes(inline)
    return len(out) - inline


def _parts(page: Page, order: str) -> list[bytes]:
    """Return the strips or tiles, each compressed."""
    height, width, number = page.samples.shape
    parts = []
    for plane in range(number) if page.separate else [None]:
        samples = page.samples if plane is None else page.samples[..., plane : plane + 1]
        across, down = page.tile or (width, page.rows or height)
        for top in range(0, height, down):
            for left in range(0, width, across):
                part = samples[top : top + down, left : left + across]
                if page.tile:
                    missing = ((0, down - part.shape[0]), (0, across - part.shape[1]), (0, 0))
                    part = np.pad(part, missing, mode="edge")
                parts.append(_packed(page, part, order))
    return parts


def _packed(page: Page, part: Array, order: str) -> bytes:
    if page.compression == JPEG_XL:
        return bytes(pylibjxl.encode(np.ascontiguousarray(part.squeeze()), lossless=True))
    if page.compression in _PICTURES:
        kind, options = _PICTURES[page.compression]
        file = io.BytesIO()
        Image.fromarray(part.squeeze()).save(file, kind, **options)
        return file.getvalue()
    rows = _rows_of(page, part, order)
    if page.compression == DEFLATE:
        return zlib.compress(rows.tobytes())
    if page.compression == RAW:
        return rows.tobytes()
    file = io.BytesIO()
    grey = Image.fromarray(rows)
    grey.save(file, "TIFF", compression=_PILLOW_NAMES[page.compression], strip_size=1 << 24)
    with Image.open(file) as packed:
        tags = packed.tag_v2  # type: ignore[attr-defined]
        (offset,), (size,) = tags[273], tags[279]
    return file.getvalue()[offset : offset + size]


def _rows_of(page: Page, part: Array, order: str) -> npt.NDArray[np.uint8]:
    """Return the bytes of each row, after the predictor."""
    height, width, number = part.shape
    size = part.dtype.itemsize
    if page.bits not in {None, size * 8}:
        bits = page.bits or 0
        single = [(part.reshape(height, -1) >> (bits - 1 - place)) & 1 for place in range(bits)]
        return np.packbits(np.stack(single, axis=-1).reshape(height, -1).astype(np.uint8), axis=1)
    if page.predictor == 2:
        whole = part.view(f"u{size}").astype(f"u{size}")
        whole[:, 1:] = whole[:, 1:] - whole[:, :-1]
        part = whole
    if page.predictor == 3:
        planes = part.astype(f">f{size}").reshape(height, -1).view(np.uint8).reshape(height, -1, size)
        rows = planes.transpose(0, 2, 1).reshape(height, -1, number).copy()
        rows[:, 1:] = rows[:, 1:] - rows[:, :-1]
        return rows.reshape(height, -1)
    stored = np.ascontiguousarray(part.astype(f"{order}{part.dtype.kind}{size}"))
    return stored.view(np.uint8).reshape(height, width * number * size)
