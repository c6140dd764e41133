"""Conversion of a file's colours to 8-bit sRGB: profiles, CMYK, Lab, greys of any depth, alpha."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

WHITE = (255, 255, 255)
"""The background of transparent parts: white, like paper and most web pages."""

# Relative colorimetric with black point compensation: colours inside sRGB stay unchanged (perceptual would
# shift all of them), and the shadows of print profiles keep detail. NOCACHE makes a transform safe to share
# between threads.
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION | ImageCms.Flags.NOCACHE

_PLAIN = frozenset({"RGB", "RGBX"})
"""Pillow's modes for three channels: it stores both with four bytes per pixel."""

_PROFILE_SPACES = {"RGB": "RGB", "RGBX": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""The colour space that a profile must have, by Pillow's mode."""

_SAME_COLOUR = 1
"""A profile that changes no colour by more than this many of 255 steps counts as sRGB."""

_STRIP_PIXELS = 4_000_000
"""Number of deep pixels that are scaled at once, to avoid a second deep copy of a large photo."""


@dataclass(frozen=True, slots=True)
class SampleRange:
    """The meaning of samples with more than 8 bits in a grey picture, if the file states it."""

    white: int | None = None
    """The brightest value: 4095 for 12 bits. None if it must be derived from the values."""
    inverted: bool = False
    """Whether 0 is white."""


def is_plain(image: Image.Image) -> bool:
    """Return whether to_srgb() would return the image unchanged, without computing."""
    return image.mode in _PLAIN and _transform_of(image) is None


def to_srgb(image: Image.Image, samples: SampleRange | None = None) -> Image.Image:
    """Return the image in sRGB, opaque, white behind transparent parts; may modify the given one.

    The result has mode RGB, or RGBX if the image had and its colours are right already: that saves a copy.
    Pixels of these modes without a profile, or with an sRGB profile, are unchanged; so is a single colour
    that a PNG declares transparent (tRNS without a palette). A profile that is broken, or for another colour
    space than the pixels', is ignored.

    Args:
        image: loaded, of any mode that Pillow's decoders return.
        samples: the meaning of its samples, for modes I;16, I and F.
    """
    profile = _profile_of(image)
    colours, alpha = _without_alpha(_eight_bits(image, samples or SampleRange()))
    del image
    opaque = _opaque_to_srgb(colours, profile)
    if alpha is None:
        return opaque
    return Image.composite(opaque, Image.new("RGB", opaque.size, WHITE), alpha)


def _eight_bits(image: Image.Image, samples: SampleRange) -> Image.Image:
    """Convert samples of 16 or 32 bits and floats to 8; return other modes unchanged."""
    if not image.mode.startswith("I;16") and image.mode not in {"I", "F"}:
        return image
    white = samples.white or (65535 if image.mode.startswith("I;16") else None)
    if white is not None:
        # The upper 8 bits, as Pillow does for colours with 16 bits.
        shift = max(0, white.bit_length() - 8)
        grey = _in_strips(image, lambda values: np.clip(values, 0, white).astype(np.int64) >> shift)
    else:
        low, high = _range_of(image)
        scale = 255.0 / (high - low)
        grey = _in_strips(image, lambda values: (values.astype(np.float64) - low) * scale + 0.5)
    return grey.point(lambda value: 255 - value) if samples.inverted else grey


def _range_of(image: Image.Image) -> tuple[float, float]:
    """Return black and white of samples of unknown depth: the smallest common range with all of them."""
    values = np.asarray(image)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    for white in (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0):
        if low >= 0.0 and high <= white:
            return 0.0, white
    return (low, high) if high > low else (low, low + 1.0)


def _in_strips(
    image: Image.Image, to_eight_bits: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]
) -> Image.Image:
    """Apply a function to the samples, strip by strip, clipped to 0..255. Return mode L."""
    width, height = image.size
    result = np.empty((height, width), np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        values = to_eight_bits(np.asarray(image.crop((0, top, width, bottom))))
        result[top:bottom] = np.clip(np.nan_to_num(values), 0, 255).astype(np.uint8)
    grey = Image.fromarray(result)
    if (profile := image.info.get("icc_profile")) is not None:
        grey.info["icc_profile"] = profile
    return grey


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return opaque colours in a mode for _opaque_to_srgb(), and the alpha channel, if any."""
    match image.mode:
        case "P" if "transparency" in image.info:
            image = image.convert("RGBA")
        case "PA" | "RGBa":
            image = image.convert("RGBA")
        case "La":
            image = image.convert("LA")
        case "P":
            # A palette may itself have another mode (CMYK, LAB).
            image = image.convert("RGB")
        case "1":
            image = image.convert("L")
        case "YCbCr" | "HSV":
            image = image.convert("RGB")
    if image.mode not in {"LA", "RGBA"}:
        return image, None
    alpha = image.getchannel("A")
    colours = image.getchannel("L") if image.mode == "LA" else image.convert("RGB")
    return colours, None if alpha.getextrema() == (255, 255) else alpha


def _opaque_to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    transform = _transform(profile, image.mode)
    if transform is None:
        return image if image.mode in _PLAIN else image.convert("RGB")
    try:
        if image.mode == "RGB":
            # In place, to avoid a second copy of a large photo.
            transform.apply_in_place(image)
            return image
        return transform.apply(image)
    except (ImageCms.PyCMSError, ValueError, OSError):
        return image.convert("RGB")


def _profile_of(image: Image.Image) -> bytes | None:
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) and profile else None


def _transform_of(image: Image.Image) -> ImageCms.ImageCmsTransform | None:
    return _transform(_profile_of(image), image.mode)


@lru_cache(maxsize=32)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return a transform from a profile (None: the mode's own) to sRGB; None if it is not needed or not
    possible.

    Safe to use from several threads, see _FLAGS.
    """
    try:
        if mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        elif profile is None:
            return None
        else:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() != _PROFILE_SPACES.get(mode):
                return None
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        transform = ImageCms.ImageCmsTransform(source, target, mode, "RGB", _INTENT, flags=_FLAGS)
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return None
    return None if mode in _PLAIN and _changes_nothing(transform, mode) else transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Return whether a transform from RGB leaves a grid across the colour space unchanged."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(27, 27, 3)
    moved = np.asarray(transform.apply(Image.fromarray(grid).convert(mode)))
    return int(np.abs(moved.astype(np.int16) - grid).max()) <= _SAME_COLOUR
