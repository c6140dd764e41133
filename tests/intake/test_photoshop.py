"""Photoshop documents: every depth, colour mode and compression, PSB, alpha, and those without a picture."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, PixelArray
from memapp.intake.limits import DEFAULT_LIMITS, Limits
from memapp.intake.load import load_photo
from tests.intake.making import (
    ADOBE_GAMMA,
    ADOBE_RGB_TO_XYZ,
    SRGB_TO_XYZ,
    matrix_profile,
    photo_image,
    to_srgb_by_formula,
)
from tests.intake.making_psd import (
    BITMAP,
    CMYK,
    DUOTONE,
    GREY,
    INDEXED,
    LAB,
    MULTICHANNEL,
    RAW,
    RGB,
    RLE,
    ZIP,
    ZIP_WITH_PREDICTION,
    psd,
    version_info,
)

PHOTO = np.asarray(photo_image(71, 50))
PLATE = PHOTO[..., :1]
GREYS = np.repeat(PLATE, 3, axis=-1)
OPAQUE = np.full((50, 71, 1), 255, np.uint8)
LIGHT = np.where(PHOTO / 255 <= 0.04045, PHOTO / 255 / 12.92, ((PHOTO / 255 + 0.055) / 1.055) ** 2.4)
PROFILE, TRANSPARENT_INDEX, VERSION, EXIF = 1039, 1047, 1057, 1058


def shown(path: Path, content: bytes) -> PixelArray:
    (path / "a.psd").write_bytes(content)
    photo = load_photo(str(path / "a.psd"), longest_side=0)
    assert photo.picture is not None
    assert photo.facts.format == "Photoshop"
    assert photo.facts.rendering == "flattened layers"
    return photo.picture


def refusal(path: Path, content: bytes | bytearray, limits: Limits = DEFAULT_LIMITS) -> PhotoError:
    (path / "a.psd").write_bytes(content)
    with pytest.raises(PhotoError) as caught:
        load_photo(str(path / "a.psd"), frame=True, limits=limits)
    return caught.value


def differs(picture: PixelArray, expected: Any) -> float:
    assert picture.shape == expected.shape
    return float(np.abs(picture.astype(float) - expected).max())


def deep(samples: Any, depth: int) -> Any:
    return samples.astype(np.uint16) * 257 if depth == 16 else samples


def test_the_handed_document_of_16_bits(shared_data: Path) -> None:
    path = shared_data / "cases" / "psd_16_bits" / "gray16.psd"
    picture = load_photo(str(path), frame=True, longest_side=0).picture
    assert picture is not None
    assert picture.shape == (160, 240, 3)
    assert abs(picture.mean() - 25385.46 / 257) < 1
    assert picture[0, :8, 0].tolist() == [
        value >> 8 for value in (3820, 3654, 4306, 4480, 3961, 3968, 4252, 4720)
    ]


def test_the_handed_document_without_a_picture(shared_data: Path) -> None:
    path = shared_data / "cases" / "psd_without_composite" / "no_max_compat.psd"
    for options in ({"frame": True}, {}):
        with pytest.raises(PhotoError) as caught:
            load_photo(str(path), **options)  # type: ignore[arg-type]
        assert caught.value.kind is FailureKind.UNSUPPORTED
        assert "Maximize PSD and PSB File Compatibility" in caught.value.reason


KINDS = {
    "grey": (PLATE, GREY, GREYS),
    "grey and a selection": (np.concatenate([PLATE, 255 - PLATE], -1), GREY, GREYS),
    "duotone": (PLATE, DUOTONE, GREYS),
    "RGB": (PHOTO, RGB, PHOTO),
    "RGB and a selection": (np.concatenate([PHOTO, PLATE], -1), RGB, PHOTO),
    "RGB and two": (np.concatenate([PHOTO, PLATE, 255 - PLATE], -1), RGB, PHOTO),
    "CMYK": (np.concatenate([PHOTO, OPAQUE], -1), CMYK, PHOTO),
    "CMYK and a spot colour": (np.concatenate([PHOTO, OPAQUE, PLATE], -1), CMYK, PHOTO),
    "three inks": (PHOTO, MULTICHANNEL, PHOTO),
    "four inks": (np.concatenate([PHOTO, OPAQUE], -1), MULTICHANNEL, PHOTO),
    "one ink": (PLATE, MULTICHANNEL, GREYS),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("compression", [RAW, RLE, ZIP, ZIP_WITH_PREDICTION])
@pytest.mark.parametrize("large", [False, True])
def test_every_colour_mode(tmp_path: Path, kind: str, depth: int, compression: int, large: bool) -> None:
    samples, colour_mode, expected = KINDS[kind]
    content = psd(deep(samples, depth), colour_mode, compression=compression, large=large, layers=2)
    assert differs(shown(tmp_path, content), expected) <= 1


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("compression", [RAW, RLE])
def test_bitmaps(tmp_path: Path, large: bool, compression: int) -> None:
    content = psd(PLATE > 127, BITMAP, compression=compression, large=large)
    assert differs(shown(tmp_path, content), np.where(GREYS > 127, 255, 0)) == 0


@pytest.mark.parametrize("large", [False, True])
def test_palettes(tmp_path: Path, large: bool) -> None:
    palette = np.random.default_rng(2).integers(0, 256, (3, 256)).astype(np.uint8)
    content = psd(PLATE, INDEXED, colours=palette.tobytes(), large=large)
    assert differs(shown(tmp_path, content), palette.T[PLATE[..., 0]]) == 0
    index = int(PLATE[25, 40, 0])
    content = psd(
        PLATE, INDEXED, colours=palette.tobytes(), resources={TRANSPARENT_INDEX: struct.pack(">H", index)}
    )
    assert shown(tmp_path, content)[25, 40].tolist() == [255, 255, 255]
    assert refusal(tmp_path, psd(PLATE, INDEXED, colours=b"abc")).kind is FailureKind.DAMAGED


@pytest.mark.parametrize("depth", [8, 16])
def test_lab(tmp_path: Path, depth: int) -> None:
    linear = ((np.array([200, 100, 50]) / 255 + 0.055) / 1.055) ** 2.4
    roots = np.cbrt(SRGB_TO_XYZ @ linear / (0.9642, 1.0, 0.8249))  # CIE Lab by its definition, under D50
    lightness, a, b = 116 * roots[1] - 16, 500 * (roots[0] - roots[1]), 200 * (roots[1] - roots[2])
    values = np.rint([lightness * 2.55, a + 128, b + 128]).astype(np.uint8)
    samples = np.tile(values, (16, 16, 1))
    picture = shown(tmp_path, psd(deep(samples, depth), LAB, compression=RLE))
    assert differs(picture, np.tile([200, 100, 50], (16, 16, 1))) <= 4
    alpha = np.zeros((16, 16, 1), np.uint8)
    alpha[:8] = 255
    content = psd(deep(np.concatenate([samples, alpha], -1), depth), LAB, layers=-1)
    picture = shown(tmp_path, content)
    assert differs(picture[:8], np.tile([200, 100, 50], (8, 16, 1))) <= 4
    assert picture[8:].min() >= 254


@pytest.mark.parametrize("compression", [RAW, RLE, ZIP_WITH_PREDICTION])
@pytest.mark.parametrize("large", [False, True])
def test_32_bits_are_linear_light(tmp_path: Path, compression: int, large: bool) -> None:
    samples = LIGHT.astype(np.float32)
    assert differs(shown(tmp_path, psd(samples, compression=compression, large=large)), PHOTO) <= 1
    grey = psd(samples[..., :1], GREY, compression=compression, large=large)
    assert differs(shown(tmp_path, grey), GREYS) <= 1
    brighter = psd(np.where(PHOTO > 200, 7.5, samples).astype(np.float32))
    assert differs(shown(tmp_path, brighter), np.where(PHOTO > 200, 255, PHOTO)) <= 1


def test_profiles(tmp_path: Path) -> None:
    flat = np.tile(np.array([200, 100, 50], np.uint8), (16, 16, 1))
    expected = np.tile(to_srgb_by_formula((200, 100, 50), ADOBE_RGB_TO_XYZ, ADOBE_GAMMA), (16, 16, 1))
    adobe = {PROFILE: matrix_profile(ADOBE_RGB_TO_XYZ, ADOBE_GAMMA), 1000: b"odd", 4000: bytes(300)}
    for depth in (8, 16):
        assert differs(shown(tmp_path, psd(deep(flat, depth), resources=adobe)), expected) <= 2.5
    linear = {PROFILE: matrix_profile(SRGB_TO_XYZ, 1.0)}
    assert differs(shown(tmp_path, psd(LIGHT.astype(np.float32), resources=linear)), PHOTO) <= 2
    deep_light = np.rint(LIGHT * 65535).astype(np.uint16)
    assert differs(shown(tmp_path, psd(deep_light, resources=linear)), PHOTO) <= 2


@pytest.mark.parametrize("large", [False, True])
def test_the_exposure_is_known_and_nothing_is_rotated(tmp_path: Path, large: bool) -> None:
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "Camera", 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    content = psd(PHOTO, large=large, resources={EXIF: exif.tobytes()[6:]})
    assert differs(shown(tmp_path, content), PHOTO) == 0
    facts = load_photo(str(tmp_path / "a.psd")).facts
    assert (facts.camera, facts.taken) == ("Camera", "2024-05-06T07:08:09")
    assert (facts.width, facts.height) == (71, 50)


# Alpha

MERGED_TRANSPARENCY = [
    pytest.param({"layers": -2}, id="negative number"),
    pytest.param({"blocks": [(b"Patt", b"abcde"), (b"Mt16", b""), (b"Lr16", b"\0\2abc")]}, id="block"),
    pytest.param({"blocks": [(b"Lr16", struct.pack(">h", -3) + b"abc")]}, id="negative in a block"),
]
SELECTION = [
    pytest.param({"layers": 2}, id="positive number"),
    pytest.param({}, id="no layers"),
    pytest.param({"blocks": [(b"Lr16", struct.pack(">h", 3) + b"abc")]}, id="positive in a block"),
]


def with_alpha(*, over_white: bool) -> tuple[Any, Any]:
    """Samples with alpha, and what is right."""
    alpha = np.zeros((50, 71, 1))
    alpha[:, 30:], alpha[:, 50:] = 102, 255
    right = np.rint(PHOTO * (alpha / 255) + 255 * (1 - alpha / 255))
    return np.concatenate([right if over_white else PHOTO, alpha], -1).astype(np.uint8), right


@pytest.mark.parametrize("options", MERGED_TRANSPARENCY)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("over_white", [False, True])
def test_transparent_parts_are_white(
    tmp_path: Path, options: dict[str, Any], large: bool, depth: int, over_white: bool
) -> None:
    samples, expected = with_alpha(over_white=over_white)
    assert differs(shown(tmp_path, psd(deep(samples, depth), large=large, **options)), expected) <= 1


@pytest.mark.parametrize("options", SELECTION)
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_kept_selection_hides_nothing(
    tmp_path: Path, options: dict[str, Any], large: bool, depth: int
) -> None:
    samples, _ = with_alpha(over_white=False)
    assert differs(shown(tmp_path, psd(deep(samples, depth), large=large, **options)), PHOTO) <= 1


def test_real_documents_with_transparency(shared_data: Path) -> None:
    """They were saved over white already, so that their colours are right without alpha."""
    folder = shared_data / "photos" / "formats"
    picture = load_photo(str(folder / "transparentbg.psd"), longest_side=0).picture  # 32 bits
    assert picture is not None
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert picture.mean() < 250
    picture = load_photo(str(folder / "vector-mask2.psd"), longest_side=0).picture
    assert picture is not None
    with Image.open(folder / "vector-mask2.psd") as image:
        assert np.array_equal(picture, np.asarray(image)[..., :3])


# Without a picture


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("options", [{"layers": 1}, {"layers": -1}, {"blocks": [(b"Lr16", b"\0\1ab")]}])
def test_documents_without_their_picture(
    tmp_path: Path, large: bool, depth: int, options: dict[str, Any]
) -> None:
    for has_picture in (True, False):
        resources = {VERSION: version_info(has_picture=has_picture)}
        content = psd(deep(PHOTO, depth), large=large, resources=resources, **options)
        if has_picture:
            assert differs(shown(tmp_path, content), PHOTO) <= 1
        else:
            problem = refusal(tmp_path, content)
            assert problem.kind is FailureKind.UNSUPPORTED
            assert "Maximize" in problem.reason


def test_a_document_without_layers_is_its_picture(tmp_path: Path) -> None:
    content = psd(PHOTO, resources={VERSION: version_info(has_picture=False)})
    assert differs(shown(tmp_path, content), PHOTO) == 0


# Limits and damage


@pytest.mark.parametrize("compression", [RAW, RLE, ZIP])
@pytest.mark.parametrize("large", [False, True])
def test_memory_is_limited(tmp_path: Path, compression: int, large: bool) -> None:
    content = bytearray(psd(deep(PHOTO, 16), compression=compression, large=large))
    assert refusal(tmp_path, content, Limits(memory=71 * 50 * 6)).kind is FailureKind.TOO_LARGE
    struct.pack_into(">II", content, 14, 30_000, 30_000)
    assert refusal(tmp_path, content).kind is FailureKind.TOO_LARGE
    struct.pack_into(">II", content, 14, 5_000, 5_000)
    assert refusal(tmp_path, content).kind is FailureKind.DAMAGED


@pytest.mark.parametrize("compression", [RAW, RLE, ZIP, ZIP_WITH_PREDICTION])
@pytest.mark.parametrize("large", [False, True])
def test_a_file_cut_short(tmp_path: Path, compression: int, large: bool) -> None:
    content = psd(deep(PHOTO, 16), compression=compression, large=large)
    for length in (len(content) - 300, len(content) // 2, 60, 30, 20):
        problem = refusal(tmp_path, content[:length])
        assert problem.kind is FailureKind.DAMAGED, length
    assert "ends too early" in refusal(tmp_path, content[:-300]).reason


def test_layers_and_resources_that_lie_about_their_size(tmp_path: Path) -> None:
    content = bytearray(psd(PHOTO, layers=2, resources={PROFILE: b"abc"}))
    struct.pack_into(">I", content, 30, 0xFFFFFFF0)
    assert refusal(tmp_path, content).kind is FailureKind.DAMAGED
    content = bytearray(psd(PHOTO, resources={PROFILE: b"abc"}))
    place = content.index(b"abc", content.index(b"abc") + 3) - 4
    struct.pack_into(">I", content, place, 0xFFFFFF00)
    assert differs(shown(tmp_path, bytes(content)), PHOTO) == 0
