"""Colours come out right: profiles, CMYK, Lab, deep greys, palettes, alpha."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pylibjxl
import pytest
from PIL import Image, ImageCms

from memapp.core.records import PixelArray
from memapp.intake.load import load_photo
from tests.intake.making import (
    ADOBE_GAMMA,
    ADOBE_RGB_TO_XYZ,
    SRGB_TO_XYZ,
    grey_profile,
    matrix_profile,
    photo_image,
    to_srgb_by_formula,
)

ADOBE_RGB = matrix_profile(ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(path: Path) -> PixelArray:
    loaded = load_photo(str(path), longest_side=0).picture
    assert loaded is not None
    return loaded


def colour_of(path: Path) -> npt.NDArray[np.int64]:
    """The one colour of a flat picture."""
    pixels = picture(path)
    assert np.ptp(pixels.reshape(-1, 3).astype(int), axis=0).max() <= 2
    colour: npt.NDArray[np.int64] = pixels[0, 0].astype(np.int64)
    return colour


@pytest.mark.parametrize(
    "colour", [(200, 100, 50), (30, 120, 90), (128, 128, 128), (0, 0, 0), (255, 255, 255)]
)
@pytest.mark.parametrize("ending", ["png", "tif", "jpg", "webp"])
def test_adobe_rgb_becomes_srgb(tmp_path: Path, ending: str, colour: tuple[int, int, int]) -> None:
    path = tmp_path / f"a.{ending}"
    Image.new("RGB", (16, 16), colour).save(
        path, icc_profile=ADOBE_RGB, lossless=True, quality=100, subsampling=0
    )
    expected = to_srgb_by_formula(colour, ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    assert np.abs(colour_of(path) - expected).max() <= 2.5


def test_adobe_rgb_in_a_palette_and_in_jpeg_xl(tmp_path: Path) -> None:
    flat = Image.new("RGB", (16, 16), (200, 100, 50))
    flat.quantize(4).save(tmp_path / "a.png", icc_profile=ADOBE_RGB)
    encoded = pylibjxl.encode(np.asarray(flat), lossless=True, icc=ADOBE_RGB)
    (tmp_path / "a.jxl").write_bytes(encoded)
    expected = to_srgb_by_formula((200, 100, 50), ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    for name in ("a.png", "a.jxl"):
        assert np.abs(colour_of(tmp_path / name) - expected).max() <= 2.5, name


def test_frame_and_small_picture_have_the_same_colours(tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), (200, 100, 50)).save(tmp_path / "a.jpg", icc_profile=ADOBE_RGB, quality=100)
    both = load_photo(str(tmp_path / "a.jpg"), frame=True, longest_side=60)
    small = load_photo(str(tmp_path / "a.jpg"), longest_side=60)
    assert both.frame is not None
    assert both.picture is not None
    assert small.picture is not None
    assert np.abs(both.frame[5, 5].astype(int) - both.picture[5, 5]).max() <= 1
    assert np.abs(small.picture[5, 5].astype(int) - both.picture[5, 5]).max() <= 1


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(SRGB, id="sRGB itself"),
        pytest.param(b"not a profile", id="broken"),
        pytest.param(SRGB[: len(SRGB) // 2], id="cut off"),
        pytest.param(grey_profile(2.2), id="of greys"),
    ],
)
def test_pixels_stay_identical(tmp_path: Path, profile: bytes) -> None:
    photo_image().save(tmp_path / "a.png", icc_profile=profile)
    assert np.array_equal(picture(tmp_path / "a.png"), np.asarray(photo_image()))


def test_grey_profile_is_applied(tmp_path: Path) -> None:
    Image.new("L", (8, 8), 100).save(tmp_path / "a.png", icc_profile=grey_profile(1.0))
    expected = 255 * (1.055 * (100 / 255) ** (1 / 2.4) - 0.055)
    assert np.abs(colour_of(tmp_path / "a.png") - expected).max() <= 1.5


@pytest.mark.parametrize("ending", ["jpg", "tif"])
def test_cmyk_without_profile(tmp_path: Path, ending: str) -> None:
    for ink, expected in (
        ((0, 0, 0, 0), (255, 255, 255)),
        ((255, 0, 0, 0), (0, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0)),
    ):
        path = tmp_path / f"a.{ending}"
        Image.new("CMYK", (16, 16), ink).save(path, quality=100)
        assert np.abs(colour_of(path) - expected).max() <= 2


def test_lab_of_8_and_16_bits(tmp_path: Path) -> None:
    linear = ((np.array([200, 100, 50]) / 255 + 0.055) / 1.055) ** 2.4
    roots = np.cbrt(SRGB_TO_XYZ @ linear / (0.9642, 1.0, 0.8249))  # CIE Lab by its definition, under D50
    lightness, a, b = 116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])
    eight = (round(lightness * 2.55), round(a) + 128, round(b) + 128)
    Image.new("LAB", (16, 16), eight).save(tmp_path / "a.tif")
    assert np.abs(colour_of(tmp_path / "a.tif") - (200, 100, 50)).max() <= 4
    sixteen = np.empty((16, 16, 3), "<u2")
    sixteen[:] = (round(lightness * 655.35), round(a * 256), round(b * 256))
    write_deep_tiff(tmp_path / "b.tif", sixteen, photometric=8)
    assert np.abs(colour_of(tmp_path / "b.tif") - (200, 100, 50)).max() <= 4


def write_deep_tiff(path: Path, samples: npt.NDArray[np.uint16], *, photometric: int, bits: int = 16) -> None:
    """An uncompressed little-endian TIFF of 16-bit samples, shape (height, width) or (height, width, 3)."""
    height, width, count = (*samples.shape, 1)[:3]
    data = samples.astype("<u2").tobytes()
    depths = np.full(3, bits, "<u2").tobytes()
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, count, 8 if count == 3 else bits),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, 200),
        (277, 3, 1, count),
        (278, 3, 1, height),
        (279, 4, 1, len(data)),
    ]
    directory = len(entries).to_bytes(2, "little") + b"".join(
        np.array([tag, kind], "<u2").tobytes() + np.array([number, value], "<u4").tobytes()
        for tag, kind, number, value in entries
    )
    head = b"II*\0" + (14).to_bytes(4, "little") + depths + directory + bytes(4)
    path.write_bytes(head.ljust(200, b"\0") + data)


def test_deep_greys_are_scaled_by_their_true_depth(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (8, 1))
    Image.fromarray(ramp).save(tmp_path / "a.png")
    assert np.array_equal(picture(tmp_path / "a.png")[..., 0], ramp >> 8)
    write_deep_tiff(tmp_path / "b.tif", ramp, photometric=1)
    assert np.array_equal(picture(tmp_path / "b.tif")[..., 0], ramp >> 8)
    write_deep_tiff(tmp_path / "c.tif", ramp, photometric=0)  # 0 is white
    assert np.array_equal(picture(tmp_path / "c.tif")[..., 0], 255 - (ramp >> 8))
    header = b"P5\n64 8\n65535\n"
    (tmp_path / "d.pgm").write_bytes(header + ramp.astype(">u2").tobytes())
    assert np.array_equal(picture(tmp_path / "d.pgm")[..., 0], ramp >> 8)


def test_dark_deep_grey_stays_dark(tmp_path: Path) -> None:
    dark = np.full((8, 8), 200, np.uint16)
    Image.fromarray(dark).save(tmp_path / "a.png")
    (tmp_path / "b.pgm").write_bytes(b"P5\n8 8\n65535\n" + dark.astype(">u2").tobytes())
    assert colour_of(tmp_path / "a.png").tolist() == [0, 0, 0]
    assert colour_of(tmp_path / "b.pgm").tolist() == [0, 0, 0]


@pytest.mark.parametrize(("white", "value"), [(1.0, 0.5), (255.0, 128.0), (65535.0, 32768.0)])
def test_floats_are_scaled_by_the_range_that_holds_them(tmp_path: Path, white: float, value: float) -> None:
    samples = np.full((8, 8), value, np.float32)
    samples[0, 0] = white
    samples[0, 1] = np.nan
    Image.fromarray(samples).save(tmp_path / "a.tif")
    pixels = picture(tmp_path / "a.tif")
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert abs(int(pixels[4, 4, 0]) - 128) <= 1


def test_colours_of_16_bits(tmp_path: Path) -> None:
    samples = np.empty((8, 8, 3), ">u2")
    samples[:] = (0xC8FF, 0x6400, 0x3280)
    (tmp_path / "a.ppm").write_bytes(b"P6\n8 8\n65535\n" + samples.tobytes())
    assert np.abs(colour_of(tmp_path / "a.ppm") - (0xC8, 0x64, 0x32)).max() <= 1


def test_few_bits(tmp_path: Path) -> None:
    board = Image.fromarray(np.indices((8, 8)).sum(axis=0) % 2 == 1)
    for ending in ("png", "tif", "bmp"):
        board.save(tmp_path / f"a.{ending}")
        pixels = picture(tmp_path / f"a.{ending}")
        assert pixels[0, 0].tolist() == [0, 0, 0], ending
        assert pixels[0, 1].tolist() == [255, 255, 255], ending


@pytest.mark.parametrize("ending", ["png", "webp", "tif"])
def test_alpha_lies_over_white(tmp_path: Path, ending: str) -> None:
    image = Image.new("RGBA", (16, 16), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 8, 8))
    image.paste((200, 0, 0, 128), (8, 8, 16, 16))
    image.save(tmp_path / f"a.{ending}", lossless=True)
    pixels = picture(tmp_path / f"a.{ending}")
    assert pixels[2, 2].tolist() == [255, 255, 255]
    assert pixels[2, 12].tolist() == [200, 0, 0]
    assert np.abs(pixels[12, 12].astype(int) - (227, 127, 127)).max() <= 1


def test_alpha_lies_over_white_in_small_pictures_too(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 200, 400))
    image.save(tmp_path / "a.png")
    pixels = load_photo(str(tmp_path / "a.png"), longest_side=40).picture
    assert pixels is not None
    assert pixels[20, 35].tolist() == [255, 255, 255]
    assert pixels[20, 5].tolist() == [200, 0, 0]
    assert pixels[..., 0].min() >= 199  # no black fringe where transparent black was averaged in


def test_alpha_of_profiled_colours_lies_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (16, 16), (200, 100, 50, 255))
    image.paste((0, 0, 0, 0), (0, 0, 8, 16))
    image.save(tmp_path / "a.png", icc_profile=ADOBE_RGB)
    pixels = picture(tmp_path / "a.png")
    assert pixels[8, 2].tolist() == [255, 255, 255]
    expected = to_srgb_by_formula((200, 100, 50), ADOBE_RGB_TO_XYZ, ADOBE_GAMMA)
    assert np.abs(pixels[8, 12] - expected).max() <= 2.5


def test_grey_with_alpha_and_palette_with_transparency(tmp_path: Path) -> None:
    grey = Image.new("LA", (16, 16), (90, 255))
    grey.paste((0, 0), (0, 0, 8, 16))
    grey.save(tmp_path / "a.png")
    assert picture(tmp_path / "a.png")[8, 2].tolist() == [255, 255, 255]
    assert picture(tmp_path / "a.png")[8, 12].tolist() == [90, 90, 90]
    palette = Image.new("P", (16, 16), 1)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.paste(0, (0, 0, 8, 16))
    palette.save(tmp_path / "b.png", transparency=0)
    palette.save(tmp_path / "c.gif", transparency=0)
    palette.save(tmp_path / "d.png", transparency=b"\x00\xff")
    for name in ("b.png", "c.gif", "d.png"):
        assert picture(tmp_path / name)[8, 2].tolist() == [255, 255, 255], name
        assert picture(tmp_path / name)[8, 12].tolist() == [200, 100, 50], name


def test_many_threads_share_a_transform(tmp_path: Path) -> None:
    photo_image(300, 200).save(tmp_path / "a.png", icc_profile=matrix_profile(SRGB_TO_XYZ, 1.8))
    expected = picture(tmp_path / "a.png")
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(5):
            wrong.extend([number] * (not np.array_equal(picture(tmp_path / "a.png"), expected)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert not np.array_equal(expected, np.asarray(photo_image(300, 200)))
