"""When a photo was taken, however it is written."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from memapp.intake.dates import moment
from memapp.intake.load import load_photo

TAG = ExifTags.Base


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2024:05:01 10:00:05", "2024-05-01T10:00:05"),
        ("2024:05:01 10:00", "2024-05-01T10:00"),
        ("2024:05:01", "2024-05-01"),
        ("2024:05:01 ", "2024-05-01"),
        ("2024: 5: 1  9: 5: 3", "2024-05-01T09:05:03"),
        ("2024-05-01T10:00:05.25+02:00", "2024-05-01T10:00:05.25+02:00"),
        ("2024-05-01T10:00:05Z", "2024-05-01T10:00:05+00:00"),
        ("2024-05-01T10:00+0530", "2024-05-01T10:00+05:30"),
        ("2024/05/01 10:00:05", "2024-05-01T10:00:05"),
        ("2024.05.01 10:00:05", "2024-05-01T10:00:05"),
        ("2024:05:01 10:00:05 and more", "2024-05-01T10:00:05"),
        ("2024:05:01 24:00:00", None),
        ("0000:00:00 00:00:00", None),
        ("2024:13:01 10:00:00", None),
        ("2023:02:29 10:00:00", None),
        ("2024:05:01 10:61:00", None),
        ("    :  :     :  :  ", None),
        ("20240501", None),
        ("yesterday", None),
        ("", None),
        ("2024:05:012 10:00:00", None),
    ],
)
def test_moment(text: str, right: str | None) -> None:
    assert moment(text) == right


def photo(path: Path, tags: Mapping[ExifTags.Base, str], **more: object) -> Path:
    """Save a photo with EXIF."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({int(tag): text for tag, text in tags.items()})
    Image.new("RGB", (16, 16)).save(path, exif=exif.tobytes(), **more)  # type: ignore[arg-type]
    return path


def taken(path: Path) -> str | None:
    """The date with and without pixels, which must not differ."""
    quick, full = load_photo(str(path)).facts.taken, load_photo(str(path), frame=True).facts.taken
    assert quick == full
    return full


def test_parts_of_a_second_and_the_zone_are_kept(tmp_path: Path) -> None:
    tags = {
        TAG.DateTimeOriginal: "2024:05:01 10:00:05",
        TAG.SubsecTimeOriginal: "07",
        TAG.OffsetTimeOriginal: "+02:00",
    }
    for ending in ("jpg", "png", "webp", "tif"):
        assert taken(photo(tmp_path / f"a.{ending}", tags)) == "2024-05-01T10:00:05.07+02:00", ending


@pytest.mark.parametrize(("parts", "zone"), [("  ", "   :  "), ("x7", "Z"), ("", "+2"), ("²", "+02:00:00")])
def test_parts_and_zones_that_are_none_are_left_out(tmp_path: Path, parts: str, zone: str) -> None:
    tags = {TAG.DateTimeOriginal: "2024:05:01 10:00:05"}
    more = {TAG.SubsecTimeOriginal: parts.encode().decode("latin-1"), TAG.OffsetTimeOriginal: zone}
    assert taken(photo(tmp_path / "a.jpg", tags | more)) == "2024-05-01T10:00:05"


def xmp(properties: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{properties}</rdf:RDF></x:xmpmeta>"
    ).encode()


@pytest.mark.parametrize(
    ("properties", "right"),
    [
        (
            "<rdf:Description><exif:DateTimeOriginal>2024-05-01T10:00:05.5</exif:DateTimeOriginal>",
            "2024-05-01T10:00:05.5",
        ),
        ('<rdf:Description photoshop:DateCreated="2024-05-01"/>', "2024-05-01"),
        ("<rdf:Description xmp:CreateDate='2024-05-01T10:00+02:00'/>", "2024-05-01T10:00+02:00"),
        (
            '<rdf:Description xmp:CreateDate="2025-01-01" exif:DateTimeOriginal="2024-05-01T10:00:05"/>',
            "2024-05-01T10:00:05",
        ),
        ('<rdf:Description exif:DateTimeOriginal="soon" photoshop:DateCreated="2024-05-01"/>', "2024-05-01"),
        ('<rdf:Description xmp:ModifyDate="2024-05-01"/>', None),
        ("<exif:DateTimeOriginal>" * 1000, None),
    ],
)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_xmp_alone(tmp_path: Path, ending: str, properties: str, right: str | None) -> None:
    path, content = tmp_path / f"a.{ending}", xmp(properties)
    image = Image.new("RGB", (16, 16))
    match ending:
        case "png":
            info = PngImagePlugin.PngInfo()
            info.add_itxt("XML:com.adobe.xmp", content.decode())
            image.save(path, pnginfo=info)
        case "tif":
            image.save(path, tiffinfo={700: content})
        case _:
            image.save(path, xmp=content)
    assert taken(path) == right


def test_exif_counts_more_than_xmp_but_not_its_time_of_digitizing(tmp_path: Path) -> None:
    other = xmp('<rdf:Description exif:DateTimeOriginal="2024-05-01T10:00:05"/>')
    original = photo(tmp_path / "a.jpg", {TAG.DateTimeOriginal: "2023:01:01 00:00:00"}, xmp=other)
    assert taken(original) == "2023-01-01T00:00:00"
    scanned = photo(tmp_path / "b.jpg", {TAG.DateTimeDigitized: "2025:01:01 00:00:00"}, xmp=other)
    assert taken(scanned) == "2024-05-01T10:00:05"
    assert taken(photo(tmp_path / "c.jpg", {TAG.DateTimeDigitized: "2025:01:01 00:00:00"})) == (
        "2025-01-01T00:00:00"
    )


def with_iptc(path: Path, *fields: tuple[int, bytes]) -> Path:
    """Save a JPEG with IPTC in Photoshop's segment."""
    iptc = b"".join(b"\x1c\x02" + struct.pack(">BH", field, len(value)) + value for field, value in fields)
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + bytes(len(iptc) % 2)
    content = b"Photoshop 3.0\0" + resource
    Image.new("RGB", (16, 16)).save(path)
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xed" + struct.pack(">H", len(content) + 2) + content + data[2:])
    return path


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ([(55, b"20240501"), (60, b"100005+0200")], "2024-05-01T10:00:05+02:00"),
        ([(55, b"20240501"), (60, b"100005")], "2024-05-01T10:00:05"),
        ([(55, b"20240501")], "2024-05-01"),
        ([(55, b"20240501"), (60, b"250000")], "2024-05-01"),
        ([(55, b"00000000")], None),
        ([(60, b"100005")], None),
    ],
)
def test_iptc_alone(tmp_path: Path, fields: list[tuple[int, bytes]], right: str | None) -> None:
    assert taken(with_iptc(tmp_path / "a.jpg", *fields)) == right


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("dateonly.jpg", "2024-05-01"),
        ("hour24.jpg", None),
        ("nosec.jpg", "2024-05-01T10:00"),
        ("spacepad.jpg", "2024-05-01T09:05:03"),
        ("xmponly.jpg", "2024-05-01T10:00:00"),
        ("zero.jpg", None),
    ],
)
def test_the_handed_dates(shared_data: Path, name: str, right: str | None) -> None:
    assert taken(shared_data / "cases" / "exif_dates" / name) == right
