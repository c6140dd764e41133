"""ICC profiles for colours that a file states by numbers or names: primaries, and the curve of its values.

Sources: ITU-T H.273 (codes of primaries and curves), ITU-R BT.2100 (PQ, HLG), ITU-R BT.2408 (HDR reference
white), IEC 61966-2-1 (sRGB), ICC.1:2001-04 (the profile's format).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Point: TypeAlias = tuple[float, float]
"""A chromaticity: x and y of CIE 1931."""

_Values: TypeAlias = npt.NDArray[np.float64]

HDR_WHITE = 203.0
"""Candela per square metre of a white page in HDR (BT.2408). It becomes SDR's white, nearly: see _KNEE."""
HDR_PEAK = 1000.0
"""Candela per square metre of the brightest highlight that is told from white; HLG's nominal peak."""
_KNEE = 0.85
"""Share of SDR's white up to which HDR keeps its brightness; what is above is compressed to 1."""
_PQ_PEAK = 10_000.0

_D50 = (0.9642, 1.0, 0.8249)
"""XYZ of the white of ICC's connection space."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""From XYZ to the responses in which ICC adapts one white to another."""

_STEPS = 4096
"""Entries of a curve: lcms reads them at 256 places, for 8 bits."""
_SAME_PRIMARIES = 0.005
_SMALLEST_WHITE = 0.05
_SMALLEST_DETERMINANT = 1e-3


class Transfer(Enum):
    """A curve from a picture's values to light."""

    SRGB = "sRGB"
    GAMMA = "gamma"
    BT_709 = "BT.709"
    """The inverse of the camera's curve of BT.709 and BT.2020."""
    SMPTE_428 = "SMPTE ST 428-1"
    PQ = "PQ"
    HLG = "HLG"

    @property
    def is_hdr(self) -> bool:
        """Whether its highest value is brighter than a white page."""
        return self in {Transfer.PQ, Transfer.HLG}


@dataclass(frozen=True, slots=True)
class Primaries:
    """The colours of a picture's highest values."""

    red: Point
    green: Point
    blue: Point
    white: Point

    @property
    def are_possible(self) -> bool:
        """Whether three lights of these colours can be mixed to the white."""
        points = (self.red, self.green, self.blue, self.white)
        if not all(math.isfinite(part) and -0.5 <= part <= 1.5 for point in points for part in point):
            return False
        if self.white[1] < _SMALLEST_WHITE or abs(np.linalg.det(_mixture(self))) < _SMALLEST_DETERMINANT:
            return False
        return bool((np.linalg.solve(_mixture(self), _xyz_of(self.white)) > 0).all())

    @property
    def are_nearly_srgb(self) -> bool:
        """Whether they are sRGB's, up to rounding."""
        pairs = zip(
            (*self.red, *self.green, *self.blue, *self.white),
            (*SRGB_PRIMARIES.red, *SRGB_PRIMARIES.green, *SRGB_PRIMARIES.blue, *SRGB_PRIMARIES.white),
            strict=True,
        )
        return all(abs(one - other) <= _SAME_PRIMARIES for one, other in pairs)


_D65 = (0.3127, 0.3290)
_ILLUMINANT_C = (0.310, 0.316)
_DCI_WHITE = (0.314, 0.351)

SRGB_PRIMARIES = Primaries((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65)
ADOBE_RGB_PRIMARIES = Primaries((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), _D65)
BT_2020_PRIMARIES = Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65)
P3_PRIMARIES = Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65)
DCI_P3_PRIMARIES = Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI_WHITE)
_SMPTE_170M = Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)

PRIMARIES_BY_CODE = {
    1: SRGB_PRIMARIES,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _ILLUMINANT_C),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _SMPTE_170M,
    7: _SMPTE_170M,
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _ILLUMINANT_C),
    9: BT_2020_PRIMARIES,
    10: Primaries((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3)),
    11: DCI_P3_PRIMARIES,
    12: P3_PRIMARIES,
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
"""By H.273's code."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a picture's values stand for colours."""

    primaries: Primaries = SRGB_PRIMARIES
    transfer: Transfer = Transfer.SRGB
    gamma: float = 1.0
    """The exponent from values to light, for Transfer.GAMMA; 1 is linear light."""
    narrow: bool = False
    """Whether black is 16 and white 235 of 255, as in video."""


TRANSFERS_BY_CODE = {
    # Files with these two nearly always hold sRGB: their encoders were not told better. Browsers agree.
    1: Encoding(),
    6: Encoding(),
    4: Encoding(transfer=Transfer.GAMMA, gamma=2.2),
    5: Encoding(transfer=Transfer.GAMMA, gamma=2.8),
    8: Encoding(transfer=Transfer.GAMMA),
    13: Encoding(),
    14: Encoding(transfer=Transfer.BT_709),
    15: Encoding(transfer=Transfer.BT_709),
    16: Encoding(transfer=Transfer.PQ),
    17: Encoding(transfer=Transfer.SMPTE_428),
    18: Encoding(transfer=Transfer.HLG),
}
"""Curves, by H.273's code, each with sRGB's primaries."""

ADOBE_RGB = Encoding(ADOBE_RGB_PRIMARIES, Transfer.GAMMA, gamma=563 / 256)
"""Adobe RGB (1998) Color Image Encoding, 4.3.1.2."""


@lru_cache(maxsize=64)
def profile_for(encoding: Encoding, *, grey: bool) -> bytes | None:
    """Return an ICC profile (version 2) to convert a picture with; None if the picture is sRGB.

    Args:
        encoding: of the picture; its primaries are possible.
        grey: whether the picture has one channel.
    """
    same_colours = grey or encoding.primaries == SRGB_PRIMARIES
    if same_colours and encoding.transfer is Transfer.SRGB and not encoding.narrow:
        return None
    curve = _curve(encoding)
    tags = {b"desc": _description("memapp"), b"wtpt": _xyz_tag(*_D50)}
    if grey:
        tags[b"kTRC"] = curve
    else:
        colours = _adapted(encoding.primaries)
        for channel, name in enumerate("rgb"):
            tags[f"{name}XYZ".encode()] = _xyz_tag(*colours[:, channel])
            tags[f"{name}TRC".encode()] = curve
    return _assembled(b"GRAY" if grey else b"RGB ", tags)


def to_light(values: _Values, encoding: Encoding) -> _Values:
    """Return the light that values stand for: 0 is black, 1 is SDR's white; HDR is compressed to that.

    Args:
        values: 0..1.
        encoding: their curve.
    """
    if encoding.narrow:
        values = np.clip((values * 255 - 16) / (235 - 16), 0, 1)
    match encoding.transfer:
        case Transfer.SRGB:
            return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
        case Transfer.GAMMA:
            return values**encoding.gamma
        case Transfer.BT_709:
            return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))
        case Transfer.SMPTE_428:
            return np.minimum(values**2.6 * 52.37 / 48, 1)
        case Transfer.PQ:
            return _to_sdr(_pq_light(values))
        case Transfer.HLG:
            return _to_sdr(_hlg_light(values))


def _pq_light(values: _Values) -> _Values:
    """Return candela per square metre (BT.2100, table 4)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = values ** (1 / m2)
    light: _Values = _PQ_PEAK * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return light


def _hlg_light(values: _Values) -> _Values:
    """Return candela per square metre on a display of HDR_PEAK (BT.2100, table 5).

    The standard's exponent of 1.2 applies to the luminance; here to each channel, as a profile's curves can
    do that: saturated colours come out somewhat stronger.
    """
    a = 0.17883277
    b = 1 - 4 * a
    c = 0.5 - a * math.log(4 * a)
    scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    light: _Values = HDR_PEAK * scene**1.2
    return light


def _to_sdr(light: _Values) -> _Values:
    """Compress HDR, in candela per square metre, to 0..1 of SDR's white.

    Up to _KNEE of the white nothing changes. Above, a hyperbola goes on with the same slope and reaches 1 at
    HDR_PEAK, beyond which all is white: k + t / (1 + c t), with t the excess over the knee k.
    """
    relative = light / HDR_WHITE
    excess = np.maximum(relative - _KNEE, 0)
    bend = 1 / (1 - _KNEE) - 1 / (HDR_PEAK / HDR_WHITE - _KNEE)
    return np.minimum(np.where(relative <= _KNEE, relative, _KNEE + excess / (1 + bend * excess)), 1)


def _xyz_of(point: Point) -> _Values:
    """Return XYZ for Y = 1."""
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _mixture(primaries: Primaries) -> _Values:
    """Return the primaries' x, y and z as columns."""
    points = (primaries.red, primaries.green, primaries.blue)
    return np.array([[x, y, 1 - x - y] for x, y in points]).T


def _adapted(primaries: Primaries) -> _Values:
    """Return XYZ of the primaries as columns, scaled to their white and adapted to D50."""
    white = _xyz_of(primaries.white)
    colours = _mixture(primaries)
    colours = colours * np.linalg.solve(colours, white)
    gains = (_BRADFORD @ np.array(_D50)) / (_BRADFORD @ white)
    adapted: _Values = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD @ colours
    return adapted


def _curve(encoding: Encoding) -> bytes:
    light = to_light(np.linspace(0, 1, _STEPS), encoding)
    values = np.rint(np.clip(light, 0, 1) * 65535).astype(">u2")
    return b"curv" + bytes(4) + struct.pack(">I", _STEPS) + values.tobytes()


def _xyz_tag(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _fixed(*values: float) -> bytes:
    """Return numbers as ICC's s15Fixed16Number."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _description(text: str) -> bytes:
    name = text.encode("ascii") + b"\0"
    # No Unicode and no Macintosh name: their counts are 0, the latter's 67 bytes remain.
    return b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(8 + 3 + 67)


def _assembled(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of a display: header, table of tags, tags; equal tags are stored once."""
    start = 128 + 4 + 12 * len(tags)
    table, body, places = b"", b"", dict[bytes, int]()
    for name, content in tags.items():
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", places[content], len(content))
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"", 0x02400000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(24)
    header += struct.pack(">I", 1) + _fixed(*_D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
