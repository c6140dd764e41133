"""The photo of a TIFF file: Pillow's reader, at the right page, and with more kinds of pixels."""

from __future__ import annotations

import struct
from typing import IO, Any, BinaryIO, cast

from PIL import ExifTags, Image, TiffImagePlugin

from memapp.core.errors import MemappError
from memapp.intake.facts import exif_of_tiff
from memapp.intake.problems import unsupported_kind
from memapp.intake.tiff_layout import TiffLayout, layout_of
from memapp.intake.tiff_samples import read_pixels
from memapp.intake.tiff_structure import read_structure

_BIG_ENDIAN_BIGTIFF = b"MM\x2b\0"
# Pillow looks for BigTIFF's 43 in the third byte only, where big-endian files have it in the fourth.
TiffImagePlugin.PREFIXES.append(_BIG_ENDIAN_BIGTIFF)

_HEADER_BYTES = 16
_SHOT = (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.IFD.Exif)
"""Tags that say how a photo was taken."""
_SIDES_SWAPPED = frozenset({5, 6, 7, 8})


class TiffPhoto(TiffImagePlugin.TiffImageFile):
    """A page of a TIFF file."""

    layout: TiffLayout | None = None
    """For memapp's own decoding; None if Pillow does it."""
    shown: str | None = None
    """Which of several pages this is; None if there is one. As in PhotoFacts.rendering."""
    first: Image.Exif | None = None
    """What the first page says, if this is another one."""

    def load(self) -> Any:
        """Decode."""
        if self.layout is None or self._im is not None:
            return super().load()
        assert self.fp is not None
        decoded = read_pixels(self.layout, self.fp, self.fp.seek(0, 2))
        self.im = decoded.im
        self.info.pop("icc_profile", None)
        self.info.update(decoded.info)
        self.readonly = 0
        self.load_end()
        return Image.Image.load(self)

    def getexif(self) -> Image.Exif:
        """Return the page's EXIF, with the camera and the exposure of the first page if it says none."""
        exif = super().getexif()
        if self.first is not None and not any(tag in exif for tag in _SHOT):
            exif.update({tag: self.first[tag] for tag in _SHOT if tag in self.first})
        return exif

    def _setup(self) -> None:
        self.layout = None
        try:
            super()._setup()
        except MemappError:  # the time is up
            raise
        # Pillow raises several kinds of errors for what it does not know.
        except Exception as problem:
            self.layout = layout_of(self.tag_v2, self.tag_v2.prefix)
            if self.layout is None and "samples per pixel" in str(problem):
                raise unsupported_kind("TIFF") from problem
            if self.layout is None:
                raise
        else:
            is_webp = self._compression == "webp"
            # Pillow opens these, but has no decoder for WebP, mixes up planes of deep samples or of alpha,
            # takes the upper half of 32 bits for negative, and swaps the bytes of compressed floats.
            if is_webp or self._planar_configuration == 2 or self.mode in {"I", "F"}:
                self.layout = layout_of(self.tag_v2, self.tag_v2.prefix)
            elif (layout := layout_of(self.tag_v2, self.tag_v2.prefix)) is not None and layout.is_deep_light:
                self.layout = layout
            if is_webp and self.layout is None:
                raise unsupported_kind("TIFF")
        if self.layout is not None:
            self._take_over(self.layout)

    def _take_over(self, layout: TiffLayout) -> None:
        self._mode = layout.mode
        self.tile = []
        self.palette = None
        self._tile_size = self._size = layout.size
        if self.tag_v2.get(ExifTags.Base.Orientation) in _SIDES_SWAPPED:
            self._size = layout.size[::-1]
        if layout.profile is not None:
            self.info["icc_profile"] = layout.profile


def open_tiff(file: IO[bytes], _name: str) -> TiffPhoto:
    """Open a TIFF file at the page of its photo, without decoding. Raises as Pillow's readers do."""
    file.seek(0)
    header = file.read(_HEADER_BYTES)
    structure = read_structure(file, header)
    file.seek(0)
    if structure is None:
        return TiffPhoto(file, "")
    # At run time Pillow needs no more of a file than the methods that it calls.
    photo = TiffPhoto(cast(IO[bytes], _AtPage(file, _header_for(header, structure.photo_offset))), "")
    photo.shown = structure.shown
    if structure.photo_offset != structure.first_offset:
        photo.first = exif_of_tiff(cast(BinaryIO, file))
    return photo


def _header_for(header: bytes, page: int) -> bytes:
    """Return a header that points to this page as the first one."""
    order = "<" if header[:2] == b"II" else ">"
    if struct.unpack_from(order + "H", header, 2)[0] != 43:
        return header[:4] + struct.pack(order + "I", page)
    start = header[:4] if order == "<" else _BIG_ENDIAN_BIGTIFF
    return start + header[4:8] + struct.pack(order + "Q", page)


class _AtPage:
    """A TIFF file that starts with another page: to go to one, Pillow itself reads all pages before it, and
    it knows none below others.

    libtiff reads the real file, and goes to the page by the place where Pillow read it.
    """

    def __init__(self, file: IO[bytes], header: bytes) -> None:
        self._file = file
        self._header = header

    def read(self, size: int = -1, /) -> bytes:
        """Read, with the other header."""
        start = self._file.tell()
        data = self._file.read(size)
        if start >= len(self._header):
            return data
        end = min(len(self._header), start + len(data))
        return self._header[start:end] + data[end - start :]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
