"""From decoded pixels to what is asked for: upright, sRGB, as the net's frame, as a picture, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SQUASHED_SIDE
from memapp.core.records import PixelArray
from memapp.intake import colour
from memapp.intake.facts import swaps_sides
from memapp.intake.limits import Limits
from memapp.intake.opening import copies_fit

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a photo of each EXIF orientation upright."""

_FULL_SIZE_BYTES = 7
"""Of a pixel that is handed out at full size: Pillow's copy and the array's."""

_STRIP_ROWS = 256

_SHRINKS_WELL = frozenset({"RGB", "RGBA", "L", "LA", "CMYK"})
"""Modes whose neighbouring pixels may be averaged before their colours are converted."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for; the meaning is PhotoLoader's."""

    frame: bool
    longest_side: int | None

    @property
    def facts_only(self) -> bool:
        """Whether no pixel is needed."""
        return not self.frame and self.longest_side is None

    @property
    def smaller_will_do(self) -> bool:
        """Whether less than full-size pixels serve."""
        return not self.frame and bool(self.longest_side)


def fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """A size with its long side brought down to longest_side pixels; never enlarged."""
    scale = min(1.0, longest_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def render(
    image: Image.Image,
    wish: Wish,
    *,
    stored_size: tuple[int, int],
    orientation: int,
    limits: Limits,
    samples: colour.SampleRange | None = None,
) -> tuple[PixelArray | None, PixelArray | None]:
    """Give the frame and the picture, as far as they are wished for. Uses the image up.

    Args:
        image: loaded; shrunk while decoding, perhaps.
        wish: what is asked for.
        stored_size: width and height before any shrinking, not turned.
        orientation: as EXIF numbers it, still to be applied.
        limits: of memory.
        samples: what deep greys mean.
    """
    if wish.smaller_will_do and image.mode in _SHRINKS_WELL:
        image = _shrunk(image, fitted(stored_size, wish.longest_side or 0))
    if not copies_fit(image, limits) and not (colour.is_plain(image) and orientation == 1):
        # Only photos above some 155 megapixels that must also be turned or converted come here.
        image = _replaced(image, image.reduce(2))
    image = _replaced(image, colour.to_srgb(image, samples))
    if orientation in _TURNS:
        image = _replaced(image, image.transpose(_TURNS[orientation]))
    frame = net_frame(image) if wish.frame else None
    if wish.longest_side is None:
        return frame, None
    upright_size = stored_size[::-1] if swaps_sides(orientation) else stored_size
    return frame, _picture(image, upright_size, wish.longest_side, limits)


def net_frame(image: Image.Image) -> PixelArray:
    """What the net sees of an upright RGB image in sRGB, shape (227, 227, 3), as `resmem` prepares it."""
    squashed = image.resize((SQUASHED_SIDE, SQUASHED_SIDE), Image.Resampling.BILINEAR)
    last = FRAME_OFFSET + FRAME_SIDE
    return _pixels(squashed.crop((FRAME_OFFSET, FRAME_OFFSET, last, last)))


def _picture(image: Image.Image, full_size: tuple[int, int], longest_side: int, limits: Limits) -> PixelArray:
    if longest_side:
        image = _shrunk(image, fitted(full_size, longest_side))
    elif _FULL_SIZE_BYTES * image.width * image.height > limits.memory:
        image = _replaced(image, image.reduce(2))
    return _pixels(image)


def _pixels(image: Image.Image) -> PixelArray:
    """An RGB image as an array, strip by strip: at once, Pillow would need two more copies on the way."""
    width, height = image.size
    array = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        array[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return array


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.width <= size[0] and image.height <= size[1]:
        return image
    return _replaced(image, image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def _replaced(old: Image.Image, new: Image.Image) -> Image.Image:
    """The new image; the old one's memory is given back at once, not when the last reference goes."""
    if old is not new:
        old.close()
    return new
