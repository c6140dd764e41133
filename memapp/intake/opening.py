"""Opening a picture with Pillow: only declared formats, with limits checked before decoding."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

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
    WebPImagePlugin,
)
from pylibjxl import pillow_plugin

from memapp.core.errors import MemappError, PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import deferred
from memapp.intake import problems
from memapp.intake.colour import SampleRange
from memapp.intake.facts import exif_of, orientation_of
from memapp.intake.heif import has_unreadable_items
from memapp.intake.jpeg import MOST_BYTES, decode_jpeg
from memapp.intake.limits import Deadline, Limits
from memapp.intake.photoshop import PhotoshopPhoto, open_photoshop
from memapp.intake.png import pixels_are_damaged
from memapp.intake.reading import PhotoFile
from memapp.intake.sniff import Format, Picture
from memapp.intake.tiff_jpeg import has_damaged_parts
from memapp.intake.tiff_page import TiffPhoto, open_tiff

# memapp's own limits are finer (memory instead of pixels) and are checked before decoding.
Image.MAX_IMAGE_PIXELS = None
# Pillow warns about unusual metadata; the photo itself is read, so the user need not know.
warnings.filterwarnings("ignore", module=r"PIL\.")
# Only the main picture is shown.
pi_heif.options.THUMBNAILS = False
pi_heif.options.DEPTH_IMAGES = False
pi_heif.options.AUX_IMAGES = False

_OPENERS: Mapping[Format, Callable[[IO[bytes], str], Image.Image]] = {
    Format.JPEG: JpegImagePlugin.jpeg_factory,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.TIFF: open_tiff,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.HEIC: pi_heif.HeifImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
    Format.JPEG_XL: pillow_plugin.JxlImageFile,
    Format.JPEG_2000: Jpeg2KImagePlugin.Jpeg2KImageFile,
    Format.PHOTOSHOP: open_photoshop,
    Format.NETPBM: PpmImagePlugin.PpmImageFile,
}
"""Pillow's readers, called directly: only declared formats are tried, and their errors say more than
Image.open()'s "cannot identify"."""

_STORED_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Per pixel in Pillow's memory, by mode; all others take 4."""

_DECODER_BYTES = {"WEBP": 17, "AVIF": 14, "HEIF": 14, "JPEG2000": 20, "JXL": 16}
"""Per pixel at the decoder's peak, with Pillow's own copy; measured with photos of 12 megapixels. Other
formats decode row by row directly into Pillow's memory."""

_PROGRESSIVE_BYTES = 6
"""Per pixel, in addition: all coefficients of a progressive JPEG are kept until its last scan."""

_RGB_BYTES = 4
"""Per pixel of mode RGB in Pillow's memory."""

_JPEGS = frozenset({"JPEG", "MPO"})
"""Pillow's names for JPEG, with one picture or several."""

_MOST_MISSING = 0.9
"""The share of a damaged picture above which what is left is no photo."""

_DRAFT_SCALES = (1, 2, 4, 8)
"""Factors by which libjpeg can shrink while decoding."""

_TIFF_BITS_PER_SAMPLE = 258
_TIFF_PHOTOMETRIC = 262
_JXL_CMYK_REASON = deferred(
    "This JPEG XL file is made of printing inks (CMYK), which memapp can't read. Save it as RGB."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The resources for decoding an opened picture."""

    scale: int
    """The factor by which a JPEG is shrunk while decoding; 1: not at all."""
    memory: int
    """Peak bytes, including the conversion to upright sRGB."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded picture."""

    image: Image.Image
    missing: float | None = None
    """As in PhotoFacts."""


def open_picture(
    file: PhotoFile, picture: Picture, *, deadline: Deadline, expected: int | None
) -> Image.Image:
    """Read a picture's header without decoding.

    Args:
        file: at any position.
        picture: its format; not RAW.
        deadline: for this photo.
        expected: the bytes that the file should have according to its header.

    Raises:
        PhotoError: the header is damaged, or describes something that can't be read.
        Cancelled: the run was cancelled.
    """
    assert picture.format is not None, "RAW is not opened here"
    try:
        with problems.in_words(name=picture.name, size=file.size, deadline=deadline, expected=expected):
            if picture.format is Format.HEIC and has_unreadable_items(file):
                raise problems.damaged(picture.name)
            file.seek(0)
            file.ran_out = False
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
        limits: of memory and pixels.
        wanted: the smallest sufficient size (width, height as stored); None for full-size pixels.

    Raises:
        PhotoError: it can't be decoded within the limits.
    """
    width, height = image.size
    memory = 0
    if width * height <= limits.pixels:
        enough = decoding_scale(image, wanted)
        # If that still needs too much memory, fewer pixels than wanted are better than none.
        for scale in (scale for scale in _scales(image) if scale >= enough):
            memory = _memory(image, file_size, scale)
            if memory <= limits.memory:
                return Plan(scale, min(limits.memory, max(memory, _comfort(image, scale))))
    raise problems.too_large(width, height, memory or width * height * _RGB_BYTES)


def decoding_scale(image: Image.Image, wanted: tuple[int, int] | None) -> int:
    """Return the factor by which a picture may be shrunk while decoding: 1, 2, 4 or 8; above 1 for JPEG only.

    Args:
        image: opened.
        wanted: the smallest sufficient size (width, height as stored); None for full-size pixels.
    """
    return max((scale for scale in _scales(image) if _reaches(image.size, scale, wanted)), default=1)


def decode(image: Image.Image, plan: Plan, file: PhotoFile) -> Pixels:
    """Decode an opened picture into memory. Raises its decoder's errors.

    Args:
        image: opened.
        plan: how to decode it.
        file: the file that it was opened from.
    """
    if image.format in _JPEGS:
        jpeg = decode_jpeg(image, file, scale=plan.scale)
        if jpeg is not None:
            if jpeg.missing and jpeg.ends_early:
                raise problems.ends_too_early(size=file.size, good=1 - jpeg.missing)
            if jpeg.missing and jpeg.missing > _MOST_MISSING:
                raise problems.damaged("JPEG")
            return Pixels(jpeg.image, jpeg.missing)
    if plan.scale > 1:
        width, height = image.size
        image.draft(None, (width // plan.scale, height // plan.scale))
    image.load()
    if image.format == "PNG" and pixels_are_damaged(file):
        return Pixels(image, 0.0)
    if image.format == "JXL":
        _refuse_inks(image)
    if isinstance(image, TiffPhoto) and has_damaged_parts(image.tag_v2, file):
        return Pixels(image, 0.0)
    return Pixels(image)


def sample_range(image: Image.Image) -> SampleRange:
    """Return the meaning of the samples of an opened picture, for greys with more than 8 bits."""
    if isinstance(image, TiffPhoto) and image.mode.startswith("I;16"):
        bits = image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, (8,))[0]
        return SampleRange(white=(1 << bits) - 1, inverted=image.tag_v2.get(_TIFF_PHOTOMETRIC) == 0)
    return SampleRange(white=65535 if image.mode == "I" else None)


def pending_orientation(image: Image.Image, exif: Image.Exif) -> int:
    """Return the orientation still to be applied to an opened picture, as EXIF numbers it.

    Pillow rotates TIFF itself; the decoders of JPEG XL and HEIC do, too. JPEG XL's rules ignore EXIF, and
    HEIC's plug-in resets it. Photoshop rotates a photo when it opens it.
    """
    return 1 if image.format in {"TIFF", "JXL", "PSD"} else orientation_of(exif)


def more_than_one(image: Image.Image, file: PhotoFile) -> str | None:
    """Return what is shown of a file with several pictures; None if it has one.

    Args:
        image: opened, and decoded if it will be.
        file: the file that it was opened from.
    """
    if image.format == "PSD":
        return "flattened layers"
    if isinstance(image, TiffPhoto):
        return image.shown
    try:
        if image.format == "GIF":
            # Asking an animation for its next frame discards the pixels of this one, hence the second
            # opening.
            file.seek(0)
            several = GifImagePlugin.GifImageFile(file).is_animated
        else:
            several = getattr(image, "is_animated", False)
    except MemappError:  # the time is up
        raise
    # A damaged second frame does not affect the first, whatever Pillow raises for it.
    except Exception:
        return None
    if not several:
        return None
    return {"MPO": "first picture", "HEIF": "main picture"}.get(image.format or "", "first frame")


def copies_fit(image: Image.Image, limits: Limits) -> bool:
    """Return whether a second copy, in RGB, of a loaded picture stays within the limits."""
    width, height = image.size
    return (_STORED_BYTES.get(image.mode, 4) + _RGB_BYTES) * width * height <= limits.memory


def _scales(image: Image.Image) -> tuple[int, ...]:
    return _DRAFT_SCALES if image.format in _JPEGS else (1,)


def _reaches(size: tuple[int, int], scale: int, wanted: tuple[int, int] | None) -> bool:
    """Return whether a photo shrunk by this factor is still large enough."""
    if wanted is None:
        return scale == 1
    return size[0] // scale >= wanted[0] and size[1] // scale >= wanted[1]


def _memory(image: Image.Image, file_size: int, scale: int) -> int:
    """Return the minimum bytes: for decoding, and for unavoidable conversions."""
    width, height = image.size
    pixels = width * height
    stored = _STORED_BYTES.get(image.mode, 4)
    name = image.format or ""
    if name in _DECODER_BYTES:
        return _DECODER_BYTES[name] * pixels + file_size
    if name in _JPEGS and file_size <= MOST_BYTES:
        pixels_left = (stored if stored == _RGB_BYTES else stored + _RGB_BYTES) * pixels // scale**2
        coefficients = _PROGRESSIVE_BYTES * pixels if image.info.get("progressive") else 0
        return pixels_left + coefficients + file_size
    if image.info.get("progressive"):
        return stored * pixels // scale**2 + _PROGRESSIVE_BYTES * pixels
    if isinstance(image, PhotoshopPhoto):
        return image.memory
    if name == "TIFF":
        # A strip may be the whole picture; and Pillow rotates it while loading, into a second copy.
        turned = orientation_of(exif_of(image)) != 1
        own = image.layout.memory if isinstance(image, TiffPhoto) and image.layout is not None else 0
        return max(own, (2 * stored if turned else stored + 3) * pixels)
    if stored < _RGB_BYTES:
        return (stored + _RGB_BYTES) * pixels
    return stored * pixels // scale**2


def _comfort(image: Image.Image, scale: int) -> int:
    """Return the bytes with a second copy, for rotating or converting."""
    width, height = image.size
    return (_STORED_BYTES.get(image.mode, 4) + _RGB_BYTES) * width * height // scale**2


def _refuse_inks(image: Image.Image) -> None:
    """Refuse CMYK: pylibjxl returns its first three inks as RGB, so the score would be wrong."""
    profile = image.info.get("icc_profile", b"")
    if profile[16:20] == b"CMYK":
        raise PhotoError(FailureKind.UNSUPPORTED, str(_JXL_CMYK_REASON))
