"""PNG with 16 bits of linear light: its dark half lies in the lower bytes, which Pillow drops."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, PngImagePlugin

from memapp.intake.icc import Encoding, Transfer, profile_for, to_light
from memapp.intake.reading import PhotoFile
from memapp.intake.stated_colour import StatedColour

_NEARLY_LINEAR = 1.5
"""The highest exponent from values to light for which 8 bits are too few."""
_LOWER_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow's names for reading the upper bytes and, with the bytes' order swapped, the lower ones."""
_STRIP_PIXELS = 1_000_000


def in_srgb_curve(image: Image.Image, file: PhotoFile, stated: StatedColour) -> StatedColour:
    """Replace values of linear light in a loaded PNG by those of sRGB's curve, from all of their 16 bits.

    Args:
        image: loaded; modified.
        file: that it was opened from.
        stated: the meaning of its values.

    Returns:
        The meaning of the new values; the given one if the image is of another kind, and unchanged.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
    """
    encoding = stated.encoding
    if encoding is None or encoding.transfer is not Transfer.GAMMA or encoding.gamma > _NEARLY_LINEAR:
        return stated
    if image.format != "PNG" or image.mode not in {"RGB", "RGBA"}:
        return stated
    file.seek(0)
    lower = PngImagePlugin.PngImageFile(file)
    form = _LOWER_BYTES.get(str(lower.tile[0].args)) if lower.tile else None
    if form is None:
        return stated
    lower.tile = [ImageFile._Tile(*lower.tile[0][:3], form)]
    lower.load()
    values = _srgb_values(encoding)
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(image.height, top + rows))
        strip = np.array(image.crop(box))
        deep = strip[..., :3].astype(np.uint16) << 8 | np.asarray(lower.crop(box))[..., :3]
        strip[..., :3] = values[deep]
        image.paste(Image.fromarray(strip), box)
    curved = Encoding(encoding.primaries, narrow=False)
    return replace(stated, profile=profile_for(curved, grey=False), encoding=curved)


@lru_cache(maxsize=4)
def _srgb_values(encoding: Encoding) -> npt.NDArray[np.uint8]:
    """Return 8 bits in sRGB's curve for each value of 16 bits (IEC 61966-2-1)."""
    light = to_light(np.linspace(0, 1, 65536), encoding)
    curved = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    values: npt.NDArray[np.uint8] = np.rint(255 * curved).astype(np.uint8)
    return values
