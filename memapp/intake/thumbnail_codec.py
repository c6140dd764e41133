"""Thumbnails as bytes for the disk, and back: small JPEGs of upright sRGB pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, JpegImagePlugin

from memapp.core.records import PixelArray
from memapp.intake.render import fitted

SIDES = (512, 1024)
"""Longest sides, in pixels, at which thumbnails are kept: for the grid's usual tiles on screens of double
density, and for its largest."""

VERSION = "1"
"""Raised whenever thumbnails made before must not be shown any more."""

# Measured on 512 pixels: 1 ms to make, 44 kB. WebP would take 8 ms for a third less.
_QUALITY = 85
_FULL_COLOUR = 0


def kept_side(longest_side: int) -> int | None:
    """The smallest of SIDES that serves this longest side; None where it takes the photo itself."""
    return next((side for side in SIDES if longest_side <= side), None) if longest_side else None


def encode_thumbnail(pixels: PixelArray) -> bytes:
    """A picture, (height, width, 3), as bytes to be kept."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=_QUALITY, subsampling=_FULL_COLOUR)
    return content.getvalue()


def decode_thumbnail(content: bytes, *, side: int, longest_side: int) -> PixelArray | None:
    """The picture that was kept at one of SIDES, brought down to longest_side; None where it is none."""
    # Whatever Pillow raises: it is made again from the photo.
    try:
        with JpegImagePlugin.JpegImageFile(io.BytesIO(content)) as image:
            if image.mode != "RGB" or max(image.size) > side:
                return None
            image.load()
            return _shrunk(image, longest_side)
    except Exception:
        return None


def shrink(pixels: PixelArray, longest_side: int) -> PixelArray:
    """A picture, (height, width, 3), with its long side brought down to longest_side; never enlarged."""
    return pixels if max(pixels.shape) <= longest_side else _shrunk(Image.fromarray(pixels), longest_side)


def _shrunk(image: Image.Image, longest_side: int) -> PixelArray:
    size = fitted(image.size, longest_side)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(image)
