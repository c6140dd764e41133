"""Detection of a file's format by its first bytes."""

from __future__ import annotations

import pytest

from memapp.core.records import FailureKind
from memapp.intake.sniff import Format, Other, Picture, sniff


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Format.JPEG),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format.WEBP),
        (b"MM\0*\0\0\0\x08", Format.TIFF),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format.HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", Format.AVIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Format.HEIC),
        (b"\xff\x0a\x00", Format.JPEG_XL),
        (b"8BPS\0\x01", Format.PHOTOSHOP),
        (b"P6\n2 2\n255\n", Format.NETPBM),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", None),
        (b"FUJIFILMCCD-RAW 0201", None),
        (b"II*\0\x10\0\0\0CR\x02\0", None),
    ],
)
def test_pictures_are_detected_by_content(header: bytes, expected: Format | None) -> None:
    assert sniff(header) == Picture(expected)


@pytest.mark.parametrize(
    ("header", "kind", "words"),
    [
        (b"", FailureKind.EMPTY, "empty"),
        (bytes(4096), FailureKind.DAMAGED, "zeros"),
        (b"Dear diary,\r\ntoday", FailureKind.NOT_A_PICTURE, "a text file, not"),
        ("Ünïcödé ".encode() * 511 + "é".encode()[:1], FailureKind.NOT_A_PICTURE, "a text file"),
        ("\ufeffLiebe Oma".encode("utf-16-le"), FailureKind.NOT_A_PICTURE, "a text file"),
        (b"<!DOCTYPE html><html>", FailureKind.NOT_A_PICTURE, "a web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="">', FailureKind.UNSUPPORTED, "a drawing"),
        (b"%PDF-1.7", FailureKind.UNSUPPORTED, "PDF"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41", FailureKind.NOT_A_PICTURE, "a video"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", FailureKind.NOT_A_PICTURE, "a video"),
        (b"gimp xcf v011", FailureKind.UNSUPPORTED, "GIMP"),
        (b"\x93\x01\xfe\x8a\0\x02\x91", FailureKind.NOT_A_PICTURE, "is of a kind that memapp can't read"),
        (b"P", FailureKind.NOT_A_PICTURE, "a text file"),
    ],
)
def test_other_files_are_named(header: bytes, kind: FailureKind, words: str) -> None:
    content = sniff(header)
    assert isinstance(content, Other)
    assert content.kind is kind
    assert words in content.reason
