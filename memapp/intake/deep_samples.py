"""Samples of more than 8 bits, and floats, as 8 bits: which value is white, and linear light.

Sources: IEC 61966-2-1 (the curve of sRGB), ICC.1:2001-04 (the format of profiles).
"""

from __future__ import annotations

import math
import struct
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[Any]

_WHITES = (1.0, 255.0, 65535.0, 2.0**32, 2.0**64)
"""What software takes for white; the smallest that nearly covers the values."""
_NEARLY_ALL = 99.0
"""Per cent of the samples. The rest may be brighter: highlights of a photo in linear light have no limit."""
_HIGHLIGHTS = 16.0
"""Up to how many times the white such highlights go: four stops."""
_MOST_LOOKED_AT = 1 << 20
"""About how many samples are looked at, spread over the picture."""

_HEADER_BYTES = 128
_ENTRY = struct.Struct(">4sII")
_MOST_TAGS = 100
_CURVES = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
_CURVE_STEPS = 1024
_LINEAR_TOLERANCE = 0.02


def white_of(samples: Samples) -> tuple[float, float, bool]:
    """Return black and white of floats or integers whose white nobody states, and whether they are light.

    Floats that go beyond 1, but not far, are linear light with highlights: values made for a screen end at 1.

    Args:
        samples: (height, width, colours).
    """
    step = max(1, math.isqrt(samples.size // _MOST_LOOKED_AT))
    some = samples[::step, ::step].astype(np.float64)
    some = some[np.isfinite(some)]
    if not some.size:
        return 0.0, 1.0, False
    low, high = float(np.percentile(some, 100 - _NEARLY_ALL)), float(np.percentile(some, _NEARLY_ALL))
    if low < -_HIGHLIGHTS or high > _WHITES[-1]:
        return low, max(high, low + 1.0), False
    if high <= _HIGHLIGHTS and samples.dtype.kind == "f":
        return 0.0, 1.0, high > 1.0
    return 0.0, next(white for white in _WHITES if high <= white), False


def to_eight_bits(
    samples: Samples, *, black: float = 0.0, white: float = 1.0, light: bool = False
) -> Samples:
    """Return samples as 0..255; those that are no numbers become 0.

    Args:
        samples: any numbers.
        black: the sample that becomes 0.
        white: the sample that becomes 255.
        light: whether they are linear light, to be encoded as sRGB does.
    """
    values = (samples.astype(np.float32) - np.float32(black)) / np.float32(white - black)
    values = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    if light:
        values = np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)
    result: Samples = (values * 255 + 0.5).astype(np.uint8)
    return result


@lru_cache(maxsize=16)
def is_linear(profile: bytes) -> bool:
    """Return whether an ICC profile says that values are linear light."""
    tags = _tags(profile)
    return any(name in tags for name in _CURVES) and all(
        _is_line(tags[name]) for name in _CURVES if name in tags
    )


@lru_cache(maxsize=16)
def with_srgb_curve(profile: bytes) -> bytes | None:
    """Return an ICC profile with the same primaries, for values encoded as sRGB does.

    None if it has no curves: such a profile is no use for linear light.
    """
    tags = _tags(profile)
    if not any(name in tags for name in _CURVES):
        return None
    curve = _srgb_curve()
    # Tables would count more than curves.
    kept = {
        name: content for name, content in tags.items() if name[:3] not in {b"A2B", b"B2A", b"D2B", b"B2D"}
    }
    kept.update((name, curve) for name in _CURVES if name in tags)
    start = _HEADER_BYTES + 4 + _ENTRY.size * len(kept)
    table, body = b"", b""
    for name, content in kept.items():
        table += _ENTRY.pack(name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I", start + len(body)) + profile[4:_HEADER_BYTES]
    return head + struct.pack(">I", len(kept)) + table + body


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < _HEADER_BYTES + 4:
        return {}
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    tags: dict[bytes, bytes] = {}
    for index in range(min(count, _MOST_TAGS)):
        place = _HEADER_BYTES + 4 + index * _ENTRY.size
        if place + _ENTRY.size > len(profile):
            break
        name, offset, size = _ENTRY.unpack_from(profile, place)
        tags[name] = profile[offset : offset + size]
    return tags


def _is_line(curve: bytes) -> bool:
    """Return whether a tag with a curve is a straight line from 0 to 1."""
    if curve[:4] == b"para" and len(curve) >= 16:
        kind, gamma = struct.unpack_from(">H2xi", curve, 8)
        return bool(kind == 0 and abs(gamma / 65536 - 1) <= _LINEAR_TOLERANCE)
    if curve[:4] != b"curv" or len(curve) < 12:
        return False
    (count,) = struct.unpack_from(">I", curve, 8)
    values = np.frombuffer(curve[12 : 12 + 2 * min(count, 1 << 16)], ">u2")
    if count == 0:
        return True
    if count == 1:
        return len(values) == 1 and abs(int(values[0]) / 256 - 1) <= _LINEAR_TOLERANCE
    if len(values) < count:
        return False
    line = np.linspace(0, 1, len(values))
    return bool(np.abs(values / 65535 - line).max() <= _LINEAR_TOLERANCE)


def _srgb_curve() -> bytes:
    values = np.linspace(0, 1, _CURVE_STEPS)
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    samples: bytes = np.rint(light * 65535).astype(">u2").tobytes()
    return b"curv" + bytes(4) + struct.pack(">I", _CURVE_STEPS) + samples
