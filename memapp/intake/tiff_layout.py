"""How the pixels of a TIFF page are stored, for pages that Pillow can't decode. Tag numbers: TIFF 6.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from PIL import Image, Jpeg2KImagePlugin, WebPImagePlugin
from pylibjxl import pillow_plugin

from memapp.intake.deep_samples import is_linear

WIDTH, HEIGHT = 256, 257
BITS = 258
COMPRESSION = 259
PHOTOMETRIC = 262
FILL_ORDER = 266
STRIPS, ROWS_PER_STRIP, STRIP_SIZES = 273, 278, 279
SAMPLES = 277
PLANES = 284
_PREDICTOR = 317
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES = 322, 323, 324, 325
_INK_SET = 332
_EXTRA_SAMPLES = 338
_FORMAT = 339
_PROFILE = 34675

UNCOMPRESSED = 1
_WITH_PREDICTOR = frozenset({5, 8, 32946, 34925, 50000})
"""LZW, deflate, its older number, LZMA, Zstandard."""
_LOSSLESS = _WITH_PREDICTOR | {UNCOMPRESSED, 32773}
"""And PackBits: libtiff returns bytes for all of them."""
APERIO_YCBCR = 33003
PICTURES: Mapping[int, Callable[[IO[bytes], str], Image.Image]] = {
    50001: WebPImagePlugin.WebPImageFile,
    34712: Jpeg2KImagePlugin.Jpeg2KImageFile,
    APERIO_YCBCR: Jpeg2KImagePlugin.Jpeg2KImageFile,
    33005: Jpeg2KImagePlugin.Jpeg2KImageFile,
    50002: pillow_plugin.JxlImageFile,
}
"""Compressions whose strips and tiles are files of their own: WebP, JPEG 2000 (also Aperio's), JPEG XL."""
_PICTURE_BYTES = 20
"""Per pixel of a strip or tile, at the peak of these decoders."""

WHITE_IS_ZERO, RGB, CMYK, _YCBCR, _CIELAB, ICC_LAB = 0, 2, 5, 6, 8, 9
_LABS = frozenset({_CIELAB, ICC_LAB})
_COLOURS = {0: 1, 1: 1, 2: 3, 5: 4, 8: 3, 9: 3}
"""Samples of a pixel without extra ones, by photometric interpretation."""
MODES = {(1, False): "L", (1, True): "LA", (3, False): "RGB", (3, True): "RGBA"}
"""Pillow's, by the number of colours and whether there is alpha."""
_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
_ALPHAS = {1: True, 2: False, 999: False}
"""Values of ExtraSamples that are alpha (the last is Corel's), and whether colours are multiplied by it."""

_INTEGER, SIGNED, FLOAT, _UNDEFINED = 1, 2, 3, 4
_POSSIBLE_BITS = {_INTEGER: {*range(1, 17), 32, 64}, SIGNED: {*range(2, 17), 32, 64}, FLOAT: {16, 24, 32, 64}}
_MOST_SAMPLES = 64
_UNKNOWN_WHITE_BITS = 32
"""From which on integers rarely reach their highest value."""
STRIP_PIXELS = 500_000
"""How many pixels are brought to 8 bits at once."""
_VALUE_BYTES = 24
"""Per sample of these, at the peak."""


@dataclass(frozen=True, slots=True)
class TiffLayout:
    """How a page's pixels are stored."""

    size: tuple[int, int]
    photometric: int
    compression: int
    bits: int
    kind: int
    """SIGNED, FLOAT, or unsigned integers."""
    samples: int
    alpha: int | None
    """Its place among a pixel's samples."""
    premultiplied: bool
    """Whether colours are multiplied by alpha."""
    separate: bool
    """Whether each sample has strips or tiles of its own."""
    predictor: int
    fill_order: int
    order: str
    """Of bytes: "<" or ">"."""
    part_size: tuple[int, int]
    """Width and height of a strip or tile; the last strip may have fewer rows."""
    tiled: bool
    offsets: tuple[int, ...]
    """Of strips or tiles in the file."""
    sizes: tuple[int, ...]
    """Their bytes in the file."""
    profile: bytes | None

    @property
    def mode(self) -> str:
        """Pillow's mode of the decoded picture."""
        if self.photometric == CMYK:
            return "CMYK"
        if self.photometric in _LABS:
            return "LAB"
        mode = MODES[self.colours, self.alpha is not None]
        return _PREMULTIPLIED.get(mode, mode) if self.premultiplied else mode

    @property
    def colours(self) -> int:
        """Samples of a pixel without alpha and others."""
        return _COLOURS[self.photometric]

    @property
    def samples_in_part(self) -> int:
        """Samples of a pixel within a strip or tile."""
        return 1 if self.separate else self.samples

    @property
    def row_bytes(self) -> int:
        """Of a strip or tile, decompressed."""
        return (self.part_size[0] * self.samples_in_part * self.bits + 7) // 8

    @property
    def has_unknown_white(self) -> bool:
        """Whether the samples must be looked at to know which of them is white."""
        return self.compression not in PICTURES and (self.kind == FLOAT or self.bits >= _UNKNOWN_WHITE_BITS)

    @property
    def stays_deep(self) -> bool:
        """Whether the upper 8 bits of the samples are not enough."""
        return self.has_unknown_white or self.is_deep_light

    @property
    def is_deep_light(self) -> bool:
        """Whether these are integers of linear light, whose dark half is in the lower bits."""
        return self.bits > 8 and self.kind != FLOAT and self.profile is not None and is_linear(self.profile)

    @property
    def highest(self) -> int:
        """The highest integer."""
        return (1 << (self.bits - (self.kind == SIGNED))) - 1

    @property
    def memory(self) -> int:
        """Bytes at the peak of decoding."""
        pixels, rows = self.size[0] * self.size[1], min(self.part_size[1], self.size[1])
        kept = self.colours + (self.alpha is not None)
        # The samples that are kept, as 32 bits and as 8, and Pillow's picture.
        held = pixels * (kept * (5 if self.stays_deep else 1) + 4)
        if self.compression in PICTURES:
            return held + _PICTURE_BYTES * self.part_size[0] * self.part_size[1]
        # A strip or tile as stored, libtiff's bytes, Pillow's, and the array's.
        part = 4 * self.row_bytes * rows
        values = min(self.part_size[0] * rows, max(STRIP_PIXELS, self.part_size[0]))
        return held + part + _VALUE_BYTES * self.samples_in_part * values


def layout_of(tags: Mapping[int, Any], order: bytes) -> TiffLayout | None:
    """Return how a page's pixels are stored; None for what is not read by tiff_samples.

    Args:
        tags: the page's, as Pillow reads them.
        order: of bytes, TIFF's first two.
    """
    bits, kind = _common(tags, BITS), _common(tags, _FORMAT)
    compression, photometric = _first(tags, COMPRESSION, 1), _first(tags, PHOTOMETRIC, 0)
    kind = _INTEGER if kind == _UNDEFINED else kind
    if compression in PICTURES and photometric == _YCBCR:
        photometric = RGB  # which is what their decoders return
    samples = _first(tags, SAMPLES, max(1, len(_numbers(tags, BITS))))
    if bits not in _POSSIBLE_BITS.get(kind, ()) or not _is_known(tags, compression, photometric, bits, kind):
        return None
    width, height = _first(tags, WIDTH, 0), _first(tags, HEIGHT, 0)
    tiled = _TILES in tags
    part_size = (width, min(height, _first(tags, ROWS_PER_STRIP, height)))
    if tiled:
        part_size = (_first(tags, _TILE_WIDTH, 0), _first(tags, _TILE_HEIGHT, 0))
    if min(width, height, *part_size) < 1 or not _COLOURS[photometric] <= samples <= _MOST_SAMPLES:
        return None
    alpha, premultiplied = _alpha_of(_numbers(tags, _EXTRA_SAMPLES), _COLOURS[photometric], samples)
    offsets, sizes = (
        _numbers(tags, _TILES if tiled else STRIPS),
        _numbers(tags, _TILE_SIZES if tiled else STRIP_SIZES),
    )
    if not sizes and compression == UNCOMPRESSED and len(offsets) == 1:
        # Some writers leave the size of a single strip out.
        sizes = ((part_size[0] * samples * bits + 7) // 8 * part_size[1],)
    profile = tags.get(_PROFILE)
    return TiffLayout(
        size=(width, height),
        photometric=photometric,
        compression=compression,
        bits=bits,
        # In Lab only a and b have a sign, which Pillow takes care of.
        kind=_INTEGER if photometric in _LABS else kind,
        samples=samples,
        alpha=alpha,
        premultiplied=premultiplied,
        separate=_first(tags, PLANES, 1) == 2,
        predictor=_first(tags, _PREDICTOR, 1) if compression in _WITH_PREDICTOR else 1,
        fill_order=_first(tags, FILL_ORDER, 1),
        order="<" if order == b"II" else ">",
        part_size=part_size,
        tiled=tiled,
        offsets=offsets,
        sizes=sizes,
        profile=profile if isinstance(profile, bytes) and profile else None,
    )


def _is_known(tags: Mapping[int, Any], compression: int, photometric: int, bits: int, kind: int) -> bool:
    if photometric not in _COLOURS or (photometric == CMYK and _first(tags, _INK_SET, 1) != 1):
        return False
    if photometric in _LABS and (bits not in {8, 16} or kind == FLOAT):
        return False
    if compression in PICTURES:
        return bits == 8 and photometric in {0, 1, RGB} and _first(tags, PLANES, 1) == 1
    return compression in _LOSSLESS


def _alpha_of(extra: tuple[int, ...], colours: int, samples: int) -> tuple[int | None, bool]:
    """Return the place of alpha among a pixel's samples, and whether colours are multiplied by it."""
    if not extra and (colours, samples) == (3, 4):
        return 3, False  # as Pillow does
    for place, meaning in enumerate(extra[: samples - colours]):
        if meaning in _ALPHAS:
            return colours + place, _ALPHAS[meaning]
    return None, False


def _common(tags: Mapping[int, Any], tag: int) -> int:
    """Return the value of all samples; 0 if they differ."""
    values = set(_numbers(tags, tag)) or {1}
    return values.pop() if len(values) == 1 else 0


def _numbers(tags: Mapping[int, Any], tag: int) -> tuple[int, ...]:
    value = tags.get(tag, ())
    values = value if isinstance(value, tuple) else (value,)
    return tuple(number for number in values if isinstance(number, int))


def _first(tags: Mapping[int, Any], tag: int, otherwise: int) -> int:
    return next(iter(_numbers(tags, tag)), otherwise)
