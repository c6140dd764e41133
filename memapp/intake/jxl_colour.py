"""The colours that a JPEG XL file states by names: its decoder passes on ICC profiles only.

Source: ISO/IEC 18181-1:2024, annexes D (image header) and E (colour encoding).
"""

from __future__ import annotations

from memapp.intake.icc import (
    BT_2020_PRIMARIES,
    P3_PRIMARIES,
    SRGB_PRIMARIES,
    TRANSFERS_BY_CODE,
    Encoding,
    Point,
    Primaries,
    Transfer,
)
from memapp.intake.isobmff import boxes
from memapp.intake.reading import PhotoFile

_CODESTREAM = b"\xff\x0a"
_MOST_BYTES = 4096
"""Of the header, far beyond what it needs without a preview's and the extra channels' long names."""

_GREY, _XYB = 1, 2
"""Kinds of colour space."""
_CUSTOM = 2
_ALPHA, _SPOT_COLOUR, _COLOUR_FILTERS = 0, 2, 5
"""Kinds of extra channel with values of their own."""

_WHITES: dict[int, Point] = {1: (0.3127, 0.3290), 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
_LINEAR = Encoding(transfer=Transfer.GAMMA)
_PRIMARIES = {1: SRGB_PRIMARIES, 9: BT_2020_PRIMARIES, 11: P3_PRIMARIES}

_BitChoice = tuple[int, int]
"""A constant, and the number of bits of what is added to it."""
_SIDE: tuple[_BitChoice, ...] = ((1, 9), (1, 13), (1, 18), (1, 30))
_PREVIEW_SIDE: tuple[_BitChoice, ...] = ((1, 6), (65, 8), (321, 10), (1345, 12))
_PREVIEW_SIDE_IN_EIGHTS: tuple[_BitChoice, ...] = ((16, 0), (32, 0), (1, 5), (33, 9))
_ENUM: tuple[_BitChoice, ...] = ((0, 0), (1, 0), (2, 4), (18, 6))
_COORDINATE: tuple[_BitChoice, ...] = ((0, 19), (524288, 19), (1048576, 20), (2097152, 21))


def stated_encoding(file: PhotoFile) -> Encoding | None:
    """Return the encoding of the decoded values; None for sRGB, an ICC profile, and damaged headers.

    Lossy pictures are stored in JPEG XL's own colour space. The decoder returns them in the encoding that the
    header names; where it has an ICC profile instead, in linear light with sRGB's primaries (libjxl without a
    colour management system): then the profile must not be applied.

    Raises:
        PhotoError: the time is up.
        Cancelled: the run was cancelled.
        OSError: the file can't be read.
    """
    header = _codestream(file)
    if not header.startswith(_CODESTREAM):
        return None
    try:
        return _encoding(_Bits(header[len(_CODESTREAM) :]))
    except EOFError:
        return None


def _codestream(file: PhotoFile) -> bytes:
    """Return the first bytes of the picture itself, which may be in boxes, and in several parts."""
    file.seek(0)
    if (first := file.read(_MOST_BYTES)).startswith(_CODESTREAM):
        return first
    content = b""
    for box in boxes(file):
        skipped = {b"jxlc": 0, b"jxlp": 4}.get(box.name)  # a part begins with its number
        if skipped is None or box.size <= skipped:
            continue
        file.seek(box.start + skipped)
        content += file.read(min(box.size - skipped, _MOST_BYTES))
        if len(content) >= _MOST_BYTES:
            break
    return content


class _Bits:
    """Reads numbers from bytes, lowest bits first (annex B)."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def number(self, bits: int) -> int:
        """Raise EOFError behind the end."""
        if bits > self._left:
            raise EOFError
        value = self._value & ((1 << bits) - 1)
        self._value >>= bits
        self._left -= bits
        return value

    def flag(self) -> bool:
        return bool(self.number(1))

    def choice(self, *choices: _BitChoice) -> int:
        """U32(): one of four."""
        constant, bits = choices[self.number(2)]
        return constant + self.number(bits)


def _encoding(bits: _Bits) -> Encoding | None:
    _skip_size(bits)
    if bits.flag():  # all as usual: sRGB
        return None
    has_extras = bits.flag()
    if has_extras:
        _skip_extras(bits)
    _skip_depth(bits)
    bits.flag()  # 16-bit buffers suffice
    for _ in range(bits.choice((0, 0), (1, 0), (2, 4), (1, 12))):
        _skip_channel(bits)
    return _colour_encoding(bits, in_xyb=bits.flag())


def _skip_size(bits: _Bits) -> None:
    small = bits.flag()
    for _side in range(2):
        if small:
            bits.number(5)
        else:
            bits.choice(*_SIDE)
        if _side == 0 and bits.number(3):  # the width follows from a ratio
            return


def _skip_extras(bits: _Bits) -> None:
    bits.number(3)  # orientation
    if bits.flag():  # intrinsic size
        _skip_size(bits)
    if bits.flag():  # preview
        in_eights = bits.flag()
        choices = _PREVIEW_SIDE_IN_EIGHTS if in_eights else _PREVIEW_SIDE
        bits.choice(*choices)
        if not bits.number(3):
            bits.choice(*choices)
    if bits.flag():  # animation
        bits.choice((100, 0), (1000, 0), (1, 10), (1, 30))
        bits.choice((1, 0), (1001, 0), (1, 8), (1, 10))
        bits.choice((0, 0), (0, 3), (0, 16), (0, 32))
        bits.flag()


def _skip_depth(bits: _Bits) -> None:
    if bits.flag():  # floats
        bits.choice((32, 0), (16, 0), (24, 0), (1, 6))
        bits.number(4)
    else:
        bits.choice((8, 0), (10, 0), (12, 0), (1, 6))


def _skip_channel(bits: _Bits) -> None:
    if bits.flag():  # alpha, as usual
        return
    kind = bits.choice(*_ENUM)
    _skip_depth(bits)
    bits.choice((0, 0), (3, 0), (4, 0), (1, 3))
    for _ in range(bits.choice((0, 0), (0, 4), (16, 5), (48, 10))):
        bits.number(8)  # its name
    if kind == _ALPHA:
        bits.flag()
    elif kind == _SPOT_COLOUR:
        bits.number(4 * 16)
    elif kind == _COLOUR_FILTERS:
        bits.choice((1, 0), (0, 2), (3, 4), (19, 8))


def _colour_encoding(bits: _Bits, *, in_xyb: bool) -> Encoding | None:
    if bits.flag():  # sRGB
        return None
    has_profile = bits.flag()
    space = bits.choice(*_ENUM)
    if has_profile:
        return _LINEAR if in_xyb else None
    if space == _XYB:
        return None
    kind_of_white = bits.choice(*_ENUM)
    white = _point(bits) if kind_of_white == _CUSTOM else _WHITES.get(kind_of_white)
    if white is None:
        return None
    primaries: Primaries | None = SRGB_PRIMARIES
    if space != _GREY:
        kind = bits.choice(*_ENUM)
        if kind == _CUSTOM:
            primaries = Primaries(_point(bits), _point(bits), _point(bits), white)
        elif (known := _PRIMARIES.get(kind)) is not None:
            primaries = Primaries(known.red, known.green, known.blue, white)
        else:
            return None
    assert primaries is not None
    curve = _transfer(bits)
    if curve is None or not primaries.are_possible:
        return None
    return Encoding(primaries, curve.transfer, curve.gamma)


def _transfer(bits: _Bits) -> Encoding | None:
    if bits.flag():  # a gamma: the exponent from light to values
        exponent = bits.number(24) / 1e7
        return Encoding(transfer=Transfer.GAMMA, gamma=1 / exponent) if 0.1 <= exponent <= 1 else None
    code = bits.choice(*_ENUM)
    if code == 1:  # BT.709, stated on purpose here
        return TRANSFERS_BY_CODE[14]
    # 17 is P3's exponent of 2.6, here without SMPTE 428's headroom.
    return Encoding(transfer=Transfer.GAMMA, gamma=2.6) if code == 17 else TRANSFERS_BY_CODE.get(code)


def _point(bits: _Bits) -> Point:
    return _coordinate(bits), _coordinate(bits)


def _coordinate(bits: _Bits) -> float:
    packed = bits.choice(*_COORDINATE)
    return (packed // 2 if packed % 2 == 0 else -(packed + 1) // 2) / 1e6
