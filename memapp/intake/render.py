"""From decoded pixels to the requested results: upright, sRGB, as the net's frame, as a picture, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from PIL import Image

from memapp.core.frame import FRAME_OFFSET, FRAME_SIDE, SQUASHED_SIDE
from memapp.core.records import PixelArray, Precision
from memapp.intake import colour
from memapp.intake.facts import swaps_sides
from memapp.intake.greys import sharpness_of
from memapp.intake.limits import Limits
from memapp.intake.opening import copies_fit
from memapp.intake.sizes import fitted

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of an image, in its pixels."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The operation that makes a photo of each EXIF orientation upright."""

_RIGHT_BECOMES_LEFT = frozenset({2, 3, 6, 7})
_BOTTOM_BECOMES_TOP = frozenset({3, 4, 7, 8})
"""EXIF orientations that move the part beyond the edge to the left, or to the top."""

_FULL_SIZE_BYTES = 7
"""Per pixel returned at full size: Pillow's copy and the array's."""

_STRIP_ROWS = 256

_LARGE = 1000
"""Pixels of both sides above which squashing is worth optimising."""
_MOST_UPRIGHT = 1.6
"""Height over width: above it Pillow resizes columns or rows first, whichever is faster, and rounds in
between; so the requested size must not be reduced."""

FAST_SIZE = (500, 500)
"""Width and height that suffice for a frame of fast precision. Never for an exact one: even half-size pixels
change scores by 0.003. See docs/decisions/reduced-decode.md."""

_SHRINKS_WELL = frozenset({"RGB", "RGBX", "RGBA", "L", "LA", "CMYK"})
"""Modes whose neighbouring pixels may be averaged before the colour conversion."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller requests; meanings as in PhotoLoader."""

    frame: bool
    longest_side: int | None
    precision: Precision = Precision.EXACT

    @property
    def facts_only(self) -> bool:
        """Whether no pixel is needed."""
        return not self.frame and self.longest_side is None

    @property
    def small_picture_only(self) -> bool:
        """Whether only a picture of less than full size is requested."""
        return not self.frame and bool(self.longest_side)

    def least_size(self, stored_size: tuple[int, int]) -> tuple[int, int] | None:
        """Return the minimum width and height to decode, as stored; None for full size.

        If a frame is requested, it alone determines the size: the picture must not change a score.
        """
        if self.frame:
            return FAST_SIZE if self.precision is Precision.FAST else None
        return fitted(stored_size, self.longest_side) if self.longest_side else None


class Rendered(NamedTuple):
    """What render() returns; None for what was not requested."""

    frame: PixelArray | None = None
    picture: PixelArray | None = None
    sharpness: float | None = None
    """As greys.sharpness_of() returns it; measured where a frame is requested."""


def render(
    image: Image.Image,
    request: Request,
    *,
    stored_size: tuple[int, int],
    orientation: int,
    limits: Limits,
    scale: int = 1,
    samples: colour.SampleRange | None = None,
) -> Rendered:
    """Return the requested ones of frame and picture, and with a frame the sharpness. Consumes the image.

    Args:
        image: loaded; possibly shrunk while decoding.
        request: what is requested.
        stored_size: width and height before any shrinking, not rotated.
        orientation: as EXIF numbers it, still to be applied.
        limits: of memory.
        scale: the factor by which it was shrunk while decoding.
        samples: the meaning of deep greys.
    """
    # The last row and column of a photo that was shrunk while decoding may lie partly beyond its edge.
    box = (0.0, 0.0, stored_size[0] / scale, stored_size[1] / scale)
    if request.small_picture_only and image.mode in _SHRINKS_WELL:
        image, box = _shrunk(image, box, fitted(stored_size, request.longest_side or 0))
    if not copies_fit(image, limits) and not (colour.is_plain(image) and orientation == 1):
        # Only for photos above some 155 megapixels that must also be rotated or converted.
        image = _replaced(image, image.reduce(2))
        box = (0.0, 0.0, box[2] / 2, box[3] / 2)
    image = _replaced(image, colour.to_srgb(image, samples))
    if orientation in _TURNS:
        image = _replaced(image, image.transpose(_TURNS[orientation]))
        box = _turned(box, image.size, orientation)
    upright_size = stored_size[::-1] if swaps_sides(orientation) else stored_size
    frame = net_frame(image, box) if request.frame else None
    sharpness = sharpness_of(image, box, upright_size) if request.frame else None
    if request.longest_side is None:
        return Rendered(frame, None, sharpness)
    return Rendered(frame, _picture(image, box, upright_size, request.longest_side, limits), sharpness)


def net_frame(image: Image.Image, box: Box | None = None) -> PixelArray:
    """Return what the net sees of an upright sRGB image, (227, 227, 3), prepared as `resmem` does.

    Args:
        image: the photo.
        box: the part of the image that is the photo; None for all of it.
    """
    left, top, right, bottom = box or (0.0, 0.0, *map(float, image.size))
    width, height = right - left, bottom - top
    last = FRAME_OFFSET + FRAME_SIDE
    if min(width, height) >= _LARGE and height <= _MOST_UPRIGHT * width:
        # What is outside the frame need not be squashed: a third of the work, without changing a value. A
        # number of pixels divided by 256 is exact.
        seen = (
            left + width * FRAME_OFFSET / SQUASHED_SIDE,
            top + height * FRAME_OFFSET / SQUASHED_SIDE,
            left + width * last / SQUASHED_SIDE,
            top + height * last / SQUASHED_SIDE,
        )
        return _pixels(image.resize((FRAME_SIDE, FRAME_SIDE), Image.Resampling.BILINEAR, box=seen))
    squashed = image.resize((SQUASHED_SIDE, SQUASHED_SIDE), Image.Resampling.BILINEAR, box=box)
    return _pixels(squashed.crop((FRAME_OFFSET, FRAME_OFFSET, last, last)))


def _picture(
    image: Image.Image, box: Box, full_size: tuple[int, int], longest_side: int, limits: Limits
) -> PixelArray:
    if longest_side:
        image, _ = _shrunk(image, box, fitted(full_size, longest_side))
    elif _FULL_SIZE_BYTES * image.width * image.height > limits.memory:
        image = _replaced(image, image.reduce(2))
    return _pixels(image)


def _pixels(image: Image.Image) -> PixelArray:
    """Return an RGB or RGBX image as an array, strip by strip: at once, Pillow would need two more copies."""
    width, height = image.size
    array = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        array[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))[..., :3]
    return array


def _shrunk(image: Image.Image, box: Box, size: tuple[int, int]) -> tuple[Image.Image, Box]:
    """Shrink the part of the image that is the photo to a size, and return its position in the result."""
    if image.width <= size[0] and image.height <= size[1]:
        return image, box
    shrunk = image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    return _replaced(image, shrunk), (0.0, 0.0, float(size[0]), float(size[1]))


def _turned(box: Box, size: tuple[int, int], orientation: int) -> Box:
    """Return the photo's position once it is upright; size is that of the upright image."""
    _, _, width, height = box
    if swaps_sides(orientation):
        width, height = height, width
    left = size[0] - width if orientation in _RIGHT_BECOMES_LEFT else 0.0
    top = size[1] - height if orientation in _BOTTOM_BECOMES_TOP else 0.0
    return left, top, left + width, top + height


def _replaced(old: Image.Image, new: Image.Image) -> Image.Image:
    """Return the new image and release the old one's memory at once, not with its last reference."""
    if old is not new:
        old.close()
    return new
