"""TIFF of every kind comes out right: depths, floats, planes, alpha, and what is compressed inside."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, PixelArray
from memapp.intake.limits import DEFAULT_LIMITS, Limits
from memapp.intake.load import load_photo
from tests.intake.making import SRGB_TO_XYZ, matrix_profile, photo_image
from tests.intake.making_tiff import (
    APERIO_RGB,
    APERIO_YCBCR,
    CMYK,
    DEFLATE,
    GREY,
    ICC_LAB,
    JPEG_2000,
    JPEG_XL,
    LAB,
    LZW,
    PACKBITS,
    RAW,
    RGB,
    WEBP,
    ZSTD,
    Array,
    Page,
    tiff,
)

PHOTO = np.asarray(photo_image(70, 50))
OPAQUE = np.full((50, 70, 1), 255, np.uint8)
INKS = np.concatenate([255 - PHOTO, 0 * OPAQUE], axis=-1)
"""In CMYK without a profile, cyan, magenta and yellow are the colours' complements."""
EXTRA = PHOTO[..., ::-1][..., :1]
"""A sample that is no colour."""
ASSOCIATED, UNASSOCIATED = 1, 2


def shown_file(path: Path, content: bytes) -> PixelArray:
    path.write_bytes(content)
    picture = load_photo(str(path), longest_side=0).picture
    assert picture is not None
    return picture


def shown(path: Path, page: Page, order: str = "<") -> PixelArray:
    return shown_file(path / "a.tif", tiff(page, order=order))


def refusal(path: Path, content: bytes, limits: Limits | None = None) -> PhotoError:
    path.write_bytes(content)
    with pytest.raises(PhotoError) as caught:
        load_photo(str(path), frame=True, limits=limits or DEFAULT_LIMITS)
    return caught.value


def differs(picture: PixelArray, expected: Array) -> float:
    assert picture.shape == expected.shape
    return float(np.abs(picture.astype(float) - expected).max())


def deep(samples: Array, kind: str) -> Array:
    """The same picture with more bits: white is the highest value, 1 in floats."""
    scale = {"u1": 1, "u2": 257, "u4": 0x01010101, "i2": 128, "u8": 0x0101010101010101}
    result: Array = (samples / 255).astype(kind)
    return samples.astype(kind) * np.array(scale[kind], kind) if kind in scale else result


@pytest.mark.parametrize("name", ["cmyk8_alpha.tif", "rgb16f.tif"])
def test_handed_kinds_show_their_photo(shared_data: Path, name: str) -> None:
    """Both are of one photo, which the thumbnail of another case shows as well."""
    picture = load_photo(str(shared_data / "cases" / "tiff_kinds" / name), longest_side=0).picture
    assert picture is not None
    with Image.open(shared_data / "cases" / "tiff_small_page_first" / "page0_is_thumb.tif") as thumbnail:
        expected = np.asarray(thumbnail.convert("RGB").resize((160, 107)))
    assert np.abs(picture.mean(axis=(0, 1)) - expected.mean(axis=(0, 1))).max() < 2
    assert np.abs(picture.astype(int) - expected).mean() < 12


# Depths, planes, tiles

STORED = [
    pytest.param({}, "<", id="raw"),
    pytest.param({"rows": 7, "compression": LZW, "predictor": 2}, ">", id="lzw"),
    pytest.param({"tile": (32, 16), "compression": DEFLATE}, ">", id="tiles"),
    pytest.param({"separate": True, "rows": 9}, "<", id="planes"),
    pytest.param({"separate": True, "tile": (16, 32), "compression": PACKBITS}, ">", id="planes in tiles"),
    pytest.param({"separate": True, "compression": ZSTD, "predictor": 2}, "<", id="planes with predictor"),
]
KINDS = {
    "grey": (EXTRA, GREY, (), np.repeat(EXTRA, 3, axis=-1)),
    "grey with alpha": (np.concatenate([EXTRA, OPAQUE], -1), GREY, (2,), np.repeat(EXTRA, 3, axis=-1)),
    "grey with more": (np.concatenate([EXTRA, 255 - EXTRA], -1), GREY, (0,), np.repeat(EXTRA, 3, axis=-1)),
    "RGB": (PHOTO, RGB, (), PHOTO),
    "RGB with alpha": (np.concatenate([PHOTO, OPAQUE], -1), RGB, (2,), PHOTO),
    "RGB with more": (np.concatenate([PHOTO, EXTRA, 255 - EXTRA], -1), RGB, (0, 0), PHOTO),
    "CMYK": (INKS, CMYK, (), PHOTO),
    "CMYK with alpha": (np.concatenate([INKS, OPAQUE], -1), CMYK, (2,), PHOTO),
    "CMYK with more": (np.concatenate([INKS, EXTRA], -1), CMYK, (0,), PHOTO),
    "CMYK with more and alpha": (np.concatenate([INKS, EXTRA, OPAQUE], -1), CMYK, (0, 1), PHOTO),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", ["u1", "u2", "u4", "i2", "f2", "f4", "f8"])
@pytest.mark.parametrize(("options", "order"), STORED)
def test_every_depth_and_way_of_storing(
    tmp_path: Path, kind: str, depth: str, options: dict[str, object], order: str
) -> None:
    samples, photometric, extra, expected = KINDS[kind]
    if depth[0] == "f" and options.get("predictor"):
        options = options | {"predictor": 3}
    page = Page(deep(samples, depth), photometric, extra, **options)  # type: ignore[arg-type]
    assert differs(shown(tmp_path, page, order=order), expected) <= 1


@pytest.mark.parametrize("bits", [4, 10, 12, 14])
@pytest.mark.parametrize("compression", [RAW, LZW])
def test_colours_of_odd_bits(tmp_path: Path, bits: int, compression: int) -> None:
    samples = (PHOTO.astype(np.uint16) * 257) >> (16 - bits)
    picture = shown(tmp_path, Page(samples, bits=bits, compression=compression, rows=11))
    assert differs(picture, PHOTO) <= (1 if bits > 8 else 16)


@pytest.mark.parametrize("order", ["<", ">"])
def test_floats_of_24_bits(tmp_path: Path, order: str) -> None:
    """One bit for the sign, 7 for the exponent (63 is 0), 16 for the fraction."""
    values = np.array([0.0, 0.25, 0.5, 1.0, 0.75, 0.1])
    fraction, exponent = np.frexp(values)
    bits = np.where(values > 0, (exponent + 62) << 16 | ((fraction * 2 - 1) * 65536).astype(int), 0)
    three = bits.astype(">u4" if order == ">" else "<u4").view(np.uint8).reshape(-1, 4)
    three = three[:, 1:] if order == ">" else three[:, :3]
    row = np.repeat(three.reshape(1, 6, 3), 3, axis=1).reshape(1, 6, 9)
    content = tiff(Page(np.ascontiguousarray(row), tags={339: 3, 258: 24, 277: 3}), order=order)
    picture = shown_file(tmp_path / "a.tif", content)
    assert differs(picture[0, :, 0], np.rint(values * 255)) <= 1


def test_bits_from_the_lowest_on(tmp_path: Path) -> None:
    swapped = np.packbits(np.unpackbits(PHOTO[..., np.newaxis], axis=-1, bitorder="little"), axis=-1)[..., 0]
    alpha = np.concatenate([swapped, OPAQUE], axis=-1)
    assert differs(shown(tmp_path, Page(alpha, RGB, (2,), tags={266: 2})), PHOTO) == 0


@pytest.mark.parametrize("depth", ["u2", "f4"])
def test_white_is_zero(tmp_path: Path, depth: str) -> None:
    page = Page(deep(255 - EXTRA, depth), 0, compression=DEFLATE)
    for order in "<>":
        assert differs(shown(tmp_path, page, order=order)[..., 0], EXTRA[..., 0]) <= 1


# Floats: what is white


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floats_of_any_white(tmp_path: Path, white: float) -> None:
    samples = (PHOTO / 255 * white).astype(np.float32)
    samples[0, 0] = np.nan
    samples[0, 1] = np.inf
    samples[0, 2] = -3.0
    expected = PHOTO.copy()
    expected[0, :3] = [[0], [255], [0]]
    assert differs(shown(tmp_path, Page(samples)), expected) <= 1


def test_light_beyond_white_is_encoded_and_clipped(tmp_path: Path) -> None:
    light = ((PHOTO / 255 + 0.055) / 1.055) ** 2.4
    light[:10] = 6.0
    expected = PHOTO.copy()
    expected[:10] = 255
    # The curve of sRGB is a line near black.
    assert differs(shown(tmp_path, Page(light.astype(np.float32))), np.maximum(expected, 11)) <= 11
    assert differs(shown(tmp_path, Page(light.astype(np.float32)))[12:, 20:], expected[12:, 20:]) <= 1


def test_floats_with_a_profile_of_linear_light(tmp_path: Path) -> None:
    light = np.where(PHOTO / 255 <= 0.04045, PHOTO / 255 / 12.92, ((PHOTO / 255 + 0.055) / 1.055) ** 2.4)
    page = Page(light.astype(np.float32), tags={34675: matrix_profile(SRGB_TO_XYZ, 1.0)})
    assert differs(shown(tmp_path, page), PHOTO) <= 2
    # Other primaries stay others.
    green_first = matrix_profile(SRGB_TO_XYZ[:, [1, 0, 2]], 1.0)
    page = Page(light[..., [1, 0, 2]].astype(np.float32), tags={34675: green_first})
    assert differs(shown(tmp_path, page), PHOTO) <= 2


@pytest.mark.parametrize("options", [{}, {"separate": True}, {"extra": (2,)}])
def test_16_bits_of_linear_light_keep_their_dark_half(tmp_path: Path, options: dict[str, object]) -> None:
    light = np.where(PHOTO / 255 <= 0.04045, PHOTO / 255 / 12.92, ((PHOTO / 255 + 0.055) / 1.055) ** 2.4)
    samples = np.rint(light * 65535).astype(np.uint16)
    if "extra" in options:
        samples = np.concatenate([samples, deep(OPAQUE, "u2")], axis=-1)
    page = Page(samples, tags={34675: matrix_profile(SRGB_TO_XYZ, 1.0)}, **options)  # type: ignore[arg-type]
    assert differs(shown(tmp_path, page), PHOTO) <= 2


def test_floats_with_a_profile_of_a_gamma(tmp_path: Path) -> None:
    page = Page((PHOTO / 255).astype(np.float16), tags={34675: matrix_profile(SRGB_TO_XYZ, 1.8)})
    same = Page(PHOTO, tags={34675: matrix_profile(SRGB_TO_XYZ, 1.8)})
    assert differs(shown(tmp_path, page), shown(tmp_path, same)) <= 1


# Alpha


@pytest.mark.parametrize("depth", ["u1", "u2", "f4"])
@pytest.mark.parametrize("meaning", [ASSOCIATED, UNASSOCIATED])
@pytest.mark.parametrize(
    ("photometric", "separate"), [(GREY, False), (RGB, True), (CMYK, False), (CMYK, True)]
)
def test_alpha_lies_over_white(
    tmp_path: Path, depth: str, meaning: int, photometric: int, separate: bool
) -> None:
    colours = {GREY: EXTRA, RGB: PHOTO, CMYK: INKS}[photometric].astype(float)
    alpha = np.zeros((50, 70, 1))
    alpha[:, 30:], alpha[:, 50:] = 102, 255
    stored = colours * alpha / 255 if meaning == ASSOCIATED else colours
    samples = np.rint(np.concatenate([stored, alpha], axis=-1)).astype(np.uint8)
    picture = shown(tmp_path, Page(deep(samples, depth), photometric, (meaning,), separate=separate))
    upright = np.repeat(EXTRA, 3, axis=-1) if photometric == GREY else PHOTO
    expected = upright * alpha / 255 + 255 * (1 - alpha / 255)
    assert differs(picture, expected) <= 3


@pytest.mark.parametrize("white", [1, 255, 65535])
def test_alpha_has_the_white_of_the_colours(tmp_path: Path, white: int) -> None:
    alpha = np.full((50, 70, 1), 255, np.uint8)
    alpha[:20] = 0
    alpha[20:30] = 127
    expected = PHOTO * (alpha / 255) + 255 * (1 - alpha / 255)
    samples = np.concatenate([PHOTO, alpha], axis=-1) / 255 * white
    assert differs(shown(tmp_path, Page(samples.astype(np.float32), RGB, (2,))), expected) <= 2
    if white > 1:
        assert differs(shown(tmp_path, Page(np.rint(samples).astype(np.uint32), RGB, (2,))), expected) <= 2


# Lab


def lab(depth: int, *, signed: bool) -> Array:
    linear = ((np.array([200, 100, 50]) / 255 + 0.055) / 1.055) ** 2.4
    roots = np.cbrt(SRGB_TO_XYZ @ linear / (0.9642, 1.0, 0.8249))  # CIE Lab by its definition, under D50
    lightness, a, b = 116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])
    middle = 0 if signed else 128
    values = np.rint([lightness * 2.55, a + middle, b + middle]).astype(int)
    return np.tile((values << (depth - 8)).astype(f"u{depth // 8}"), (16, 16, 1))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("photometric", [LAB, ICC_LAB])
def test_lab(tmp_path: Path, depth: int, separate: bool, photometric: int) -> None:
    samples = lab(depth, signed=photometric == LAB)
    for order in "<>":
        picture = shown(tmp_path, Page(samples, photometric, separate=separate, compression=LZW), order=order)
        assert differs(picture, np.tile([200, 100, 50], (16, 16, 1))) <= 4
    alpha = np.zeros((16, 16, 1), samples.dtype)
    alpha[:8] = np.iinfo(samples.dtype).max
    page = Page(np.concatenate([samples, alpha], axis=-1), photometric, (2,), separate=separate)
    picture = shown(tmp_path, page)
    assert differs(picture[:8], np.tile([200, 100, 50], (8, 16, 1))) <= 4
    assert picture[8:].min() >= 254


# Pictures inside


@pytest.mark.parametrize("compression", [WEBP, JPEG_2000, JPEG_XL, APERIO_RGB])
@pytest.mark.parametrize("options", [{}, {"rows": 16}, {"tile": (32, 16)}])
def test_pictures_inside(tmp_path: Path, compression: int, options: dict[str, object]) -> None:
    page = Page(PHOTO, compression=compression, **options)  # type: ignore[arg-type]
    assert differs(shown(tmp_path, page), PHOTO) == 0
    alpha = np.concatenate([PHOTO, OPAQUE], axis=-1)
    alpha[:20, :, 3] = 0
    page = Page(alpha, RGB, (2,), compression=compression, **options)  # type: ignore[arg-type]
    picture = shown(tmp_path, page)
    assert differs(picture[20:], PHOTO[20:]) == 0
    assert (picture[:20] == 255).all()


def test_a_picture_inside_whose_colours_are_ycbcr(tmp_path: Path) -> None:
    stored = np.asarray(Image.fromarray(PHOTO).convert("YCbCr"))
    page = Page(stored, 6, compression=APERIO_YCBCR, tile=(32, 32))
    assert differs(shown(tmp_path, page), PHOTO) <= 3


def test_a_picture_inside_of_another_size_is_damage(tmp_path: Path) -> None:
    content = bytearray(tiff(Page(np.tile(PHOTO, (4, 4, 1)), compression=WEBP)))
    place = content.index(struct.pack("<HHII", 256, 4, 1, 280))
    struct.pack_into("<I", content, place + 8, 70)
    assert refusal(tmp_path / "a.tif", bytes(content)).kind is FailureKind.DAMAGED


# Limits and damage


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(Page(deep(PHOTO, "f4"), compression=LZW), id="floats"),
        pytest.param(Page(PHOTO, compression=WEBP), id="WebP"),
        pytest.param(Page(np.concatenate([deep(INKS, "u2"), deep(OPAQUE, "u2")], -1), CMYK, (2,)), id="CMYK"),
    ],
)
def test_memory_is_limited(tmp_path: Path, page: Page) -> None:
    content = tiff(page)
    problem = refusal(tmp_path / "a.tif", content, Limits(memory=70 * 50 * 8))
    assert problem.kind is FailureKind.TOO_LARGE
    # A header that claims much is refused before anything is decoded.
    claims = bytearray(content)
    for tag, side in ((256, 70), (257, 50)):
        struct.pack_into("<I", claims, claims.index(struct.pack("<HHII", tag, 4, 1, side)) + 8, 20_000)
    assert refusal(tmp_path / "a.tif", bytes(claims)).kind is FailureKind.TOO_LARGE


@pytest.mark.parametrize("options", [{}, {"compression": LZW}, {"compression": DEFLATE}, {"rows": 8}])
def test_a_file_cut_short(tmp_path: Path, options: dict[str, object]) -> None:
    page = Page(deep(PHOTO, "f4"), **options)  # type: ignore[arg-type]
    content = bytearray(tiff(page))
    # The directory is at the end: the pixels are moved out of the file instead.
    place = content.index(struct.pack("<HH", 273, 4))
    (count, where) = struct.unpack_from("<II", content, place + 4)
    struct.pack_into("<I", content, place + 8 if count == 1 else where, len(content) - 200)
    problem = refusal(tmp_path / "a.tif", bytes(content))
    assert problem.kind is FailureKind.DAMAGED
    assert "ends too early" in problem.reason


def test_unknown_kinds_are_named_as_such(tmp_path: Path) -> None:
    for page in (
        Page(deep(PHOTO, "f4"), 32844),  # LogL
        Page(np.concatenate([PHOTO, PHOTO], axis=-1), CMYK, tags={332: 2}),  # inks of other colours
        Page(deep(PHOTO, "u2"), tags={259: 34887}),  # LERC
        Page(PHOTO, compression=RAW, tags={259: 50001, 284: 2}),
        Page(np.zeros((8, 8, 100), np.uint16), GREY),  # of a satellite
    ):
        problem = refusal(tmp_path / "a.tif", tiff(page))
        assert problem.kind is FailureKind.UNSUPPORTED, page.photometric
        assert "rare kind" in problem.reason
