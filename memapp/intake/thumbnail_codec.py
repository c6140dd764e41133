"""Thumbnails as bytes for the disk, and back: small JPEGs of upright sRGB pixels."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, JpegImagePlugin

from memapp.core.records import PixelArray
from memapp.intake.sizes import fitted

SIDES = (512, 1024)
"""Longest sides, in pixels, of stored thumbnails: for the grid's usual tiles on high-density screens, and for
its largest."""

VERSION = "1"
"""Raise it when older thumbnails must not be shown any more."""

# Measured with 512 pixels: 1 ms to encode, 44 kB. WebP would take 8 ms and be a third smaller.
_QUALITY = 85
_FULL_COLOUR = 0


def kept_side(longest_side: int) -> int | None:
    """Return the smallest of SIDES that suffices for this longest side; None if the photo is needed."""
    return next((side for side in SIDES if longest_side <= side), None) if longest_side else None


def encode_thumbnail(pixels: PixelArray) -> bytes:
    """Return a picture, (height, width, 3), as bytes for storing."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=_QUALITY, subsampling=_FULL_COLOUR)
    return content.getvalue()


def decode_thumbnail(content: bytes, *, side: int, longest_side: int) -> PixelArray | None:
    """Return the picture stored at one of SIDES, shrunk to longest_side; None if it is invalid."""
    # Whatever Pillow raises: the thumbnail is made again from the photo.
    try:
        with JpegImagePlugin.JpegImageFile(io.BytesIO(content)) as image:
            if image.mode != "RGB" or max(image.size) > side:
                return None
            image.load()
            return _shrunk(image, longest_side)
    except Exception:
        return None


def shrink(pixels: PixelArray, longest_side: int) -> PixelArray:
    """Return a picture, (height, width, 3), with its long side reduced to longest_side; never enlarged."""
    return pixels if max(pixels.shape) <= longest_side else _shrunk(Image.fromarray(pixels), longest_side)


def _shrunk(image: Image.Image, longest_side: int) -> PixelArray:
    size = fitted(image.size, longest_side)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(image)
