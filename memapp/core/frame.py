"""The part of a photo that the nets see, and its preparation."""

from __future__ import annotations

from typing import NamedTuple

PREPROCESSING = "memapp-3"
"""Version of the preparation: upright by EXIF or HEIF, sRGB, alpha over white, squashed to 256 x 256
(bilinear, antialiased, without keeping the aspect ratio), the middle 227 x 227, divided by 255. Raise it when
a change may change a score.

2: scores of fast precision use large JPEGs decoded at a reduced size; exact ones are as in 1, except for
JPEGs that must be reduced for lack of memory (from 120 megapixels).
3: colours that a file states otherwise than by an ICC profile are converted; HDR is compressed to SDR. The
largest page of a TIFF instead of the first; its floats and planes as they are meant. Selections kept in
Photoshop documents are no transparency.
"""

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
"""The same for every photo, because the squash does not keep the aspect ratio: 79 % of the area."""
