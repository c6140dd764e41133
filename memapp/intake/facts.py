"""Facts from a photo's EXIF: how it was taken, and its orientation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import ExifTags, Image

from memapp.core.errors import MemappError
from memapp.intake.dates import date_taken

ORIENTATION = ExifTags.Base.Orientation

_LONGEST_TEXT = 100
_ROTATED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo was taken; None if unknown. Meanings as in PhotoFacts."""

    taken: str | None = None
    camera: str | None = None
    lens: str | None = None
    exposure: str | None = None


def exif_of(image: Image.Image) -> Image.Exif:
    """Return an image's EXIF; empty if there is none or it is invalid."""
    try:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.Exif)
    except MemappError:  # the time is up
        raise
    # A photo with invalid EXIF is still a photo, and Pillow raises many kinds of errors for it.
    except Exception:
        return Image.Exif()
    return exif


def exif_of_tiff(file: BinaryIO) -> Image.Exif:
    """Return the EXIF of a file with TIFF structure (most camera RAW has it); empty for any other."""
    exif = Image.Exif()
    try:
        file.seek(0)
        exif.load_from_fp(file)
        exif.get_ifd(ExifTags.IFD.Exif)
    except MemappError:
        raise
    except Exception:  # as in exif_of()
        return Image.Exif()
    return exif


def orientation_of(exif: Image.Exif) -> int:
    """Return 1 to 8, as EXIF numbers them; 1 if there is none or it is invalid."""
    value = exif.get(ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def swaps_sides(orientation: int) -> bool:
    """Return whether this EXIF orientation swaps width and height."""
    return orientation in _ROTATED


def read_shot(exif: Image.Exif, image: Image.Image | None = None, *, never_edited: bool = False) -> Shot:
    """Return the facts that photographers look for. Never raise for invalid tags.

    Args:
        exif: of the photo.
        image: the photo, for a date that its EXIF does not say.
        never_edited: whether the file is unchanged from the camera (RAW): its DateTime is the exposure's.
    """
    try:
        details: Mapping[int, Any] = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # as in exif_of()
        details = {}
    tags = {**_readable(exif), **details}
    return Shot(
        taken=date_taken(tags, image, never_edited=never_edited),
        camera=_camera(
            _text(tags.get(ExifTags.Base.Make)),
            _text(tags.get(ExifTags.Base.Model)) or _text(tags.get(ExifTags.Base.UniqueCameraModel)),
        ),
        lens=_text(tags.get(ExifTags.Base.LensModel)),
        exposure=_exposure(tags),
    )


def _readable(exif: Image.Exif) -> dict[int, Any]:
    """Return the tags of the first directory; without those that Pillow lists but can't read."""
    tags: dict[int, Any] = {}
    for tag in exif:
        try:
            tags[tag] = exif[tag]
        except Exception:  # as in exif_of()
            continue
    return tags


def _camera(make: str | None, model: str | None) -> str | None:
    if make is None or model is None:
        return model or make
    brand = make.split()[0]
    return model if model.lower().startswith(brand.lower()) else f"{brand.capitalize()} {model}"


def _exposure(tags: Mapping[int, Any]) -> str | None:
    parts = []
    if (seconds := _number(tags.get(ExifTags.Base.ExposureTime))) is not None:
        parts.append(_shutter(seconds))
    if (aperture := _number(tags.get(ExifTags.Base.FNumber))) is not None:
        parts.append(f"f/{aperture:.1f}".removesuffix(".0"))
    if (speed := _number(tags.get(ExifTags.Base.ISOSpeedRatings))) is not None:
        parts.append(f"ISO {speed:.0f}")
    if (length := _number(tags.get(ExifTags.Base.FocalLength))) is not None:
        parts.append(f"{length:.1f}".removesuffix(".0") + " mm")
    return "  ".join(parts) or None


def _shutter(seconds: float) -> str:
    if seconds >= 0.3:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    return f"1/{round(1 / seconds)} s"


def _number(value: Any) -> float | None:
    """Return a valid positive number from an EXIF value, or None."""
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and 1e-6 <= number < 1e7 else None


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return None
    text = "".join(character for character in value.split("\0")[0] if character.isprintable())
    return text.strip()[:_LONGEST_TEXT].strip() or None
