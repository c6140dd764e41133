"""The colours that a file states otherwise than by an ICC profile: turned into a profile for colour.py.

See docs/decisions/intake-colour.md for the order in which statements count.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

from memapp.core.errors import MemappError
from memapp.core.rendering_text import HDR_NOTE
from memapp.intake.facts import exif_of_tiff
from memapp.intake.icc import (
    ADOBE_RGB,
    PRIMARIES_BY_CODE,
    SRGB_PRIMARIES,
    TRANSFERS_BY_CODE,
    Encoding,
    Primaries,
    Transfer,
    profile_for,
)
from memapp.intake.isobmff import BoxColour, colour_of_item, colour_of_jpeg_2000
from memapp.intake.jxl_colour import stated_encoding
from memapp.intake.reading import PhotoFile

_UNSPECIFIED = 2
"""H.273's code for primaries and transfer that are unknown."""
_GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
_NEITHER = frozenset({"CMYK", "LAB"})
"""Pillow's modes whose colours are not stated in these ways."""

_ADOBE_RGB_SPACE = 2
_SRGB_SPACE = 1
"""EXIF's values of ColorSpace; the first is not in the standard, but many cameras write it."""
_ADOBE_RGB_RULE = "R03"
"""EXIF's name for the rules of file names with Adobe RGB (DCF option file)."""

_SRGB_GAMMA = 0.45455
_GAMMA_TOLERANCE = 0.0005
"""PNG's number for the curve of sRGB (PNG specification, third edition, 11.3.2.2)."""
_GAMMAS = (0.1, 2.0)
"""What a PNG may state; others are damage."""

_PROFILE_HEADER = 128
_PROFILE_ENTRY = struct.Struct(">4sII")
_MOST_TAGS = 100


@dataclass(frozen=True, slots=True)
class StatedColour:
    """What the values of a picture mean."""

    profile: bytes | None
    """ICC, of the pixels' kind: RGB or grey; None for sRGB."""
    encoding: Encoding | None = None
    """What the profile was made of; None if it is in the file."""

    @property
    def note(self) -> str | None:
        """What PhotoFacts.rendering says of it."""
        return HDR_NOTE if self.encoding is not None and self.encoding.transfer.is_hdr else None


def stated_colour(
    image: Image.Image, file: PhotoFile, exif: Image.Exif, elsewhere: Image.Exif | None = None
) -> StatedColour | None:
    """Return what a file states of its colours beyond the image's ICC profile; None if that holds, if any.

    Args:
        image: opened; loaded or not.
        file: that it was opened from.
        exif: its own.
        elsewhere: EXIF that counts where its own says nothing: a RAW photo's, for its embedded preview.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    if image.mode in _NEITHER:
        return None
    grey = image.mode in _GREY_MODES or image.mode.startswith("I;16")
    own = image.info.get("icc_profile")
    profile = own if isinstance(own, bytes) and own else None
    match image.format:
        case "PNG":
            encoding = _of_codes(*_cicp(image)) or (None if profile else _of_png(image))
        case "AVIF" | "HEIF":
            boxes = colour_of_item(file)
            profile = profile or boxes.profile
            encoding = None if profile else _of_boxes(boxes)
        case "JPEG2000":
            boxes = colour_of_jpeg_2000(file)
            profile = profile or boxes.profile
            encoding = None if profile else _of_boxes(boxes)
        case "JXL":
            encoding = stated_encoding(file)
        case _:
            encoding = None
    if encoding is None and profile is not None:
        encoding = _of_profile(profile)
        if encoding is None:
            return StatedColour(profile) if profile is not own else None
    if image.format == "TIFF":  # Pillow has closed the file that its EXIF is read from
        exif = exif_of_tiff(file)
    if encoding is None and (_is_adobe_rgb(exif) or (elsewhere is not None and _is_adobe_rgb(elsewhere))):
        encoding = ADOBE_RGB
    if encoding is None:
        return None
    return StatedColour(profile_for(encoding, grey=grey), encoding)


def _cicp(image: Image.Image) -> tuple[int, int, bool]:
    """Return primaries, transfer and whether the range is narrow, from a PNG's cICP."""
    codes = image.info.get("cicp", b"")
    if not isinstance(codes, bytes) or len(codes) != 4 or codes[2]:  # PNG is never YCbCr
        return _UNSPECIFIED, _UNSPECIFIED, False
    return codes[0], codes[1], codes[3] == 0


def _of_codes(primaries: int, transfer: int, narrow: bool = False) -> Encoding | None:
    """Return the encoding of H.273's codes; None if they are unspecified or unknown."""
    if primaries == transfer == _UNSPECIFIED:
        return None
    colours = SRGB_PRIMARIES if primaries == _UNSPECIFIED else PRIMARIES_BY_CODE.get(primaries)
    curve = Encoding() if transfer == _UNSPECIFIED else TRANSFERS_BY_CODE.get(transfer)
    if colours is None or curve is None:
        return None
    return Encoding(colours, curve.transfer, curve.gamma, narrow)


def _of_boxes(boxes: BoxColour) -> Encoding | None:
    # The decoder itself widens a narrow range.
    return None if boxes.codes is None else _of_codes(*boxes.codes)


def _of_png(image: Image.Image) -> Encoding | None:
    """Return the encoding of the chunks sRGB, gAMA and cHRM; None without them."""
    if "srgb" in image.info:
        return Encoding()
    gamma, points = image.info.get("gamma"), image.info.get("chromaticity")
    primaries = None
    if isinstance(points, tuple) and len(points) == 8:
        white, red, green, blue = ((points[i], points[i + 1]) for i in range(0, 8, 2))
        primaries = Primaries(red, green, blue, white)
        primaries = primaries if primaries.are_possible else None
    if not isinstance(gamma, float) or not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
        return None if primaries is None else Encoding(primaries)
    if abs(gamma - _SRGB_GAMMA) <= _GAMMA_TOLERANCE and (primaries is None or primaries.are_nearly_srgb):
        return Encoding()
    return Encoding(primaries or SRGB_PRIMARIES, Transfer.GAMMA, gamma=1 / gamma)


def _of_profile(profile: bytes) -> Encoding | None:
    """Return the HDR encoding that an ICC profile states by its tag `cicp` (ICC.1:2022, 9.2.17), else None.

    A profile's tables know nothing brighter than white: converted by them, an HDR photo comes out dark.
    """
    if len(profile) < _PROFILE_HEADER + 4:
        return None
    (count,) = struct.unpack_from(">I", profile, _PROFILE_HEADER)
    for index in range(min(count, _MOST_TAGS)):
        place = _PROFILE_HEADER + 4 + index * _PROFILE_ENTRY.size
        if place + _PROFILE_ENTRY.size > len(profile):
            break
        name, offset, size = _PROFILE_ENTRY.unpack_from(profile, place)
        content = profile[offset : offset + size]
        if name == b"cicp" and len(content) >= 12 and content[:4] == b"cicp":
            encoding = _of_codes(content[8], content[9])
            return encoding if encoding is not None and encoding.transfer.is_hdr else None
    return None


def _is_adobe_rgb(exif: Image.Exif) -> bool:
    """Return whether EXIF says Adobe RGB."""
    space = _directory(exif, ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    if space in {_ADOBE_RGB_SPACE, _SRGB_SPACE}:
        return bool(space == _ADOBE_RGB_SPACE)
    rule = _directory(exif, ExifTags.IFD.Interop).get(1)
    if isinstance(rule, bytes):
        rule = rule.decode("ascii", errors="replace")
    return isinstance(rule, str) and rule.rstrip("\0 ") == _ADOBE_RGB_RULE


def _directory(exif: Image.Exif, name: ExifTags.IFD) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(name)
    except MemappError:  # the time is up
        raise
    # Pillow raises many kinds of errors for invalid EXIF.
    except Exception:
        return {}
