"""Camera RAW: the embedded preview if it is large enough, else a rendering; upright in both cases."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, LoadedPhoto
from memapp.intake import raw
from memapp.intake.load import load_photo
from tests.intake.making import dng, photo_image


def preview(width: int = 1200, height: int = 800, *, orientation: int | None = None) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    if orientation is not None:
        exif[274] = orientation
    photo_image(width, height).save(file, "JPEG", quality=95, subsampling=0, exif=exif)
    return file.getvalue()


def load(tmp_path: Path, content: bytes, **options: bool | int) -> LoadedPhoto:
    path = tmp_path / "a.dng"
    path.write_bytes(content)
    return load_photo(str(path), **options)  # type: ignore[arg-type]


def brightness(photo: LoadedPhoto, *, bottom: bool, right: bool) -> float:
    """Of one quarter of the picture."""
    assert photo.picture is not None
    height, width = (side // 2 for side in photo.picture.shape[:2])
    rows = slice(height, None) if bottom else slice(height)
    columns = slice(width, None) if right else slice(width)
    return float(photo.picture[rows, columns].mean())


def test_large_preview_is_used_as_the_photo(tmp_path: Path) -> None:
    photo = load(tmp_path, dng(preview=preview()), frame=True, longest_side=0)
    assert photo.facts.format == "DNG"
    assert photo.facts.camera == "Testmaker One"
    assert photo.facts.taken == "2024-05-06T07:08:09"
    assert photo.facts.rendering == "embedded preview, 1200 x 800"
    assert (photo.facts.width, photo.facts.height) == (320, 240)
    assert photo.frame is not None
    assert photo.picture is not None
    assert np.abs(photo.picture.astype(int) - np.asarray(photo_image(1200, 800))).mean() < 2.0


@pytest.mark.parametrize(("orientation", "turn"), [(3, "ROTATE_180"), (6, "ROTATE_270"), (8, "ROTATE_90")])
@pytest.mark.parametrize("own_exif", [False, True])
def test_preview_is_rotated_once(tmp_path: Path, orientation: int, turn: str, own_exif: bool) -> None:
    jpeg = preview(orientation=orientation if own_exif else None)
    photo = load(tmp_path, dng(preview=jpeg, orientation=orientation), longest_side=0)
    expected = np.asarray(photo_image(1200, 800).transpose(Image.Transpose[turn]))
    assert photo.picture is not None
    assert photo.picture.shape == expected.shape
    assert np.abs(photo.picture.astype(int) - expected).mean() < 2.0
    assert (photo.facts.width > photo.facts.height) == (orientation == 3)


def test_upright_preview_is_not_rotated(tmp_path: Path) -> None:
    photo = load(tmp_path, dng(preview=preview(800, 1200), orientation=6), longest_side=0)
    assert photo.picture is not None
    assert np.abs(photo.picture.astype(int) - np.asarray(photo_image(800, 1200))).mean() < 2.0


@pytest.mark.parametrize("small_preview", [False, True])
def test_sensor_data_are_developed_where_no_large_preview_is(tmp_path: Path, small_preview: bool) -> None:
    jpeg = preview(raw.SMALLEST_PREVIEW - 8, 680) if small_preview else None
    photo = load(tmp_path, dng(preview=jpeg), frame=True, longest_side=0)
    assert photo.facts.rendering == "sensor data, half size"
    assert (photo.facts.width, photo.facts.height) == (320, 240)
    assert photo.frame is not None
    assert photo.picture is not None
    assert photo.picture.shape == (120, 160, 3)
    red, green, blue = photo.picture[80:110, 60:100].mean(axis=(0, 1))
    assert red > green + 20 > blue + 40
    assert brightness(photo, bottom=False, right=False) < brightness(photo, bottom=True, right=False) / 2


def test_sensor_data_without_colours_are_grey(tmp_path: Path) -> None:
    photo = load(tmp_path, dng(preview=None, colours=False), frame=True, longest_side=0)
    assert (photo.facts.width, photo.facts.height) == (320, 240)
    assert photo.facts.rendering == "sensor data"
    assert photo.frame is not None
    assert photo.picture is not None
    assert photo.picture.shape == (240, 320, 3)
    assert (photo.picture == photo.picture[..., :1]).all()
    assert brightness(photo, bottom=False, right=False) < brightness(photo, bottom=True, right=False) / 2


def test_developed_photo_is_rotated_once(tmp_path: Path) -> None:
    photo = load(tmp_path, dng(preview=None, orientation=6), longest_side=0)
    assert photo.picture is not None
    assert photo.picture.shape == (160, 120, 3)
    # Turned clockwise, the dark upper left quarter comes to the upper right.
    assert brightness(photo, bottom=False, right=True) < brightness(photo, bottom=False, right=False) / 2


def test_small_picture_of_a_raw_photo(tmp_path: Path) -> None:
    for content in (dng(preview=preview()), dng(preview=None)):
        photo = load(tmp_path, content, longest_side=64)
        assert photo.picture is not None
        assert max(photo.picture.shape[:2]) == 64


def test_facts_alone_take_no_decoding(tmp_path: Path) -> None:
    photo = load(tmp_path, dng(preview=None))
    assert photo.frame is None
    assert photo.picture is None
    assert photo.facts.rendering == "sensor data, half size"


def test_raw_that_ends_too_early(tmp_path: Path) -> None:
    content = dng(preview=None)
    with pytest.raises(PhotoError) as caught:
        load(tmp_path, content[: len(content) * 2 // 3], frame=True)
    assert caught.value.kind is FailureKind.DAMAGED
    assert re.search(r"it ends too early \(\d+\.\d of 154\.\d kB\)", caught.value.reason)
