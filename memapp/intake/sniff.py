"""What a file is, by its first bytes: never by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from memapp.core.records import FailureKind

HEADER_SIZE = 4096
"""How many of a file's first bytes sniff() is best given."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a kind that memapp reads."""

    name: str
    """As people write it."""
    pillow_formats: tuple[str, ...] = ()
    """The only formats that Pillow may take it for, in this order; none for camera RAW."""

    @property
    def is_raw(self) -> bool:
        """Whether it is camera RAW for certain. A TIFF may be, too: see tiff_structure."""
        return not self.pillow_formats


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else."""

    kind: FailureKind
    reason: str


Content = Picture | Other

_JPEG = Picture("JPEG", ("JPEG", "MPO"))
_TIFF = Picture("TIFF", ("TIFF",))
_RAW = Picture("RAW")

_PICTURES: tuple[tuple[int, bytes, Picture], ...] = (
    (0, b"\xff\xd8\xff", _JPEG),
    (0, b"\x89PNG\r\n\x1a\n", Picture("PNG", ("PNG",))),
    (0, b"GIF87a", Picture("GIF", ("GIF",))),
    (0, b"GIF89a", Picture("GIF", ("GIF",))),
    (8, b"WEBP", Picture("WebP", ("WEBP",))),
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
    (0, b"II*\0", _TIFF),
    (0, b"MM\0*", _TIFF),
    (0, b"II+\0", _TIFF),  # BigTIFF
    (0, b"MM\0+", _TIFF),
    (0, b"\xff\x0a", Picture("JPEG XL", ("JXL",))),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Picture("JPEG XL", ("JXL",))),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Picture("JPEG 2000", ("JPEG2000",))),
    (0, b"\xff\x4f\xff\x51", Picture("JPEG 2000", ("JPEG2000",))),
    (0, b"8BPS\0\x01", Picture("Photoshop", ("PSD",))),
    (0, b"BM", Picture("BMP", ("BMP",))),
)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_NOT_A_PICTURE: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1aE\xdf\xa3", "a film"),
    (8, b"AVI ", "a film"),
    (0, b"\0\0\x01\xba", "a film"),
    (0, b"\0\0\x01\xb3", "a film"),
    (0, b"FLV\x01", "a film"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "a film or a sound recording"),
    (0, b"OggS", "a film or a sound recording"),
    (8, b"WAVE", "a sound recording"),
    (0, b"ID3", "a sound recording"),
    (0, b"fLaC", "a sound recording"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"\x1f\x8b", "a compressed archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a compressed archive"),
    (0, b"Rar!\x1a\x07", "a compressed archive"),
    (0, b"\xfd7zXZ\0", "a compressed archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document"),
)

_UNSUPPORTED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript drawing"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (0, b"8BPS\0\x02", "a large Photoshop document (PSB)"),
    (0, b"gimp xcf", "a GIMP document"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"\0\0\x02\0", "a mouse pointer"),
    (0, b"icns", "an icon"),
    (0, b"v/1\x01", "an OpenEXR picture"),
    (0, b"#?RADIANCE", "a Radiance HDR picture"),
    (0, b"#?RGBE", "a Radiance HDR picture"),
    (0, b"DDS ", "a game texture (DDS)"),
    (0, b"\x01\xda", "an SGI picture"),
    (0, b"qoif", "a QOI picture"),
    (0, b"SIMPLE  =", "an astronomical picture (FITS)"),
    (0, b"AT&TFORM", "a DjVu document"),
    (0, b"\xd7\xcd\xc6\x9a", "a Windows drawing (WMF)"),
)


def sniff(header: bytes) -> Content:
    """Say what a file is that begins with these bytes (HEADER_SIZE of them, or all where it is shorter)."""
    if not header:
        return Other(FailureKind.DAMAGED, "This file is empty.")
    for offset, magic, picture in _PICTURES:
        if header.startswith(magic, offset):
            return picture
    if header[4:8] == b"ftyp":
        return _iso_media(header)
    if header[:1] == b"P" and header[1:2] in b"1234567fF" and header[2:3] in b" \t\r\n#" and header[2:3]:
        return Picture("Netpbm", ("PPM",))
    for offset, magic, what in _UNSUPPORTED:
        if header.startswith(magic, offset):
            return _unsupported(what)
    for offset, magic, what in _NOT_A_PICTURE:
        if header.startswith(magic, offset):
            return _not_a_picture(what)
    if not header.strip(b"\0"):
        return Other(
            FailureKind.DAMAGED, "This file holds nothing but zeros. It may not have been copied completely."
        )
    return _text(header) or Other(
        FailureKind.NOT_A_PICTURE, "This is not a picture, or of a kind that memapp doesn't know."
    )


def is_picture(header: bytes) -> bool:
    """Whether a file that begins with these bytes is one that memapp reads."""
    return isinstance(sniff(header), Picture)


def _iso_media(header: bytes) -> Content:
    """HEIC, AVIF, Canon CR3 and films share one container; the brands in its first box tell them apart."""
    length = min(int.from_bytes(header[:4], "big"), len(header))
    major = header[8:12]
    brands = {major, *(header[start : start + 4] for start in range(16, length - 3, 4))}
    if major == b"crx ":
        return _RAW
    if major in _AVIF_BRANDS or (brands & _AVIF_BRANDS and not brands & _HEIC_BRANDS):
        return Picture("AVIF", ("AVIF",))
    if major in _HEIC_BRANDS or brands & _HEIC_BRANDS:
        return Picture("HEIC", ("HEIF",))
    if major in {b"mif1", b"msf1"}:
        return Picture("HEIF", ("HEIF", "AVIF"))
    if major in {b"M4A ", b"M4B "}:
        return _not_a_picture("a sound recording")
    return _not_a_picture("a film")


def _text(header: bytes) -> Other | None:
    """Text of any kind, or None where it has bytes that no text has."""
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
        return _not_a_picture("a web page")
    if start.startswith("<svg") or (start.startswith(("<?xml", "<!doctype svg", "<!--")) and "<svg" in start):
        return _unsupported("a drawing (SVG)")
    return _not_a_picture("a text file")


def _decode_utf8(header: bytes) -> str:
    # The header may end within a character, which is no reason to call it binary.
    for cut in range(3):
        try:
            return header[: len(header) - cut].decode("utf-8")
        except UnicodeDecodeError as problem:
            if problem.start < len(header) - 4:
                raise
    return header[:-3].decode("utf-8")


def _decode_utf16(header: bytes) -> str:
    return header[: len(header) // 2 * 2].decode("utf-16")


def _not_a_picture(what: str) -> Other:
    return Other(FailureKind.NOT_A_PICTURE, f"This is {what}, not a picture.")


def _unsupported(what: str) -> Other:
    return Other(
        FailureKind.UNSUPPORTED,
        f"This is {what}, which memapp doesn't read. Save or export it as JPEG or TIFF.",
    )
