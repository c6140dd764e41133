"""All eight EXIF orientations of one lossless original give one frame, whatever the format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_heif
import pylibjxl
import pytest
from PIL import Image

from memapp.intake.load import load_photo
from tests.intake.making import TURNS_FROM_UPRIGHT, photo_image, plain_frame

ORIENTATIONS = sorted(TURNS_FROM_UPRIGHT)


def stored(orientation: int, size: tuple[int, int] = (120, 80)) -> tuple[Image.Image, Image.Exif]:
    """The photo as a camera held that way would store it, and its EXIF."""
    image = photo_image(*size)
    turn = TURNS_FROM_UPRIGHT[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    return (image if turn is None else image.transpose(turn)), exif


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_lossless_formats_give_one_frame(tmp_path: Path, ending: str, orientation: int) -> None:
    image, exif = stored(orientation)
    path = tmp_path / f"a.{ending}"
    image.save(path, exif=exif, lossless=True)
    photo = load_photo(str(path), frame=True, longest_side=0)
    assert (photo.facts.width, photo.facts.height) == (120, 80)
    assert photo.frame is not None
    assert photo.picture is not None
    assert np.array_equal(photo.frame, plain_frame(photo_image()))
    assert np.array_equal(photo.picture, np.asarray(photo_image()))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_compressed_tiff_gives_the_same_frame(tmp_path: Path, orientation: int) -> None:
    image, exif = stored(orientation)
    path = tmp_path / "a.tif"
    image.save(path, exif=exif, compression="tiff_lzw")
    photo = load_photo(str(path), frame=True)
    assert photo.frame is not None
    assert np.array_equal(photo.frame, plain_frame(photo_image()))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("longest_side", [None, 0, 300, 100])
def test_jpeg_is_upright_at_every_size(tmp_path: Path, orientation: int, longest_side: int | None) -> None:
    image, exif = stored(orientation, (1200, 800))
    path = tmp_path / "a.jpg"
    image.save(path, exif=exif, quality=95, subsampling=0)
    photo = load_photo(str(path), frame=longest_side is None, longest_side=longest_side)
    assert (photo.facts.width, photo.facts.height) == (1200, 800)
    if longest_side is None:
        assert photo.frame is not None
        difference = photo.frame.astype(int) - plain_frame(photo_image(1200, 800))
    else:
        size = (longest_side, round(longest_side * 2 / 3)) if longest_side else (1200, 800)
        assert photo.picture is not None
        assert photo.picture.shape == (size[1], size[0], 3)
        difference = photo.picture.astype(int) - np.asarray(photo_image(1200, 800).resize(size))
    assert np.abs(difference).mean() < 2.0  # another turn would differ by 50 and more


def test_facts_alone_are_upright_too(tmp_path: Path) -> None:
    image, exif = stored(6)
    for ending in ("png", "tif", "jpg", "webp"):
        image.save(tmp_path / f"a.{ending}", exif=exif)
        facts = load_photo(str(tmp_path / f"a.{ending}")).facts
        assert (facts.width, facts.height) == (120, 80), ending


def test_heic_is_turned_once(tmp_path: Path) -> None:
    image, exif = stored(6)
    pillow_heif.register_heif_opener()
    image.save(tmp_path / "a.heic", format="HEIF", exif=exif.tobytes(), quality=90)
    photo = load_photo(str(tmp_path / "a.heic"), longest_side=0)
    assert photo.picture is not None
    assert photo.picture.shape == (80, 120, 3)
    assert np.abs(photo.picture.astype(int) - np.asarray(photo_image())).mean() < 4.0


def test_avif_is_turned_once(tmp_path: Path) -> None:
    image, exif = stored(8)
    image.save(tmp_path / "a.avif", exif=exif, quality=90)
    photo = load_photo(str(tmp_path / "a.avif"), longest_side=0)
    assert photo.picture is not None
    assert photo.picture.shape == (80, 120, 3)
    assert np.abs(photo.picture.astype(int) - np.asarray(photo_image())).mean() < 4.0


def test_jpeg_xl_made_of_a_turned_jpeg_is_turned_once(tmp_path: Path) -> None:
    image, exif = stored(6)
    image.save(tmp_path / "a.jpg", exif=exif, quality=95, subsampling=0)
    (tmp_path / "a.jxl").write_bytes(pylibjxl.jpeg_to_jxl((tmp_path / "a.jpg").read_bytes()))
    photo = load_photo(str(tmp_path / "a.jxl"), longest_side=0)
    assert photo.picture is not None
    assert (photo.facts.width, photo.facts.height) == (120, 80)
    assert photo.picture.shape == (80, 120, 3)
    assert np.abs(photo.picture.astype(int) - np.asarray(photo_image())).mean() < 4.0


@pytest.mark.parametrize("value", [0, 9, 77])
def test_nonsense_orientation_is_upright(tmp_path: Path, value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    photo_image().save(tmp_path / "a.png", exif=exif)
    photo = load_photo(str(tmp_path / "a.png"), frame=True)
    assert photo.frame is not None
    assert np.array_equal(photo.frame, plain_frame(photo_image()))
