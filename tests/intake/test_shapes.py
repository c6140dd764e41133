"""Tiny and extreme shapes: they load, whole and visible, and are marked as nothing the net can judge."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from memapp.core.caution import Caution, caution_of
from memapp.intake.load import load_photo


@pytest.mark.parametrize(
    ("size", "orientation", "thumbnail", "caution"),
    [
        ((1, 1), 1, (1, 1), Caution.TOO_SMALL),
        ((5000, 2), 1, (256, 1), Caution.TOO_SMALL),
        ((2, 5000), 1, (1, 256), Caution.TOO_SMALL),
        ((5000, 100), 1, (256, 5), Caution.EXTREME_SHAPE),
        ((5000, 100), 6, (5, 256), Caution.EXTREME_SHAPE),
        ((800, 100), 1, (256, 32), None),
    ],
)
@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_shapes(
    tmp_path: Path,
    ending: str,
    size: tuple[int, int],
    orientation: int,
    thumbnail: tuple[int, int],
    caution: Caution | None,
) -> None:
    path = tmp_path / f"a.{ending}"
    image = Image.new("RGB", size, (200, 40, 30))
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)
    photo = load_photo(str(path), frame=True, longest_side=256)
    assert photo.frame is not None
    assert photo.frame.shape == (227, 227, 3)
    assert caution_of(photo.facts) is caution
    assert photo.picture is not None
    assert photo.picture.shape[1::-1] == thumbnail
    assert abs(photo.picture.reshape(-1, 3).mean(axis=0) - (200, 40, 30)).max() < 3


def test_the_handed_pixel(shared_data: Path) -> None:
    photo = load_photo(str(shared_data / "cases" / "very_small" / "one.png"), frame=True)
    assert photo.frame is not None
    assert caution_of(photo.facts) is Caution.TOO_SMALL
