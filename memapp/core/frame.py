"""What part of a photo the nets see, and how it is prepared for them."""

from __future__ import annotations

from typing import NamedTuple

PREPROCESSING = "memapp-2"
"""Version of: upright by EXIF or HEIF, sRGB, alpha over white, squashed to 256 x 256 (bilinear, antialiased,
aspect not kept), the middle 227 x 227 taken, divided by 255. Raised whenever a change may change a score.

2: scores of fast precision take large JPEGs shrunk while they are decoded; exact ones are as with 1, but for
JPEGs that memory forces to be shrunk (from 120 megapixels on)."""

SQUASHED_SIDE = 256
FRAME_SIDE = 227
FRAME_OFFSET = 14
"""First row and column of the squashed photo that the net sees: (256 - 227) // 2."""


class SeenPart(NamedTuple):
    """The part of a photo that the net sees, as fractions 0..1 of its width and height."""

    left: float
    top: float
    right: float
    bottom: float


SEEN_PART = SeenPart(
    left=FRAME_OFFSET / SQUASHED_SIDE,
    top=FRAME_OFFSET / SQUASHED_SIDE,
    right=(FRAME_OFFSET + FRAME_SIDE) / SQUASHED_SIDE,
    bottom=(FRAME_OFFSET + FRAME_SIDE) / SQUASHED_SIDE,
)
"""The same for every photo, since the squash does not keep the aspect: 79 % of the area."""
