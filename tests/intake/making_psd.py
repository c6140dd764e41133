"""Photoshop documents of every depth, colour mode and compression, PSD and PSB."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from psd_tools.compression import compress
from psd_tools.constants import Compression

BITMAP, GREY, INDEXED, RGB, CMYK, MULTICHANNEL, DUOTONE, LAB = 0, 1, 2, 3, 4, 7, 8, 9
RAW, RLE, ZIP, ZIP_WITH_PREDICTION = range(4)


def psd(
    samples: npt.NDArray[Any],
    colour_mode: int = RGB,
    *,
    compression: int = RAW,
    large: bool = False,
    colours: bytes = b"",
    resources: Mapping[int, bytes] | None = None,
    layers: int = 0,
    blocks: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a document.

    Args:
        samples: (height, width, channels); booleans are a bitmap in which True is white.
        colour_mode: of the constants above.
        compression: of the picture.
        large: whether it is a PSB.
        colours: the part for palettes and duotones.
        resources: by number.
        layers: their number; negative where the picture has alpha. Layers are not written.
        blocks: names and contents of blocks after the layers.
    """
    height, width, channels = samples.shape
    depth = 1 if samples.dtype == bool else samples.dtype.itemsize * 8
    version = 2 if large else 1
    if depth == 1:
        data = np.packbits(~samples.transpose(2, 0, 1), axis=-1).tobytes()
    else:
        data = samples.transpose(2, 0, 1).astype(f">{samples.dtype.kind}{depth // 8}").tobytes()
    packed = compress(data, Compression(compression), width, height * channels, depth, version)
    head = b"8BPS" + struct.pack(">H6xHIIHH", version, channels, height, width, depth, colour_mode)
    return (
        head
        + struct.pack(">I", len(colours))
        + colours
        + _resources(resources or {})
        + _layers(layers, blocks, large)
        + struct.pack(">H", compression)
        + packed
    )


def _resources(resources: Mapping[int, bytes]) -> bytes:
    body = b"".join(
        b"8BIM"
        + struct.pack(">H", number)
        + b"\x03abc"
        + struct.pack(">I", len(data))
        + data
        + bytes(len(data) % 2)
        for number, data in resources.items()
    )
    return struct.pack(">I", len(body)) + body


def _layers(number: int, blocks: Sequence[tuple[bytes, bytes]], large: bool) -> bytes:
    length = ">Q" if large else ">I"
    if not number and not blocks:
        return struct.pack(length, 0)
    info = struct.pack(">h", number) + bytes(30) if number else b""
    body = struct.pack(length, len(info)) + info + struct.pack(">I", 0)
    for name, data in blocks:
        long = large and name in {b"Lr16", b"Lr32", b"Mt16", b"Mt32", b"Mtrn"}
        body += b"8BIM" + name + struct.pack(">Q" if long else ">I", len(data)) + data + bytes(-len(data) % 4)
    return struct.pack(length, len(body)) + body


def version_info(*, has_picture: bool) -> bytes:
    """Return resource 1057."""
    return struct.pack(">IB", 1, has_picture) + struct.pack(">I", 0) * 2 + struct.pack(">I", 1)
