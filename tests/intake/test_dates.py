"""When photos were taken: EXIF, XMP and IPTC, in every form in which programs write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from memapp.intake.dates import date_taken, dates_of_xmp
from memapp.intake.load import load_photo

EXIF_DATES = {
    "dateonly.jpg": "2024-05-01",
    "hour24.jpg": None,
    "nosec.jpg": "2024-05-01T10:00",
    "spacepad.jpg": "2024-05-01T09:05:03",
    "xmponly.jpg": "2024-05-01T10:00:00",
    "zero.jpg": None,
}
ORIGINAL, DIGITIZED, CHANGED = 36867, 36868, 306


def taken(path: Path) -> str | None:
    """Return the date of a file, the same whether its pixels are decoded or not."""
    found = load_photo(str(path)).facts.taken
    assert load_photo(str(path), frame=True).facts.taken == found
    return found


def saved(path: Path, *, xmp: str = "", **arguments: object) -> Path:
    """Save a picture of 80 x 60 pixels with this metadata."""
    picture = Image.new("RGB", (80, 60), "teal")
    if xmp and path.suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp, zip=True)
        arguments["pnginfo"] = info
    elif xmp and path.suffix in (".tif", ".tiff"):
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[700] = xmp.encode()
        tags.tagtype[700] = 1
        arguments["tiffinfo"] = tags
    elif xmp:
        arguments["xmp"] = xmp.encode()
    picture.save(path, **arguments)  # type: ignore[arg-type]
    return path


def exif_with(tags: Mapping[int, object]) -> Image.Exif:
    """Return EXIF with these tags, each in its directory."""
    exif = Image.Exif()
    details = exif.get_ifd(0x8769)
    for tag, value in tags.items():
        if tag == CHANGED:
            exif[tag] = value
        else:
            details[tag] = value
    return exif


def packet(inner: str = "", *, attributes: str = "", before: str = "") -> str:
    """Return an XMP packet with these properties of the photo."""
    return (
        f"{before}<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
        " xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'"
        " xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'>"
        f"<rdf:Description rdf:about='' {attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def iptc(*fields: tuple[int, bytes]) -> bytes:
    """Return IPTC with these datasets of record 2."""
    return b"".join(
        b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(value)) + value for number, value in fields
    )


def jpeg_with_iptc(path: Path, data: bytes) -> Path:
    """Save a JPEG with IPTC where Photoshop keeps it."""
    resource = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    segment = b"Photoshop 3.0\0" + resource
    plain = saved(path).read_bytes()
    path.write_bytes(plain[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + plain[2:])
    return path


@pytest.mark.parametrize(
    ("parts", "zone"), [("  ", "   :  "), ("x7", "CET"), ("", "+2"), ("\xb2", "+02:00:00")]
)
def test_fractions_and_zones_that_are_none_are_left_out(tmp_path: Path, parts: str, zone: str) -> None:
    tags = {ORIGINAL: "2024:05:01 10:00:05", 37521: parts, 36881: zone}
    assert taken(saved(tmp_path / "a.jpg", exif=exif_with(tags))) == "2024-05-01T10:00:05"


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_fractions_and_zones_are_kept_in_every_format(tmp_path: Path, ending: str) -> None:
    tags = {ORIGINAL: "2024:05:01 10:00:05", 37521: "07", 36881: "+02:00"}
    path = saved(tmp_path / f"a.{ending}", exif=exif_with(tags).tobytes())
    assert taken(path) == "2024-05-01T10:00:05.07+02:00"


@pytest.mark.parametrize(("name", "date"), EXIF_DATES.items())
def test_cases_have_their_dates(shared_data: Path, name: str, date: str | None) -> None:
    assert taken(shared_data / "cases/exif_dates" / name) == date


def test_four_shots_of_one_second_keep_their_fractions_and_zone(shared_data: Path) -> None:
    folder = shared_data / "cases/same_second"
    found = {path.stem: taken(path) for path in folder.iterdir()}
    assert found == {
        "DSC_9998": "2024-05-01T10:00:00.10+02:00",
        "DSC_9999": "2024-05-01T10:00:00.40+02:00",
        "DSC_0001": "2024-05-01T10:00:00.70+02:00",
        "DSC_0002": "2024-05-01T10:00:00.95+02:00",
    }


def test_the_time_of_the_scene_goes_before_that_of_the_scan(tmp_path: Path) -> None:
    scan = {DIGITIZED: "2020:01:01 12:00:00", 37522: "5", CHANGED: "2021:01:01 12:00:00"}
    assert taken(saved(tmp_path / "a.jpg", exif=exif_with(scan))) == "2020-01-01T12:00:00.5"
    dated = saved(
        tmp_path / "b.jpg",
        exif=exif_with(scan),
        xmp=packet("<photoshop:DateCreated>1985-07</photoshop:DateCreated>"),
    )
    assert taken(dated) == "1985-07"
    unknown = exif_with({ORIGINAL: "0000:00:00 00:00:00", **scan})
    assert taken(saved(tmp_path / "c.jpg", exif=unknown)) == "2020-01-01T12:00:00.5"


def test_exif_goes_before_xmp(tmp_path: Path) -> None:
    xmp = packet(attributes="exif:DateTimeOriginal='2001-01-01'")
    exif = exif_with({ORIGINAL: "2024:05:01 10:00:00"})
    assert taken(saved(tmp_path / "a.jpg", exif=exif, xmp=xmp)) == "2024-05-01T10:00:00"


def test_fractions_beside_an_equal_date_of_change_count(tmp_path: Path) -> None:
    tags = {ORIGINAL: "2024:05:01 10:00:00", CHANGED: "2024:05:01 10:00:00", 37520: "25", 36880: "+09:00"}
    assert taken(saved(tmp_path / "a.jpg", exif=exif_with(tags))) == "2024-05-01T10:00:00.25+09:00"
    tags[CHANGED] = "2024:05:02 10:00:00"
    assert taken(saved(tmp_path / "b.jpg", exif=exif_with(tags))) == "2024-05-01T10:00:00"


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp", "avif"])
@pytest.mark.parametrize(
    "xmp",
    [
        packet("<exif:DateTimeOriginal>2024-05-01T10:00:00.5+02:00</exif:DateTimeOriginal>"),
        packet(attributes="exif:DateTimeOriginal='2024-05-01T10:00:00.5+02:00'"),
        packet("<photoshop:DateCreated>2024-05-01T10:00:00.5+02:00</photoshop:DateCreated>"),
        packet(attributes="xmp:CreateDate='2024-05-01T10:00:00.5+02:00'"),
    ],
)
def test_xmp_alone_is_enough_in_every_format(tmp_path: Path, ending: str, xmp: str) -> None:
    assert taken(saved(tmp_path / f"a.{ending}", xmp=xmp)) == "2024-05-01T10:00:00.5+02:00"


def test_xmp_alone_is_enough_in_heic(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="makes HEIC files")
    path = tmp_path / "a.heic"
    file = pillow_heif.from_pillow(Image.new("RGB", (80, 60), "teal"))
    file.save(path, xmp=packet(attributes="exif:DateTimeOriginal='2024-05-01T10:00:00'").encode())
    assert taken(path) == "2024-05-01T10:00:00"


def test_xmp_among_the_tags_is_read_as_camera_raw_has_it() -> None:
    xmp = packet("<xmp:CreateDate>2024-05-01T10:00:00</xmp:CreateDate>").encode()
    assert date_taken({700: xmp}) == "2024-05-01T10:00:00"
    assert date_taken({700: tuple(xmp)}) == "2024-05-01T10:00:00"
    assert date_taken({700: 5}) is None


def test_dates_of_history_and_parts_are_not_the_photos() -> None:
    nested = "<xmp:Part><rdf:Description xmp:CreateDate='1999-01-01'/></xmp:Part>"
    assert dates_of_xmp(packet(nested).encode()) == {}
    after = packet(nested + "<xmp:CreateDate>2024-05-01</xmp:CreateDate>")
    assert list(dates_of_xmp(after.encode()).values()) == ["2024-05-01"]


def test_namespaces_count_not_their_prefixes() -> None:
    named = packet(
        "<q:CreateDate>2024-05-01</q:CreateDate>", attributes="xmlns:q='http://ns.adobe.com/xap/1.0/'"
    )
    assert list(dates_of_xmp(named.encode()).values()) == ["2024-05-01"]
    other = packet("<q:CreateDate>2024-05-01</q:CreateDate>", attributes="xmlns:q='http://example.org/'")
    assert dates_of_xmp(other.encode()) == {}
    undeclared = "<rdf:RDF><rdf:Description xap:CreateDate='2024-05-01'/></rdf:RDF>"
    assert dates_of_xmp(undeclared.encode()) == {"xmp:CreateDate": "2024-05-01"}


def test_xmp_in_utf_16_padded_or_cut_off_is_read() -> None:
    xmp = packet("<xmp:CreateDate>2024-05-01</xmp:CreateDate>")
    for form in (xmp.encode("utf-16"), b"\n" + xmp.encode() + b" \n\0", xmp.encode()[:-20]):
        assert list(dates_of_xmp(form).values()) == ["2024-05-01"]


@pytest.mark.timeout(120)  # entities unfolded would take hours
def test_hostile_xmp_costs_nothing() -> None:
    entities = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(12))
    bomb = packet(
        "<xmp:CreateDate>&e12;</xmp:CreateDate>", before=f"<!DOCTYPE x [<!ENTITY e0 '2024'>{entities}]>"
    )
    assert dates_of_xmp(bomb.encode()) == {}
    assert dates_of_xmp(packet(f"<xmp:CreateDate>{'2' * 3_000_000}</xmp:CreateDate>").encode()) == {}
    assert dates_of_xmp(packet("<a>" * 200_000).encode()) == {}
    assert dates_of_xmp(b"\xff\xfe\0garbage") == {}
    assert (
        dates_of_xmp(packet("<xmp:CreateDate>2024-05-01</xmp:CreateDate>" + " " * 5_000_000).encode()) == {}
    )


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        (((55, b"20240501"), (60, b"100000+0200")), "2024-05-01T10:00:00+02:00"),
        (((55, b"20240501"), (60, b"100000")), "2024-05-01T10:00:00"),
        (((55, b"20240501"),), "2024-05-01"),
        (((62, b"20240501"), (63, b"100000-0330")), "2024-05-01T10:00:00-03:30"),
        (((55, b"20240501"), (60, b"250000")), "2024-05-01"),
        (((55, b"00000000"), (60, b"000000")), None),
        (((55, b"soon"),), None),
    ],
)
def test_iptc_alone_is_enough(
    tmp_path: Path, fields: tuple[tuple[int, bytes], ...], date: str | None
) -> None:
    assert taken(jpeg_with_iptc(tmp_path / "a.jpg", iptc(*fields))) == date
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[33723] = iptc(*fields)
    tags.tagtype[33723] = 7
    assert taken(saved(tmp_path / "a.tif", tiffinfo=tags)) == date


def test_invalid_iptc_is_no_date(tmp_path: Path) -> None:
    assert taken(jpeg_with_iptc(tmp_path / "a.jpg", b"\x1c\x02\x37\xff\xff\xff" * 9)) is None
