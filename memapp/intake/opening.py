"""Opening a picture with Pillow: only declared formats, its limits checked before anything is decoded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import pi_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pylibjxl import pillow_plugin

from memapp.core.errors import MemappError, PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import deferred
from memapp.intake import problems
from memapp.intake.colour import SampleRange
from memapp.intake.facts import exif_of, orientation_of
from memapp.intake.limits import Deadline, Limits
from memapp.intake.reading import PhotoFile
from memapp.intake.sniff import Format, Picture

# memapp's own limits are finer (by memory, not pixels) and are checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None
# Pillow warns of odd metadata; the photo itself is read, so there is nothing to tell anyone.
warnings.filterwarnings("ignore", module=r"PIL\.")
# Only the main picture is ever shown.
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False

_OPENERS: Mapping[Format, Callable[[IO[bytes], str], Image.Image]] = {
    Format.JPEG: JpegImagePlugin.jpeg_factory,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.TIFF: TiffImagePlugin.TiffImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.HEIC: pi_heif.HeifImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
    Format.JPEG_XL: pillow_plugin.JxlImageFile,
    Format.JPEG_2000: Jpeg2KImagePlugin.Jpeg2KImageFile,
    Format.PHOTOSHOP: PsdImagePlugin.PsdImageFile,
    Format.NETPBM: PpmImagePlugin.PpmImageFile,
}
"""Pillow's readers, called directly: nothing but what is declared here is ever tried, and what they raise
says more than Image.open()'s "cannot identify"."""

_LAB = 8
"""TIFF's photometric interpretation for CIE Lab."""
_LAB_16_BITS: Mapping[Any, tuple[str, str]] = {
    (b"II", _LAB, (1,), 1, (16, 16, 16), ()): ("RGB", "RGB;16L"),
    (b"MM", _LAB, (1,), 1, (16, 16, 16), ()): ("RGB", "RGB;16B"),
}
# Pillow knows Lab with 8 bits only. Read as if it were RGB, each sample keeps its upper 8 bits; _as_lab()
# does the rest.
TiffImagePlugin.OPEN_INFO.update(_LAB_16_BITS)

_STORED_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Of a pixel in Pillow's memory by mode; all others take 4."""

_DECODER_BYTES = {"WEBP": 17, "AVIF": 14, "HEIF": 14, "JPEG2000": 20, "JXL": 16}
"""Of a pixel at the decoder's worst moment, Pillow's own copy included; measured on photos of 12 megapixels.
Those not named decode row by row straight into Pillow's memory."""

_PROGRESSIVE_BYTES = 6
"""Of a pixel, on top: a progressive JPEG is kept whole as coefficients until its last scan has come."""

_RGB_BYTES = 4
"""Of a pixel of mode RGB in Pillow's memory."""

_DRAFT_SCALES = (1, 2, 4, 8)
"""By how much libjpeg can shrink while decoding."""

_TIFF_BITS_PER_SAMPLE = 258
_TIFF_PHOTOMETRIC = 262
_JXL_CMYK_REASON = deferred(
    "This JPEG XL file is made of printing inks (CMYK), which memapp can't read. Save it as RGB."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What decoding an opened picture will take."""

    scale: int
    """By how much a JPEG is shrunk while it is decoded; 1: not at all."""
    memory: int
    """Bytes at the worst moment, conversion to upright sRGB included."""


def open_picture(
    file: PhotoFile, picture: Picture, *, deadline: Deadline, expected: int | None
) -> Image.Image:
    """Read a picture's header; decodes nothing.

    Args:
        file: at any place.
        picture: what it is; no RAW.
        deadline: for this photo.
        expected: how many bytes the file should have, by its own header.

    Raises:
        PhotoError: the header is damaged, or says something that can't be read.
        Cancelled: the run was cancelled.
    """
    assert picture.format is not None, "RAW is not opened here"
    file.seek(0)
    file.ran_out = False
    try:
        with problems.in_words(name=picture.name, size=file.size, deadline=deadline, expected=expected):
            return _OPENERS[picture.format](file, "")
    except PhotoError as problem:
        if file.ran_out and problem.kind is FailureKind.DAMAGED:
            raise problems.ends_too_early(size=file.size, expected=expected) from problem
        raise


def plan_decoding(
    image: Image.Image, file_size: int, *, limits: Limits, wanted: tuple[int, int] | None
) -> Plan:
    """Decide how to decode within the limits.

    Args:
        image: opened, not loaded.
        file_size: in bytes.
        limits: that hold.
        wanted: the smallest size (width, height as stored) that will do; None for full-size pixels.

    Raises:
        PhotoError: it can't be decoded within the limits.
    """
    width, height = image.size
    memory = 0
    if width * height <= limits.pixels:
        enough = decoding_scale(image, wanted)
        # Where that is still too much memory, fewer pixels than wanted are better than none.
        for scale in (scale for scale in _scales(image) if scale >= enough):
            memory = _memory(image, file_size, scale)
            if memory <= limits.memory:
                return Plan(scale, min(limits.memory, max(memory, _comfort(image, scale))))
    raise problems.too_large(width, height, memory or width * height * _RGB_BYTES)


def decoding_scale(image: Image.Image, wanted: tuple[int, int] | None) -> int:
    """By how much a picture may be shrunk while it is decoded: 1, 2, 4 or 8; more than 1 for JPEG only.

    Args:
        image: opened.
        wanted: the smallest size (width, height as stored) that will do; None for full-size pixels.
    """
    return max((scale for scale in _scales(image) if _reaches(image.size, scale, wanted)), default=1)


def decode(image: Image.Image, plan: Plan) -> Image.Image:
    """Decode an opened picture into Pillow's memory. Raises whatever its decoder raises."""
    if plan.scale > 1:
        width, height = image.size
        image.draft(None, (width // plan.scale, height // plan.scale))
    image.load()
    if image.format == "JXL":
        _refuse_inks(image)
    if isinstance(image, TiffImagePlugin.TiffImageFile) and image.mode == "RGB":
        return _as_lab(image) if image.tag_v2.get(_TIFF_PHOTOMETRIC) == _LAB else image
    return image


def sample_range(image: Image.Image) -> SampleRange:
    """What the samples of an opened picture mean, for greys with more than 8 bits."""
    if isinstance(image, TiffImagePlugin.TiffImageFile) and image.mode != "F":
        bits = image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, (8,))[0]
        inverted = image.tag_v2.get(_TIFF_PHOTOMETRIC) == 0 and image.mode.startswith("I")
        if image.mode.startswith("I;16"):
            return SampleRange(white=(1 << bits) - 1, inverted=inverted)
        if image.mode == "I" and bits == 16:  # signed
            return SampleRange(white=(1 << 15) - 1, inverted=inverted)
        return SampleRange(inverted=inverted)
    return SampleRange(white=65535 if image.mode == "I" else None)


def pending_orientation(image: Image.Image, exif: Image.Exif) -> int:
    """How an opened picture is still to be turned, as EXIF numbers it.

    TIFF is turned by Pillow, JPEG XL by its decoder (whose rules give EXIF no say), HEIC by its decoder, too
    (its plug-in resets EXIF itself).
    """
    return 1 if image.format in {"TIFF", "JXL"} else orientation_of(exif)


def more_than_one(image: Image.Image, file: PhotoFile) -> str | None:
    """What is shown of a file that holds several pictures; None where it holds one.

    Args:
        image: opened, and decoded where it will be.
        file: that it was opened from.
    """
    if image.format == "PSD":
        return "flattened layers"
    try:
        if image.format == "GIF":
            # Asking an animation for its next frame drops the pixels of this one, hence the second opening.
            file.seek(0)
            several = GifImagePlugin.GifImageFile(file).is_animated
        else:
            several = getattr(image, "is_animated", False)
    except MemappError:  # the time is up
        raise
    # A second frame that is damaged takes nothing from the first, whatever Pillow raises for it.
    except Exception:
        return None
    if not several:
        return None
    return {"TIFF": "first page", "MPO": "first picture", "HEIF": "main picture"}.get(
        image.format or "", "first frame"
    )


def copies_fit(image: Image.Image, limits: Limits) -> bool:
    """Whether a second copy, in RGB, of a loaded picture stays within the limits."""
    width, height = image.size
    return (_STORED_BYTES.get(image.mode, 4) + _RGB_BYTES) * width * height <= limits.memory


def _scales(image: Image.Image) -> tuple[int, ...]:
    return _DRAFT_SCALES if image.format in {"JPEG", "MPO"} else (1,)


def _reaches(size: tuple[int, int], scale: int, wanted: tuple[int, int] | None) -> bool:
    """Whether a photo shrunk by this scale is still large enough."""
    if wanted is None:
        return scale == 1
    return size[0] // scale >= wanted[0] and size[1] // scale >= wanted[1]


def _memory(image: Image.Image, file_size: int, scale: int) -> int:
    """Bytes at the least: decoding, and whatever conversion can't do without."""
    width, height = image.size
    pixels = width * height
    stored = _STORED_BYTES.get(image.mode, 4)
    name = image.format or ""
    if name in _DECODER_BYTES:
        return _DECODER_BYTES[name] * pixels + file_size
    if image.info.get("progressive"):
        return stored * pixels // scale**2 + _PROGRESSIVE_BYTES * pixels
    if name == "TIFF":
        # A strip may be the whole picture; and Pillow turns it while loading, into a second copy.
        turned = orientation_of(exif_of(image)) != 1
        return (2 * stored if turned else stored + 3) * pixels
    if stored < _RGB_BYTES:
        return (stored + _RGB_BYTES) * pixels
    return stored * pixels // scale**2


def _comfort(image: Image.Image, scale: int) -> int:
    """Bytes with a second copy, for turning or converting."""
    width, height = image.size
    return (_STORED_BYTES.get(image.mode, 4) + _RGB_BYTES) * width * height // scale**2


def _as_lab(image: Image.Image) -> Image.Image:
    """Lab of 16 bits that was read as RGB. TIFF's a and b are signed, Pillow's have 128 for 0."""
    lightness, *a_and_b = image.split()
    return Image.merge("LAB", [lightness, *(band.point(lambda value: value ^ 128) for band in a_and_b)])


def _refuse_inks(image: Image.Image) -> None:
    """pylibjxl gives the first three inks of CMYK for RGB: better no score than one of wrong colours."""
    profile = image.info.get("icc_profile", b"")
    if profile[16:20] == b"CMYK":
        raise PhotoError(FailureKind.UNSUPPORTED, str(_JXL_CMYK_REASON))
