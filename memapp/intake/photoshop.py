"""Photoshop documents (PSD and PSB): the picture of all layers that Photoshop saves with them, of any depth.

psd-tools decompresses it. The parts before are passed over here: a resource or layer that its parser does not
know must not cost the photo. Source: Adobe Photoshop File Formats Specification.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.core.text import deferred
from memapp.intake.deep_samples import Samples, is_linear, to_eight_bits, with_srgb_curve

_NO_COMPOSITE = deferred(
    "This Photoshop document was saved without the picture of all its layers, which memapp shows. "
    'Save it again with "Maximize PSD and PSB File Compatibility" (in the preferences), or as TIFF or JPEG.'
)

_BITMAP, _INDEXED, _CMYK, _MULTICHANNEL, _LAB = 0, 2, 4, 7, 9
_COLOURS = {0: 1, 1: 1, 2: 1, 3: 3, 4: 4, 8: 1, 9: 3}
"""Channels by colour mode, without alpha and others: bitmap, grey, indexed, RGB, CMYK, duotone, Lab."""
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}

_RAW, _RLE, _ZIP, _ZIP_WITH_PREDICTION = range(4)

_PROFILE, _TRANSPARENT_INDEX, _VERSION, _EXIF, _XMP = 1039, 1047, 1057, 1058, 1060
"""Resources."""
_NEEDED = frozenset({_PROFILE, _TRANSPARENT_INDEX, _VERSION, _EXIF, _XMP})
_LARGEST_RESOURCE = 32 << 20
_PALETTE_BYTES = 768

_LAYERS_ELSEWHERE = frozenset({b"Lr16", b"Lr32", b"Layr"})
"""Blocks that hold the layers of deep documents."""
_MERGED_TRANSPARENCY = frozenset({b"Mtrn", b"Mt16", b"Mt32"})
_LONG_BLOCKS = (
    frozenset({b"LMsk", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid", b"PxSD", b"extn", b"cinf", b"lnkE"})
    | _LAYERS_ELSEWHERE
    | _MERGED_TRANSPARENCY
)
"""Blocks whose length has 8 bytes in PSB."""
_MOST_BLOCKS = 10_000

_MOST_LONGER = 1 << 20

_STRIP_PIXELS = 1_000_000
_MATTE_TOLERANCE = 2
"""Of 255."""


@dataclass(frozen=True, slots=True)
class _Document:
    """What is known before the pixels are read."""

    version: int
    """1: PSD, 2: PSB."""
    channels: int
    depth: int
    colour_mode: int
    palette: bytes
    profile: bytes | None
    transparent_index: int | None
    alpha: bool
    """Whether the channel after the colours says how opaque the layers together are. Otherwise it is a
    selection that was kept."""
    compression: int
    start: int
    """Of the compressed pixels in the file."""


class PhotoshopPhoto(ImageFile.ImageFile):
    """A Photoshop document's picture of all layers."""

    format = "PSD"

    def load(self) -> Any:
        """Decode."""
        if self._im is None:
            assert self.fp is not None
            decoded = _as_image(self._document, self._size, _pixels(self._document, self._size, self.fp))
            self.im = decoded.im
            self.info.update(decoded.info)
            self.readonly = 0
        return Image.Image.load(self)

    @property
    def memory(self) -> int:
        """Bytes at the peak of decoding."""
        document, (width, height) = self._document, self.size
        kept = _kept_channels(document)
        plane = (width * document.depth + 7) // 8 * height
        # The channels as 8 bits, twice for white behind them, and Pillow's picture.
        held = (2 * kept + 4) * width * height
        if document.compression in {_RAW, _RLE}:
            # One channel as it is in the file (packed, at most little longer), its rows, and all of them.
            return held + 3 * plane
        return held + 3 * plane * document.channels

    def _open(self) -> None:
        # Only here: it takes a third of a second.
        from psd_tools.psd.header import FileHeader

        assert self.fp is not None
        header = FileHeader.read(self.fp)
        palette = self.fp.read(min(_PALETTE_BYTES, length := _length(self.fp)))
        self.fp.seek(length - len(palette), 1)
        resources = dict(_resources(self.fp))
        layers = _layers_of(self.fp, header.version)
        has_picture = resources.get(_VERSION, b"").ljust(5, b"\1")[4]
        if layers.number and not has_picture:
            raise PhotoError(FailureKind.UNSUPPORTED, str(_NO_COMPOSITE))
        (compression,) = struct.unpack(">H", self.fp.read(2))
        if compression not in {_RAW, _RLE, _ZIP, _ZIP_WITH_PREDICTION}:
            raise ValueError("unknown compression")
        profile, index = resources.get(_PROFILE), resources.get(_TRANSPARENT_INDEX, b"")
        self._document = _Document(
            version=header.version,
            channels=header.channels,
            depth=header.depth,
            colour_mode=int(header.color_mode),
            palette=palette,
            profile=profile or None,
            transparent_index=int.from_bytes(index[:2], "big") if len(index) >= 2 else None,
            alpha=layers.are_transparent,
            compression=compression,
            start=self.fp.tell(),
        )
        if header.channels < _colours(self._document):
            raise ValueError("too few channels")
        if header.color_mode == _INDEXED and len(palette) < _PALETTE_BYTES:
            raise ValueError("too few colours")
        self._size = (header.width, header.height)
        self._mode = _mode(self._document)
        if profile:
            self.info["icc_profile"] = profile
        if _EXIF in resources:
            self.info["exif"] = b"Exif\0\0" + resources[_EXIF]
        if _XMP in resources:
            self.info["xmp"] = resources[_XMP]


def _colours(document: _Document) -> int:
    """Return how many channels are colours; of several inks the first, as cyan, magenta, yellow and black."""
    if document.colour_mode == _MULTICHANNEL:
        return min(document.channels, 4) if document.channels >= 3 else 1
    return _COLOURS[document.colour_mode]


def _kept_channels(document: _Document) -> int:
    colours = _colours(document)
    return colours + (document.alpha and document.channels > colours)


def _mode(document: _Document) -> str:
    """Return Pillow's mode of the decoded picture."""
    if document.colour_mode == _LAB:
        return "LAB"
    if document.colour_mode == _INDEXED:
        return "RGB"
    if document.colour_mode == _MULTICHANNEL and document.channels >= 3:
        return "CMYK"
    return _MODES[_colours(document)]


def _length(file: IO[bytes], size: int = 4) -> int:
    data = file.read(size)
    if len(data) < size:
        raise OSError("image file is truncated")
    return int.from_bytes(data, "big")


def _resources(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the resources that are needed, and leave the position behind all of them."""
    length = _length(file)
    end = file.tell() + length
    while file.tell() + 12 <= end:
        head = file.read(7)
        if len(head) < 7:
            break
        number, name = int.from_bytes(head[4:6], "big"), head[6]
        file.seek(name + (name + 1) % 2, 1)  # with its length, even
        size = _length(file)
        if file.tell() + size > end:
            break
        if number in _NEEDED and size <= _LARGEST_RESOURCE:
            yield number, file.read(size)
            file.seek(size % 2, 1)
        else:
            file.seek(size + size % 2, 1)
    file.seek(end)


@dataclass(frozen=True, slots=True)
class _Layers:
    number: int
    are_transparent: bool
    """Whether the picture of all layers has an alpha channel of its own."""


def _layers_of(file: IO[bytes], version: int) -> _Layers:
    """Pass over the layers; return what they say of the picture."""
    long = 8 if version == 2 else 4
    length = _length(file, long)
    end = file.tell() + length
    number, transparent = 0, False
    if length >= long:
        info = _length(file, long)
        start = file.tell()
        if info >= 2:
            number = _signed(file)
        file.seek(min(start + info, end))
        for name, first in _blocks(file, end, version):
            if name in _LAYERS_ELSEWHERE:
                number = number or first
            transparent |= name in _MERGED_TRANSPARENCY
    file.seek(end)
    # A negative number of layers says that the first channel after the colours is their alpha.
    return _Layers(abs(number), transparent or number < 0)


def _blocks(file: IO[bytes], end: int, version: int) -> Iterator[tuple[bytes, int]]:
    """Yield the name of each block after the layers, and the number that it begins with."""
    if file.tell() + 4 > end:
        return
    file.seek(_length(file), 1)  # the mask of all layers
    for _ in range(_MOST_BLOCKS):
        if file.tell() + 12 > end:
            return
        signature, name = file.read(4), file.read(4)
        if signature not in {b"8BIM", b"8B64"}:
            return
        length = _length(file, 8 if version == 2 and name in _LONG_BLOCKS else 4)
        start = file.tell()
        yield name, _signed(file) if length >= 2 else 0
        file.seek(start + length + -length % 4)


def _signed(file: IO[bytes]) -> int:
    return int.from_bytes(file.read(2), "big", signed=True)


def _pixels(document: _Document, size: tuple[int, int], file: IO[bytes]) -> Samples:
    """Return (height, width, channels) as 8 bits: the colours, and alpha if there is."""
    width, height = size
    pixels = np.empty((height, width, _kept_channels(document)), np.uint8)
    # In 32 bits values always are light, whatever the profile.
    light = document.depth == 32 or (
        document.depth == 16 and document.profile is not None and is_linear(document.profile)
    )
    for place, plane in enumerate(_planes(document, size, file, pixels.shape[2])):
        rows = np.frombuffer(plane, np.uint8).reshape(height, -1)
        is_colour = place < _colours(document)
        step = max(1, _STRIP_PIXELS // width)
        for top in range(0, height, step):
            part = _eight_bits(document.depth, rows[top : top + step], light=light and is_colour)
            pixels[top : top + step, :, place] = part[:, :width]
    return pixels


def _eight_bits(depth: int, rows: Samples, *, light: bool) -> Samples:
    if depth == 1:
        return (1 - np.unpackbits(rows, axis=1)) * np.uint8(255)  # 1 is black
    if depth == 8:
        return rows
    if depth == 16 and not light:
        return rows[:, ::2]
    if depth == 16:
        return to_eight_bits(rows.view(">u2"), white=65535.0, light=True)
    return to_eight_bits(rows.view(">f4"), light=light)


def _planes(document: _Document, size: tuple[int, int], file: IO[bytes], number: int) -> Iterator[bytes]:
    """Yield the first channels, decompressed."""
    from psd_tools.compression import decode_prediction, decode_rle

    width, height = size
    row = (width * document.depth + 7) // 8
    file.seek(document.start)
    if document.compression == _RAW:
        for _ in range(number):
            yield _read(file, row * height)
        return
    if document.compression == _RLE:
        bytes_of_count = 2 * document.version
        counts = _read(file, bytes_of_count * height * document.channels)
        for channel in range(number):
            own = counts[bytes_of_count * height * channel : bytes_of_count * height * (channel + 1)]
            packed = _read(file, int(np.frombuffer(own, f">u{bytes_of_count}").sum(dtype=np.int64)))
            yield decode_rle(own + packed, width, height, document.depth, document.version)
        return
    expected = row * height * document.channels
    # Packed samples are at most little longer.
    data = zlib.decompressobj().decompress(file.read(expected + _MOST_LONGER), expected)
    if len(data) < expected:
        raise OSError("image file is truncated")
    if document.compression == _ZIP_WITH_PREDICTION:
        data = decode_prediction(data, width, height * document.channels, document.depth)
    for channel in range(number):
        yield data[row * height * channel : row * height * (channel + 1)]


def _read(file: IO[bytes], size: int) -> bytes:
    """Read in pieces: a size in a damaged file takes no memory that the file does not have."""
    data = io.BytesIO()
    while size and (piece := file.read(min(size, 1 << 24))):
        data.write(piece)
        size -= len(piece)
    if size:
        raise OSError("image file is truncated")
    return data.getvalue()


def _as_image(document: _Document, size: tuple[int, int], pixels: Samples) -> Image.Image:
    colours, profile = _colours(document), document.profile
    mode = _mode(document)
    if pixels.shape[2] > colours:
        pixels = _over_white(pixels, is_lab=mode == "LAB")
    if mode == "CMYK":
        # Stored as the light that is left, Pillow has the ink.
        pixels = 255 - pixels
        if colours == 3:
            pixels = np.concatenate([pixels, np.zeros_like(pixels[..., :1])], axis=-1)
    elif mode == "LAB":
        pixels[..., 1:] ^= 128  # Pillow unpacks TIFF's a and b, which have a sign
    elif document.colour_mode == _INDEXED:
        palette = np.frombuffer(document.palette, np.uint8).reshape(3, 256).T.copy()
        if document.transparent_index is not None and document.transparent_index < 256:
            palette[document.transparent_index] = 255
        pixels = palette[pixels[..., 0]]
    if document.depth == 32 or (profile is not None and document.depth == 16 and is_linear(profile)):
        profile = with_srgb_curve(profile) if profile is not None else None
    image = Image.frombytes(mode, size, np.ascontiguousarray(pixels).data.cast("B"))
    image.info["icc_profile"] = profile
    return image


def _over_white(pixels: Samples, *, is_lab: bool) -> Samples:
    """Return colours over white, without the alpha that they end with.

    Photoshop saves them over white already, other programs do not: over white, no colour is darker than what
    shows through.
    """
    colours = np.ascontiguousarray(pixels[..., :-1])
    white = np.array([255, 128, 128] if is_lab else [255] * colours.shape[2], np.float32)
    step = max(1, _STRIP_PIXELS // pixels.shape[1])
    strips = [slice(top, top + step) for top in range(0, len(pixels), step)]
    tested = 1 if is_lab else colours.shape[2]
    if all(
        (
            colours[rows, :, :tested].min(axis=2)
            >= 255 - pixels[rows, :, -1].astype(np.int16) - _MATTE_TOLERANCE
        ).all()
        for rows in strips
    ):
        return colours
    for rows in strips:
        share = pixels[rows, :, -1:].astype(np.float32) / 255
        colours[rows] = np.rint(colours[rows] * share + white * (1 - share)).astype(np.uint8)
    return colours


def open_photoshop(file: IO[bytes], name: str) -> PhotoshopPhoto:
    """Open a document, without decoding. Raises as Pillow's readers do; PhotoError if it has no picture."""
    return PhotoshopPhoto(file, name)
