"""JPEG: decoded by libjpeg-turbo in memory, which says where the data are damaged; Pillow keeps that silent.

See docs/decisions/jpeg-decoder.md for the reasons and the measurements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import simplejpeg
from PIL import Image, ImageFile

from memapp.core.records import PixelArray
from memapp.intake.reading import PhotoFile

MOST_BYTES = 256_000_000
"""Of a file that is read into memory: beyond the largest JPEG of 500 megapixels. Pillow reads larger ones."""

_MOST_SCANS = 100
"""A hostile file has thousands of scans, each as long as a whole decode. Pillow can stop between them."""
_SMALLEST_REDUCED = 64
"""Pixels of the reduced side below which several scales give the same size."""
_PIECE = 1 << 20

_ENDS_EARLY = "Premature end of JPEG"
_WARNINGS = ("Corrupt JPEG data", _ENDS_EARLY, "Inconsistent progression sequence")
"""How libjpeg's warnings (jerror.h, JWRN_) about damaged pixels begin. Its errors begin otherwise."""
_HARMLESS = ("Invalid SOS parameters", "Warning: unknown JFIF revision", "Unknown Adobe color transform")
"""Warnings about headers that some cameras write so, with whole pictures."""
_PADDING = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_END = b"\xff\xd9"
_KEPT_ZEROS = 2
"""Bytes of zeros that may belong to the last pixels."""

_MANY_ZEROS = 512
"""Bytes, one sector of a disk or card: compressed pixels have no run of zeros as long."""
_GREY = 128
"""What libjpeg fills in where data are missing, in all channels of RGB."""
_FORMS = {"RGB": ("RGBX", 4), "L": ("GRAY", 1), "CMYK": ("CMYK", 4)}
"""By Pillow's mode: the pixels to decode into, which Pillow can use without a copy, and their bytes."""


@dataclass(frozen=True, slots=True)
class DecodedJpeg:
    """Pixels, and what is known of their damage."""

    image: Image.Image
    """Of mode RGBX, L or CMYK."""
    missing: float | None
    """None for whole data; else the share of the picture, from its end, that is known to be missing: 0..1."""
    ends_early: bool
    """Whether the file ends before its picture does."""


def decode_jpeg(image: Image.Image, file: PhotoFile, *, scale: int) -> DecodedJpeg | None:
    """Decode an opened JPEG; None where Pillow has to do it: rare kinds, and errors other than damage.

    Args:
        image: opened, not loaded; also the first picture of an MPO.
        file: the file that it was opened from.
        scale: 1, 2, 4 or 8, by which it is shrunk while decoding.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    if image.mode not in _FORMS or file.size > MOST_BYTES:
        return None
    width, height = (-(-side // scale) for side in image.size)
    if scale > 1 and min(width, height) < _SMALLEST_REDUCED:
        return None
    data = _content(file)
    if data.count(b"\xff\xda") > _MOST_SCANS:
        return None
    form, samples = _FORMS[image.mode]
    pixels = np.empty((height, width, samples), np.uint8)
    try:
        warning = _decode(data, form, pixels)
        if warning.startswith(_HARMLESS):
            # It would hide a later warning, as libjpeg keeps the first only.
            warning = _decode(_with_plain_headers(data), form, pixels)
    except ValueError:
        return None
    missing = None if _is_whole(warning, data, form, pixels) else _missing_share(pixels, data)
    return DecodedJpeg(_as_image(image, pixels), missing, warning.startswith(_ENDS_EARLY))


def is_damaged(data: bytearray) -> bool:
    """Return whether a JPEG inside another format has damaged pixels.

    False for kinds that can't be checked.
    """
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    except ValueError:
        return False
    form = "CMYK" if colours in {"CMYK", "YCCK"} else "RGBX"
    scale = 8 if min(height, width) >= 8 * _SMALLEST_REDUCED else 1
    pixels = np.empty((-(-height // scale), -(-width // scale), 4), np.uint8)
    try:
        warning = _decode(data, form, pixels)
    except ValueError:
        return True
    return not _is_whole(warning, data, form, pixels)


def _content(file: PhotoFile) -> bytearray:
    """Return the whole file, read in pieces, between which the loading can be cancelled."""
    file.seek(0)
    content = bytearray()
    while len(content) <= MOST_BYTES and (piece := file.read(_PIECE)):
        content += piece
    return content


def _decode(data: bytearray, form: str, pixels: PixelArray) -> str:
    """Decode into pixels; return libjpeg's first warning, or an empty text.

    Raises:
        ValueError: an error other than a warning; the pixels are incomplete.
    """
    height, width = pixels.shape[:2]
    try:
        simplejpeg.decode_jpeg(data, form, min_height=height, min_width=width, buffer=pixels)
    except ValueError as problem:
        # All pixels are decoded before simplejpeg raises for a warning.
        if str(problem).startswith((*_WARNINGS, *_HARMLESS)):
            return str(problem)
        raise
    return ""


def _is_whole(warning: str, data: bytearray, form: str, pixels: PixelArray) -> bool:
    if not warning or warning.startswith(_HARMLESS):
        return True
    # Some cameras fill up their files with zeros before the end marker. They are no damage if the picture is
    # complete without them: zeros can also be decoded, as wrong pixels.
    if not (padding := _PADDING.search(warning)):
        return False
    end = data.find(bytes(int(padding[1])) + _END)
    if end < 0:
        return False
    first = len(data[:end].rstrip(b"\0")) + _KEPT_ZEROS
    try:
        warning = _decode(data[:first] + _END, form, pixels)
    except ValueError:
        return False
    left = _PADDING.search(warning)
    return not warning or (left is not None and int(left[1]) <= _KEPT_ZEROS)


def _missing_share(pixels: PixelArray, data: bytearray) -> float:
    """Return the share of rows at the end with nothing but libjpeg's grey, or of zeros at the data's end."""
    zeros = len(data) - len(data.rstrip(b"\0"))
    if zeros >= _MANY_ZEROS:
        return zeros / len(data)
    height = len(pixels)
    colours = pixels[..., :3]
    first = height
    while first and (colours[first - 1] == _GREY).all():
        first -= 1
    return (height - first) / height


def _as_image(opened: Image.Image, pixels: PixelArray) -> Image.Image:
    height, width, samples = pixels.shape
    mode = "RGBX" if opened.mode == "RGB" else opened.mode
    assert isinstance(opened, ImageFile.ImageFile)
    if mode == "CMYK" and opened.tile and "CMYK;I" in (opened.tile[0].args or ()):
        np.bitwise_not(pixels, out=pixels)  # Adobe's inks, as Pillow reads them
    image = Image.frombuffer(mode, (width, height), pixels, "raw", mode, samples * width, 1)
    if (profile := opened.info.get("icc_profile")) is not None:
        image.info["icc_profile"] = profile
    return image


def _with_plain_headers(data: bytearray) -> bytearray:
    """Return a copy whose headers hold the usual values where libjpeg would warn of others."""
    plain = bytearray(data)
    position = 2
    while position + 4 <= len(plain) and plain[position] == 0xFF:
        marker, length = plain[position + 1], int.from_bytes(plain[position + 2 : position + 4], "big")
        start, end = position + 4, position + 2 + length
        if marker == 0xE0 and plain[start : start + 5] == b"JFIF\0":
            plain[start + 5] = 1
        elif marker == 0xEE and plain[start : start + 5] == b"Adobe" and plain[start + 11] > 2:
            plain[start + 11] = 1
        elif marker == 0xDA:
            plain[end - 3 : end] = bytes((0, 63, 0))
            break
        position = end
    return plain
