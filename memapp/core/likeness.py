"""What tells how alike two photos are: the net's features, a small grey picture, the sharpness.

Features are kept in 4 bits a number, with one step size for each photo: 502 bytes for 1,000 numbers
(docs/decisions/moments.md says what that loses).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

FEATURES = 1000
"""How many numbers published ResMem's residual branch gives for a photo."""

GREY_SIDE = 64
"""Pixels of the small grey picture's sides."""

_STEPS = 7
"""Quantised numbers are -7 to 7."""
_SPREADS = 2.5
"""Numbers beyond so many root mean squares of the photo's are cut there: they are few, and finer steps for
all others are worth more."""
PACKED_BYTES = 2 + FEATURES // 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was noted of a photo when it was scored."""

    features: bytes
    """As pack_features() returns them."""
    grey: bytes
    """What the net saw, grey, 64 x 64 pixels, as a JPEG."""
    sharpness: float | None
    """Variance of the Laplacian at a fixed size, in squares of 8-bit steps: higher is sharper; None if the
    photo was decoded at a smaller size than that."""


def pack_features(features: FloatArray) -> list[bytes]:
    """Return features, (n, 1000), as PACKED_BYTES for each photo.

    Each is a half-precision step size, little-endian, and two numbers a byte, the first in the lower bits.
    """
    spread = np.sqrt(np.mean(np.square(features, dtype=np.float64), axis=1, keepdims=True))
    steps = np.maximum(_SPREADS * spread / _STEPS, 1e-4).astype("<f2")
    whole = np.clip(np.rint(features / steps.astype(np.float64)), -_STEPS, _STEPS).astype(np.int8)
    unsigned = (whole + 8).astype(np.uint8)
    pairs = unsigned[:, ::2] | (unsigned[:, 1::2] << 4)
    return [step.tobytes() + pair.tobytes() for step, pair in zip(steps, pairs, strict=True)]


def are_features(content: object) -> bool:
    """Return whether a stored value can be features: its length is right and its step a number above 0."""
    if not isinstance(content, bytes) or len(content) != PACKED_BYTES:
        return False
    step = float(np.frombuffer(content, "<f2", 1)[0])
    return bool(np.isfinite(step) and step > 0)


def unit_features(packed: Sequence[bytes]) -> FloatArray:
    """Return packed features as unit vectors, (n, 1000): their products are cosines.

    The step sizes cancel out. A photo whose features are all 0 has zeros.
    """
    content = np.frombuffer(b"".join(packed), np.uint8).reshape(len(packed), PACKED_BYTES)[:, 2:]
    whole = np.empty((len(packed), FEATURES), np.float32)
    whole[:, ::2] = content & 15
    whole[:, 1::2] = content >> 4
    whole -= 8
    length = np.sqrt(np.einsum("ij,ij->i", whole, whole))[:, None]
    units: FloatArray = whole / np.maximum(length, 1)
    return units
