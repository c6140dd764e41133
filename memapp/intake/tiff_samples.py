"""Pixels of TIFF pages that Pillow can't decode: floats, deep colours with alpha, planes, WebP inside.

libtiff (through Pillow) and Pillow's own decoders decompress; here samples are put in their places and
brought to 8 bits. Sources: TIFF 6.0; Adobe Photoshop TIFF Technical Note 3 (floats, and their predictor).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from PIL import Image, TiffImagePlugin

from memapp.intake import tiff_layout as layouts
from memapp.intake.deep_samples import Samples, is_linear, to_eight_bits, white_of, with_srgb_curve
from memapp.intake.tiff_layout import FLOAT, PICTURES, SIGNED, STRIP_PIXELS, TiffLayout


def read_pixels(layout: TiffLayout, file: IO[bytes], length: int) -> Image.Image:
    """Decode a page into one of Pillow's 8-bit modes, as it is stored (not rotated), with its profile.

    Args:
        layout: the page's.
        file: the page's.
        length: of the file, in bytes.

    Raises:
        OSError, SyntaxError, ValueError: it is damaged.
        NotImplementedError: a kind that is not known.
    """
    width, height = layout.size
    kept = [*range(layout.colours), *([] if layout.alpha is None else [layout.alpha])]
    pixels = np.zeros((height, width, len(kept)), np.float32 if layout.stays_deep else np.uint8)
    for part in _parts(layout):
        if layout.separate and part.plane not in kept:
            continue
        if part.offset + part.size > length:
            raise OSError("image file is truncated")
        file.seek(part.offset)
        data = file.read(part.size)
        target = pixels[
            part.top : part.top + layout.part_size[1], part.left : part.left + layout.part_size[0]
        ]
        if layout.compression in PICTURES:
            _fill_with_picture(layout, target, data)
        elif layout.separate:
            place = kept.index(part.plane)
            _fill(layout, target[..., place : place + 1], data, [0])
        else:
            _fill(layout, target, data, kept)
    return _as_image(layout, pixels)


@dataclass(frozen=True, slots=True)
class _Part:
    """A strip or tile."""

    plane: int
    """The place of its sample, if each has strips or tiles of its own; else 0."""
    left: int
    top: int
    offset: int
    size: int


def _parts(layout: TiffLayout) -> Iterator[_Part]:
    (width, height), (part_width, part_height) = layout.size, layout.part_size
    across, down = -(-width // part_width), -(-height // part_height)
    number = across * down * (layout.samples if layout.separate else 1)
    if min(len(layout.offsets), len(layout.sizes)) < number:
        raise OSError("not all strips or tiles are there")
    for index in range(number):
        plane, place = divmod(index, across * down)
        row, column = divmod(place, across)
        yield _Part(plane, column * part_width, row * part_height, layout.offsets[index], layout.sizes[index])


def _fill_with_picture(layout: TiffLayout, target: Samples, data: bytes) -> None:
    """Decode a strip or tile that is a picture file into its place."""
    with PICTURES[layout.compression](io.BytesIO(data), "") as picture:
        width, height = picture.size
        rows, columns = target.shape[:2]
        if not (columns <= width <= layout.part_size[0] and rows <= height <= layout.part_size[1]):
            raise ValueError("a strip or tile has the wrong size")
        picture.load()
        shown: Image.Image = picture
        if layout.compression == layouts.APERIO_YCBCR and picture.mode == "RGB":
            shown = Image.frombytes("YCbCr", picture.size, picture.tobytes())
        mode = layouts.MODES[layout.colours, target.shape[2] > layout.colours]
        values = np.asarray(shown if shown.mode == mode else shown.convert(mode))
    target[:] = values.reshape(height, width, -1)[:rows, :columns]


def _fill(layout: TiffLayout, target: Samples, data: bytes, kept: list[int]) -> None:
    """Decode a strip or tile into its place: of each pixel the samples at these places."""
    rows, columns = target.shape[:2]
    # Tiles are whole; the last strip has only the rows that are left.
    raw = _decompressed(layout, data, layout.part_size[1] if layout.tiled else rows)
    size = layout.row_bytes
    if len(raw) < size * rows:
        raise OSError("image file is truncated")
    step = max(1, STRIP_PIXELS // layout.part_size[0])
    for top in range(0, rows, step):
        bottom = min(rows, top + step)
        values = _values(layout, raw[top * size : bottom * size].reshape(bottom - top, size))
        values = values[:, :columns, kept]
        target[top:bottom] = values if layout.stays_deep else _upper_bits(layout, values)


def _decompressed(layout: TiffLayout, data: bytes, rows: int) -> Samples:
    """Return the bytes of a strip or tile."""
    if layout.compression == layouts.UNCOMPRESSED and layout.fill_order == 1:
        return np.frombuffer(data, np.uint8)
    with TiffImagePlugin.TiffImageFile(io.BytesIO(_as_grey(layout, data, rows)), "") as grey:
        grey.load()
        return np.asarray(grey).reshape(-1)


def _as_grey(layout: TiffLayout, data: bytes, rows: int) -> bytes:
    """Return a TIFF whose grey pixels are the bytes of a strip or tile, which libtiff then decompresses."""
    entries = (
        (layouts.WIDTH, layout.row_bytes),
        (layouts.HEIGHT, rows),
        (layouts.BITS, 8),
        (layouts.COMPRESSION, layout.compression),
        (layouts.PHOTOMETRIC, 1),
        (layouts.FILL_ORDER, layout.fill_order),
        (layouts.STRIPS, 8 + 2 + 12 * 10 + 4),
        (layouts.SAMPLES, 1),
        (layouts.ROWS_PER_STRIP, rows),
        (layouts.STRIP_SIZES, len(data)),
    )
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + bytes(4) + data


def _values(layout: TiffLayout, rows: Samples) -> Samples:
    """Return the samples of some rows of bytes: (rows, pixels, samples of a pixel), of their own type."""
    shape = (len(rows), -1, layout.samples_in_part)
    size = layout.bits // 8
    if layout.predictor == 3:
        # Differences between bytes; of all samples first the highest bytes, then the next ones.
        if layout.kind != FLOAT:
            raise NotImplementedError("this predictor is for floats")
        planes = np.cumsum(rows.reshape(shape), axis=1, dtype=np.uint8).reshape(len(rows), size, -1)
        rows = np.ascontiguousarray(planes.transpose(0, 2, 1)).reshape(len(rows), -1)
        return _floats(rows, layout.bits, ">").reshape(shape)
    if layout.kind == FLOAT and layout.predictor == 1:
        return _floats(np.ascontiguousarray(rows), layout.bits, layout.order).reshape(shape)
    if layout.bits not in {8, 16, 32, 64}:
        if layout.predictor != 1:
            raise NotImplementedError("no predictor is defined for these bits")
        return _odd_bits(layout, rows).reshape(shape)
    whole = np.ascontiguousarray(rows).view(f"{layout.order}u{size}").reshape(shape).astype(f"u{size}")
    if layout.predictor == 2:
        whole = np.cumsum(whole, axis=1, dtype=whole.dtype)
    return whole.view({FLOAT: f"f{size}", SIGNED: f"i{size}"}.get(layout.kind, f"u{size}"))


def _floats(rows: Samples, bits: int, order: str) -> Samples:
    if bits != 24:
        return rows.view(f"{order}f{bits // 8}")
    parts: Any = rows.reshape(len(rows), -1, 3).astype(np.int32)
    high, middle, low = (parts[..., place] for place in ((2, 1, 0) if order == "<" else (0, 1, 2)))
    fraction, exponent = middle << 8 | low, high & 0x7F
    # Numbers have a hidden 1 before their fraction, except those with the smallest exponent.
    mantissa = np.where(exponent > 0, fraction + 0x10000, fraction) / 0x10000
    values = np.ldexp(mantissa, np.maximum(exponent, 1) - 63)
    values[exponent == 0x7F] = np.inf
    signed: Samples = np.where(high & 0x80, -values, values).astype(np.float32)
    return signed


def _odd_bits(layout: TiffLayout, rows: Samples) -> Samples:
    """Return samples that do not end at bytes, highest bit first; negative ones as 0."""
    number = layout.part_size[0] * layout.samples_in_part
    single = np.unpackbits(rows, axis=1)[:, : number * layout.bits].reshape(len(rows), number, layout.bits)
    values: Samples = np.zeros((len(rows), number), np.uint16)
    for bit in range(layout.bits):
        values = values << 1 | single[..., bit]
    return np.where(values >> (layout.bits - 1), 0, values) if layout.kind == SIGNED else values


def _upper_bits(layout: TiffLayout, values: Samples) -> Samples:
    """Return integers as 8 bits, the upper ones, as Pillow does it; negative ones are black."""
    bits = layout.bits - (layout.kind == SIGNED)
    if layout.kind == SIGNED:
        values = np.maximum(values, 0)
    if bits < 8:
        return (values.astype(np.uint32) * 255 // ((1 << bits) - 1)).astype(np.uint8)
    return (values >> (bits - 8)).astype(np.uint8)


def _as_image(layout: TiffLayout, pixels: Samples) -> Image.Image:
    profile = layout.profile
    if layout.stays_deep:
        pixels, profile = _scaled(layout, pixels)
    if layout.photometric == layouts.WHITE_IS_ZERO:
        np.subtract(255, pixels[..., :1], out=pixels[..., :1])
    if layout.photometric == layouts.ICC_LAB:
        # Pillow expects a and b with a sign, as in TIFF's other Lab.
        pixels[..., 1:3] ^= 128
    if layout.alpha is not None and layout.mode in {"CMYK", "LAB"}:
        pixels = _over_white(layout, pixels)
    image = Image.frombytes(layout.mode, layout.size, np.ascontiguousarray(pixels).data.cast("B"))
    if profile is not None:
        image.info["icc_profile"] = profile
    return image


def _scaled(layout: TiffLayout, pixels: Samples) -> tuple[Samples, bytes | None]:
    """Return deep samples as 8 bits, and the profile for those."""
    profile, colours = layout.profile, layout.colours
    black, white, light = 0.0, float(layout.highest), True
    if layout.has_unknown_white:
        black, white, light = white_of(pixels[..., :colours])
    light = light and layout.mode != "CMYK"
    if profile is not None:
        light = is_linear(profile)
        profile = with_srgb_curve(profile) if light else profile
    result = np.empty(pixels.shape, np.uint8)
    step = max(1, STRIP_PIXELS // layout.size[0])
    for top in range(0, len(pixels), step):
        rows, target = pixels[top : top + step], result[top : top + step]
        target[..., :colours] = to_eight_bits(rows[..., :colours], black=black, white=white, light=light)
        target[..., colours:] = to_eight_bits(rows[..., colours:], white=white)
    return result, profile


def _over_white(layout: TiffLayout, pixels: Samples) -> Samples:
    """Return inks or Lab over white, without alpha: Pillow's modes for them have none."""
    colours = np.ascontiguousarray(pixels[..., : layout.colours])
    is_lab = layout.mode == "LAB"
    white = np.array([255, 0, 0] if is_lab else [0, 0, 0, 0], np.float32)
    step = max(1, STRIP_PIXELS // layout.size[0])
    for top in range(0, len(colours), step):
        share = pixels[top : top + step, :, layout.colours :].astype(np.float32) / 255
        rows = colours[top : top + step]
        values: Samples = rows.astype(np.float32)
        if is_lab:
            values[..., 1:] = rows[..., 1:].view(np.int8)
        values = (values if layout.premultiplied else values * share) + white * (1 - share)
        rows[...] = np.rint(np.clip(values, -128, 255)).astype(np.int16).astype(np.uint8)
    return colours
