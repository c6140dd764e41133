"""Colours that a file states otherwise than by ICC: EXIF, cICP, gAMA and cHRM, nclx, JPEG XL's header."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pylibjxl
import pytest
from PIL import ExifTags, Image

from memapp.intake.icc import (
    PRIMARIES_BY_CODE,
    SRGB_PRIMARIES,
    Encoding,
    Primaries,
    Transfer,
    to_light,
)
from memapp.intake.load import load_photo
from tests.intake.making import (
    ADOBE_GAMMA,
    ADOBE_RGB_TO_XYZ,
    matrix_profile,
    to_srgb_by_formula,
)
from tests.intake.making_colours import (
    ADOBE_CHRM,
    BT_2020_TO_XYZ,
    COLOUR,
    FLAT_HEIC,
    FLAT_JXL,
    HDR,
    IN_ADOBE,
    IN_P3,
    LINEAR,
    P3_TO_XYZ,
    chrm,
    cicp,
    expected,
    from_srgb_curve,
    gama,
    png,
    shown,
    srgb_curve,
)
from tests.intake.test_png import chunk


def exif(space: int | None, rule: str | None = None) -> Image.Exif:
    exif = Image.Exif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    if space is not None:
        details[ExifTags.Base.ColorSpace] = space
    if rule is not None:
        details[ExifTags.IFD.Interop] = {1: rule}
    return exif


@pytest.mark.parametrize(
    ("space", "rule", "is_adobe"),
    [
        (0xFFFF, "R03", True),
        (None, "R03", True),
        (2, None, True),
        (2, "R98", True),
        (0xFFFF, "R98", False),
        (0xFFFF, None, False),
        (1, "R03", False),
    ],
)
@pytest.mark.parametrize("ending", ["jpg", "webp", "png"])
def test_exif(tmp_path: Path, ending: str, space: int | None, rule: str | None, is_adobe: bool) -> None:
    path = tmp_path / f"a.{ending}"
    Image.new("RGB", (16, 16), COLOUR).save(
        path, exif=exif(space, rule).tobytes(), quality=100, subsampling=0, lossless=True
    )
    assert np.abs(shown(path) - (IN_ADOBE if is_adobe else COLOUR)).max() <= 2.5


def test_exif_of_tiff(tmp_path: Path) -> None:
    """Its directories are in the file itself, which Pillow closes once it has the pixels."""
    path = tmp_path / "a.tif"
    Image.new("RGB", (16, 16), COLOUR).save(path, exif=exif(0xFFFF, "R03").tobytes())
    content = path.read_bytes()
    entry = content.index(struct.pack("<HHI", ExifTags.IFD.Interop, 4, 1))
    directory = struct.pack("<HHHI4sI", 1, 1, 2, 4, b"R03\0", 0)
    moved = content[: entry + 8] + struct.pack("<I", len(content)) + content[entry + 12 :]
    path.write_bytes(moved + directory)
    assert np.abs(shown(path) - IN_ADOBE).max() <= 2.5
    path.write_bytes(moved + directory.replace(b"R03", b"R98"))
    assert np.abs(shown(path) - COLOUR).max() <= 0


def test_a_profile_counts_more_than_exif(tmp_path: Path) -> None:
    profile = matrix_profile(P3_TO_XYZ, ADOBE_GAMMA)
    picture = Image.new("RGB", (16, 16), COLOUR)
    picture.save(tmp_path / "a.jpg", exif=exif(2, "R03").tobytes(), icc_profile=profile, quality=100)
    assert np.abs(shown(tmp_path / "a.jpg") - to_srgb_by_formula(COLOUR, P3_TO_XYZ, ADOBE_GAMMA)).max() <= 2.5


def test_exif_of_grey_changes_nothing_but_the_curve(tmp_path: Path) -> None:
    Image.new("L", (16, 16), 100).save(tmp_path / "a.jpg", exif=exif(2).tobytes(), quality=100)
    assert np.abs(shown(tmp_path / "a.jpg") - srgb_curve(np.array(100 / 255) ** ADOBE_GAMMA)).max() <= 2


@pytest.mark.parametrize(
    ("chunks", "right"),
    [
        ([gama(1 / ADOBE_GAMMA), ADOBE_CHRM], IN_ADOBE),
        ([ADOBE_CHRM, chunk(b"sRGB", b"\0"), gama(1 / ADOBE_GAMMA)], COLOUR),
        ([gama(1)], LINEAR),
        ([gama(0.45455)], COLOUR),
        ([gama(0.45455), chrm(SRGB_PRIMARIES)], COLOUR),
        ([gama(0)], COLOUR),
        ([gama(1 / 1.8)], srgb_curve((np.array(COLOUR) / 255) ** 1.8)),
        ([chrm(PRIMARIES_BY_CODE[12])], IN_P3),
        ([chrm(Primaries((0.3, 0.3), (0.3, 0.3), (0.3, 0.3), (0.3, 0.3)))], COLOUR),
        ([chrm(Primaries((0, 0), (0, 0), (0, 0), (0, 0)))], COLOUR),
        ([cicp(12, 13)], IN_P3),
        ([cicp(12, 13), chunk(b"sRGB", b"\0")], IN_P3),
        ([cicp(1, 13), gama(1)], COLOUR),
        ([cicp(1, 8)], LINEAR),
        ([cicp(9, 8)], expected(np.array(COLOUR) / 255, BT_2020_TO_XYZ)),
        ([cicp(9, 13)], expected(from_srgb_curve(COLOUR), BT_2020_TO_XYZ)),
        ([cicp(1, 1)], COLOUR),
        ([cicp(1, 4)], srgb_curve((np.array(COLOUR) / 255) ** 2.2)),
        ([cicp(2, 2), gama(1)], LINEAR),
        ([cicp(12, 13, matrix=6)], COLOUR),
        ([cicp(77, 13)], COLOUR),
        ([cicp(12, 200), gama(1)], LINEAR),
        ([chunk(b"cICP", b"\x0c")], COLOUR),
        ([cicp(1, 13, full=0)], (np.array(COLOUR) - 16) * 255 / 219),
    ],
)
def test_png(tmp_path: Path, chunks: list[bytes], right: npt.ArrayLike) -> None:
    assert np.abs(shown(png(tmp_path / "a.png", *chunks)) - np.asarray(right)).max() <= 2.5


def test_cicp_counts_more_than_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (16, 16), COLOUR).save(path, icc_profile=matrix_profile(ADOBE_RGB_TO_XYZ, 1.0))
    content = path.read_bytes()
    place = content.index(b"iCCP") - 4
    path.write_bytes(content[:place] + cicp(12, 13) + content[place:])
    assert np.abs(shown(path) - IN_P3).max() <= 2.5


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_kind_of_png(tmp_path: Path, mode: str) -> None:
    """Linear light, in every kind of pixels."""
    flat = Image.new("RGB", (16, 16), (90, 90, 90))
    deep = Image.new("I;16", (16, 16), 90 * 257)
    image = {"I;16": deep, "P": flat.quantize(4)}.get(mode) or flat.convert(mode)
    found = shown(png(tmp_path / "a.png", gama(1), image=image))
    want = 255 if mode == "1" and image.getpixel((8, 8)) else 0 if mode == "1" else float(LINEAR_GREY)
    assert np.abs(found - want).max() <= 2.5


LINEAR_GREY = srgb_curve(np.array(90 / 255))


@pytest.mark.parametrize("channels", [3, 4])
def test_the_dark_half_of_linear_light(tmp_path: Path, channels: int) -> None:
    """In 16 bits linear light has what 8 bits lack."""
    values = np.linspace(0, 4000, 64).astype(">u2")
    rows = np.repeat(np.repeat(values[None, :, None], channels, axis=2), 4, axis=0)
    if channels == 4:
        rows[..., 3] = 65535
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", 64, 4, 16, 6 if channels == 4 else 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + cicp(1, 8) + chunk(b"IDAT", zlib.compress(raw))
    (tmp_path / "a.png").write_bytes(content + chunk(b"IEND", b""))
    picture = load_photo(str(tmp_path / "a.png"), longest_side=0).picture
    assert picture is not None
    assert np.abs(picture[0, :, 0] - srgb_curve(values / 65535)).max() <= 0.51


@pytest.mark.parametrize(
    ("name", "right", "tolerance"),
    [
        ("P3", IN_P3, 2.5),
        ("P3, lossy", IN_P3, 6),
        ("linear", LINEAR, 2.5),
        ("linear, lossy", LINEAR, 6),
    ],
)
@pytest.mark.parametrize("boxed", [False, True])
def test_jpeg_xl(
    tmp_path: Path, name: str, right: npt.NDArray[np.float64], tolerance: float, boxed: bool
) -> None:
    stream = base64.b64decode(FLAT_JXL[name])
    if boxed:
        first, rest = struct.pack(">I", 0) + stream[:9], struct.pack(">I", 1 << 31 | 1) + stream[9:]
        parts = [(b"JXL ", b"\r\n\x87\n"), (b"ftyp", b"jxl \0\0\0\0jxl "), (b"jxlp", first), (b"jxlp", rest)]
        stream = b"".join(struct.pack(">I4s", 8 + len(part), kind) + part for kind, part in parts)
    (tmp_path / "a.jxl").write_bytes(stream)
    assert np.abs(shown(tmp_path / "a.jxl") - right).max() <= tolerance


@pytest.mark.parametrize("name", ["PQ", "HLG"])
def test_jpeg_xl_in_hdr(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jxl").write_bytes(base64.b64decode(FLAT_JXL[name]))
    assert load_photo(str(tmp_path / "a.jxl")).facts.rendering == HDR
    # PQ's 200 of 255 is brighter than white: red is clipped, in BT.2020.
    assert shown(tmp_path / "a.jxl")[0] == 255


def test_a_lossy_jpeg_xl_with_a_profile_is_converted_once(tmp_path: Path) -> None:
    flat = np.full((64, 64, 3), COLOUR, np.uint8)
    profile = matrix_profile(ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    (tmp_path / "a.jxl").write_bytes(pylibjxl.encode(flat, distance=0.5, icc=profile))
    assert np.abs(shown(tmp_path / "a.jxl") - IN_ADOBE).max() <= 6


def avif(path: Path, primaries: int, transfer: int) -> Path:
    """Save an AVIF and put other codes into its nclx."""
    content = io.BytesIO()
    Image.new("RGB", (64, 64), COLOUR).save(content, "AVIF", quality=100, subsampling="4:4:4")
    data = content.getvalue()
    place = data.index(b"colrnclx") + 8
    path.write_bytes(data[:place] + struct.pack(">HH", primaries, transfer) + data[place + 4 :])
    return path


@pytest.mark.parametrize(
    ("codes", "right"),
    [((12, 13), IN_P3), ((1, 13), COLOUR), ((1, 8), LINEAR), ((2, 2), COLOUR), ((500, 13), COLOUR)],
)
def test_avif(tmp_path: Path, codes: tuple[int, int], right: npt.ArrayLike) -> None:
    assert np.abs(shown(avif(tmp_path / "a.avif", *codes)) - np.asarray(right)).max() <= 4


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_is_said_with_and_without_pixels(tmp_path: Path, transfer: int) -> None:
    path = str(avif(tmp_path / "a.avif", 9, transfer))
    assert load_photo(path).facts.rendering == HDR
    assert load_photo(path, frame=True).facts.rendering == HDR
    assert load_photo(path, longest_side=32).facts.rendering == HDR


def heic(path: Path, primaries: int, transfer: int) -> Path:
    """Save FLAT_HEIC with an nclx for its only picture."""
    content = base64.b64decode(FLAT_HEIC)
    added = struct.pack(">I8sHHHB", 19, b"colrnclx", primaries, transfer, 6, 0x80)
    sizes = {name: content.index(name) - 4 for name in (b"meta", b"iprp", b"ipco", b"ipma")}
    growth = {b"meta": 20, b"iprp": 20, b"ipco": 19, b"ipma": 1}
    pixels = content.index(b"mdat") + 4
    changed = bytearray(content)
    for name, place in sizes.items():
        (size,) = struct.unpack_from(">I", content, place)
        struct.pack_into(">I", changed, place, size + growth[name])
    struct.pack_into(">I", changed, content.index(struct.pack(">I", pixels)), pixels + 20)
    count = sizes[b"ipma"] + 18  # behind head, number of items and the item's number
    assert changed[count] == 3
    changed[count] = 4
    end = count + 4
    path.write_bytes(
        bytes(changed[: sizes[b"ipma"]])
        + added
        + bytes(changed[sizes[b"ipma"] : end])
        + b"\4"
        + bytes(changed[end:])
    )
    return path


def test_heic(tmp_path: Path) -> None:
    assert np.abs(shown(heic(tmp_path / "a.heic", 12, 13)) - IN_P3).max() <= 6
    assert np.abs(shown(heic(tmp_path / "a.heic", 1, 13)) - COLOUR).max() <= 3
    assert load_photo(str(heic(tmp_path / "b.heic", 9, 16))).facts.rendering == HDR


def test_damaged_boxes_state_nothing(tmp_path: Path) -> None:
    content = heic(tmp_path / "a.heic", 12, 13).read_bytes()
    for place in range(content.index(b"meta"), content.index(b"mdat")):
        for value in (0, 0xFF):
            (tmp_path / "a.heic").write_bytes(content[:place] + bytes([value]) + content[place + 1 :])
            try:
                load_photo(str(tmp_path / "a.heic"))
            except Exception as problem:
                assert type(problem).__name__ == "PhotoError", place  # noqa: PT017 (any other is a fault)


def test_jpeg_2000_with_a_profile(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGB", (16, 16), COLOUR).save(content, "JPEG2000")
    data = content.getvalue()
    profile = matrix_profile(ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    place = data.index(b"colr") - 4
    (size,) = struct.unpack_from(">I", data, place)
    header = data.index(b"jp2h") - 4
    colr = struct.pack(">I4s3B", 11 + len(profile), b"colr", 2, 0, 0) + profile
    (header_size,) = struct.unpack_from(">I", data, header)
    grown = struct.pack(">I", header_size + len(colr) - size)
    (tmp_path / "a.jp2").write_bytes(
        data[:header] + grown + data[header + 4 : place] + colr + data[place + size :]
    )
    assert np.abs(shown(tmp_path / "a.jp2") - IN_ADOBE).max() <= 2.5


def test_an_hdr_profile_is_not_converted_by_its_tables(tmp_path: Path) -> None:
    plain = matrix_profile(BT_2020_TO_XYZ, 2.0)
    (count,) = struct.unpack_from(">I", plain, 128)
    tag = b"cicp" + bytes(4) + bytes((9, 16, 0, 1))
    table = b""
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", plain, 132 + 12 * index)
        table += struct.pack(">4sII", name, offset + 12, size)
    body = plain[132 + 12 * count :]
    table += struct.pack(">4sII", b"cicp", 132 + 12 * (count + 1) + len(body), len(tag))
    profile = struct.pack(">I", len(plain) + 12 + len(tag)) + plain[4:128]
    profile += struct.pack(">I", count + 1) + table + body + tag
    Image.new("RGB", (16, 16), (148, 148, 148)).save(tmp_path / "a.jpg", icc_profile=profile, quality=100)
    assert load_photo(str(tmp_path / "a.jpg")).facts.rendering == HDR
    assert shown(tmp_path / "a.jpg").min() > 240  # PQ's 0.58 is HDR's white


@pytest.mark.parametrize(("transfer", "white"), [(Transfer.PQ, 0.58069), (Transfer.HLG, 0.75)])
def test_hdr_white_is_nearly_white(transfer: Transfer, white: float) -> None:
    """BT.2408's reference levels; what is darker keeps its light, what is brighter stays told apart."""
    values = np.linspace(0, 1, 1001)
    light = to_light(values, Encoding(transfer=transfer))
    assert (np.diff(light) >= 0).all()
    assert light[0] == pytest.approx(0, abs=1e-6)
    assert light[-1] == 1
    at_white, half_brighter = to_light(np.array([white, white + 0.08]), Encoding(transfer=transfer))
    assert 0.9 < at_white < 0.97
    assert at_white + 0.015 < half_brighter < 1


def test_pq_keeps_the_light_below_white() -> None:
    # BT.2100: 100 candela per square metre are 0.50808, of 203.
    light = to_light(np.array([0.50808]), Encoding(transfer=Transfer.PQ))
    assert light[0] == pytest.approx(100 / 203, rel=1e-3)


@pytest.mark.parametrize("name", ["p3_cicp.png", "p3_cicp.avif"])
def test_the_handed_display_p3(shared_data: Path, name: str) -> None:
    folder = shared_data / "cases" / "colour_without_icc"
    found = load_photo(str(folder / name), longest_side=0).picture
    truth = load_photo(str(folder / "patches_srgb.png"), longest_side=0).picture
    assert found is not None
    assert truth is not None
    assert np.abs(found.mean(axis=(0, 1)) - truth.mean(axis=(0, 1))).max() <= 2


def test_the_handed_hdr(shared_data: Path) -> None:
    folder = shared_data / "cases" / "colour_without_icc"
    found = load_photo(str(folder / "pq_cicp.png"), longest_side=0)
    before = load_photo(str(folder / "sdr_reference.png"), longest_side=0)
    assert found.picture is not None
    assert before.picture is not None
    assert found.facts.rendering == HDR
    assert np.abs(found.picture.mean(axis=(0, 1)) - before.picture.mean(axis=(0, 1))).max() <= 2


def test_the_handed_adobe_rgb(shared_data: Path) -> None:
    folder = shared_data / "cases" / "adobergb_exif_only"
    found = load_photo(str(folder / "_MG_0001.JPG"), longest_side=0).picture
    before = load_photo(str(folder / "srgb_reference.jpg"), longest_side=0).picture
    assert found is not None
    assert before is not None
    assert np.abs(found.mean(axis=(0, 1)) - before.mean(axis=(0, 1))).max() <= 2
