"""Detection of a file's format by its first bytes, never by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from memapp.core.records import FailureKind
from memapp.core.text import Deferred, deferred, tr
from memapp.intake.placeholders import is_icloud_note, not_here

HEADER_SIZE = 4096
"""Number of first bytes that sniff() should get."""


class Format(StrEnum):
    """The formats that Pillow and its plug-ins read for memapp, by their common names."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    WEBP = "WebP"
    HEIC = "HEIC"
    AVIF = "AVIF"
    JPEG_XL = "JPEG XL"
    JPEG_2000 = "JPEG 2000"
    PHOTOSHOP = "Photoshop"
    NETPBM = "Netpbm"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a format that memapp reads."""

    format: Format | None
    """None for camera RAW. A TIFF may also be RAW: see tiff_structure."""

    @property
    def name(self) -> str:
        """Its common name."""
        return "RAW" if self.format is None else self.format.value


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else."""

    kind: FailureKind
    reason: str


Content: TypeAlias = Picture | Other

_RAW = Picture(None)

_PICTURES: tuple[tuple[int, bytes, Picture], ...] = (
    (0, b"\xff\xd8\xff", Picture(Format.JPEG)),
    (0, b"\x89PNG\r\n\x1a\n", Picture(Format.PNG)),
    (0, b"GIF87a", Picture(Format.GIF)),
    (0, b"GIF89a", Picture(Format.GIF)),
    (8, b"WEBP", Picture(Format.WEBP)),
    (0, b"FUJIFILMCCD-RAW", _RAW),
    (0, b"IIRO", _RAW),  # Olympus
    (0, b"IIRS", _RAW),
    (0, b"MMOR", _RAW),
    (0, b"IIU\0", _RAW),  # Panasonic, Leica
    (0, b"II\x1a\0\0\0HEAPCCDR", _RAW),  # Canon CRW
    (0, b"FOVb", _RAW),  # Sigma
    (0, b"\0MRM", _RAW),  # Minolta
    (8, b"CR\x02", _RAW),  # Canon CR2
    (8, b"IIII", _RAW),  # Phase One
    (0, b"II*\0", Picture(Format.TIFF)),
    (0, b"MM\0*", Picture(Format.TIFF)),
    (0, b"II+\0", Picture(Format.TIFF)),  # BigTIFF
    (0, b"MM\0+", Picture(Format.TIFF)),
    (0, b"\xff\x0a", Picture(Format.JPEG_XL)),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Picture(Format.JPEG_XL)),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Picture(Format.JPEG_2000)),
    (0, b"\xff\x4f\xff\x51", Picture(Format.JPEG_2000)),
    (0, b"8BPS\0\x01", Picture(Format.PHOTOSHOP)),
    (0, b"8BPS\0\x02", Picture(Format.PHOTOSHOP)),  # PSB
    (0, b"BM", Picture(Format.BMP)),
)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = frozenset({b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_FILM_BRANDS = frozenset({b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"M4VH", b"XAVC"})

_FILM = deferred("This is a video, not a picture.")
_FILM_OR_SOUND = deferred("This is a video or a sound recording, not a picture.")
_SOUND = deferred("This is a sound recording, not a picture.")
_ARCHIVE = deferred("This is a compressed archive, not a picture.")
_PROGRAM = deferred("This is a program, not a picture.")
_POSTSCRIPT = deferred("This is a PostScript drawing, which memapp can't read.")
_ICON = deferred("This is an icon, which memapp can't read.")
_RADIANCE = deferred("This is a Radiance HDR picture, which memapp can't read.")

_NOT_A_PICTURE: tuple[tuple[int, bytes, Deferred], ...] = (
    (0, b"\x1aE\xdf\xa3", _FILM),
    (8, b"AVI ", _FILM),
    (0, b"\0\0\x01\xba", _FILM),
    (0, b"\0\0\x01\xb3", _FILM),
    (0, b"FLV\x01", _FILM),
    (0, b"0&\xb2u\x8ef\xcf\x11", _FILM_OR_SOUND),
    (0, b"OggS", _FILM_OR_SOUND),
    (8, b"WAVE", _SOUND),
    (0, b"ID3", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"PK\x03\x04", deferred("This is a ZIP archive or an office document, not a picture.")),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!\x1a\x07", _ARCHIVE),
    (0, b"\xfd7zXZ\0", _ARCHIVE),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"MZ", _PROGRAM),
    (0, b"SQLite format 3\0", deferred("This is a database, not a picture.")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", deferred("This is an office document, not a picture.")),
)

_UNSUPPORTED: tuple[tuple[int, bytes, Deferred], ...] = (
    (0, b"%PDF", deferred("This is a PDF document, which memapp can't read.")),
    (0, b"%!PS", _POSTSCRIPT),
    (0, b"\xc5\xd0\xd3\xc6", _POSTSCRIPT),
    (0, b"gimp xcf", deferred("This is a GIMP document, which memapp can't read.")),
    (0, b"\0\0\x01\0", _ICON),
    (0, b"\0\0\x02\0", deferred("This is a mouse pointer, which memapp can't read.")),
    (0, b"icns", _ICON),
    (0, b"v/1\x01", deferred("This is an OpenEXR picture, which memapp can't read.")),
    (0, b"#?RADIANCE", _RADIANCE),
    (0, b"#?RGBE", _RADIANCE),
    (0, b"DDS ", deferred("This is a game texture (DDS), which memapp can't read.")),
    (0, b"\x01\xda", deferred("This is an SGI picture, which memapp can't read.")),
    (0, b"qoif", deferred("This is a QOI picture, which memapp can't read.")),
    (0, b"SIMPLE  =", deferred("This is an astronomical picture (FITS), which memapp can't read.")),
    (0, b"AT&TFORM", deferred("This is a DjVu document, which memapp can't read.")),
    (0, b"\xd7\xcd\xc6\x9a", deferred("This is a Windows drawing (WMF), which memapp can't read.")),
)


def sniff(header: bytes) -> Content:
    """Return the format of a file that starts with these bytes (HEADER_SIZE of them, or all if it is
    shorter)."""
    if not header:
        return Other(FailureKind.EMPTY, tr("This file is empty. Copy it again from its source."))
    if is_icloud_note(header):
        problem = not_here()
        return Other(problem.kind, problem.reason)
    for offset, magic, picture in _PICTURES:
        if header.startswith(magic, offset):
            return picture
    if header[4:8] == b"ftyp":
        return _iso_media(header)
    if header[:1] == b"P" and header[1:2] in b"1234567fF" and header[2:3] in b" \t\r\n#" and header[2:3]:
        return Picture(Format.NETPBM)
    for offset, magic, reason in _UNSUPPORTED:
        if header.startswith(magic, offset):
            return _unsupported(reason)
    for offset, magic, reason in _NOT_A_PICTURE:
        if header.startswith(magic, offset):
            return _not_a_picture(reason)
    if not header.strip(b"\0"):
        return Other(
            FailureKind.DAMAGED,
            tr("This file holds nothing but zeros. It may not have been copied completely."),
        )
    return _text(header) or _unknown()


def _iso_media(header: bytes) -> Content:
    """HEIC, AVIF, Canon CR3 and films share one container; the brands in its first box distinguish them."""
    length = min(int.from_bytes(header[:4], "big"), len(header))
    major = header[8:12]
    brands = {major, *(header[start : start + 4] for start in range(16, length - 3, 4))}
    if major == b"crx ":
        return _RAW
    if major in _AVIF_BRANDS or (brands & _AVIF_BRANDS and not brands & _HEIC_BRANDS):
        return Picture(Format.AVIF)
    if brands & (_HEIC_BRANDS | _HEIF_BRANDS):
        return Picture(Format.HEIC)
    if major in {b"M4A ", b"M4B "}:
        return _not_a_picture(_SOUND)
    if brands & _FILM_BRANDS or major.startswith(b"3g"):
        return _not_a_picture(_FILM)
    return _unknown()


def _text(header: bytes) -> Other | None:
    """Return the kind of text, or None if it has bytes that no text has."""
    decode: Callable[[bytes], str] = (
        _decode_utf16 if header[:2] in {b"\xff\xfe", b"\xfe\xff"} else _decode_utf8
    )
    try:
        text = decode(header)
    except UnicodeDecodeError:
        return None
    if any(ord(character) < 32 and character not in "\t\n\r\f\x1b" for character in text):
        return None
    start = text.lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html")):
        return _not_a_picture(deferred("This is a web page, not a picture."))
    if start.startswith("<svg") or (start.startswith(("<?xml", "<!doctype svg", "<!--")) and "<svg" in start):
        return _unsupported(deferred("This is a drawing (SVG), which memapp can't read."))
    return _not_a_picture(deferred("This is a text file, not a picture."))


def _decode_utf8(header: bytes) -> str:
    # The header may end within a character, which does not make it binary.
    for cut in range(3):
        try:
            return header[: len(header) - cut].decode("utf-8")
        except UnicodeDecodeError as problem:
            if problem.start < len(header) - 4:
                raise
    return header[:-3].decode("utf-8")


def _decode_utf16(header: bytes) -> str:
    return header[: len(header) // 2 * 2].decode("utf-16")


def _not_a_picture(reason: Deferred) -> Other:
    return Other(FailureKind.NOT_A_PICTURE, str(reason))


def _unknown() -> Other:
    return Other(
        FailureKind.NOT_A_PICTURE, tr("This is not a picture, or it is of a kind that memapp can't read.")
    )


def _unsupported(reason: Deferred) -> Other:
    advice = tr("Save or export it as JPEG or TIFF.")
    return Other(FailureKind.UNSUPPORTED, f"{reason} {advice}")
