"""Which JPEGs are shrunk while they are decoded, and that the net still sees the same part of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from memapp.core.records import Precision
from memapp.intake.load import load_photo
from memapp.intake.opening import decoding_scale
from memapp.intake.render import FAST_SIZE
from tests.intake.making import TURNS_FROM_UPRIGHT, photo_image, plain_frame

ODD_SIZE = (2 * FAST_SIZE[0] + 2643, 4 * FAST_SIZE[1] + 7)
"""Shrunk by 4, its last reduced column and row lie partly beyond the photo's edge."""


def edges_image(width: int, height: int) -> Image.Image:
    """Soft slopes everywhere, steep to the right and to the bottom: a shift of a part of a pixel shows."""
    across, down = np.linspace(0, 40, width), np.linspace(0, 30, height)
    levels = 127.5 + 60 * np.sin(across)[None, :] + 60 * np.sin(down)[:, None]
    return Image.fromarray(np.stack([levels, levels * 0.8, 255 - levels], axis=-1).astype(np.uint8))


def frame_of(path: Path, precision: Precision) -> npt.NDArray[np.int64]:
    frame = load_photo(str(path), frame=True, precision=precision).frame
    assert frame is not None
    return frame.astype(np.int64)


@pytest.mark.parametrize(
    ("size", "scale"),
    [
        ((6000, 4000), 8),
        ((4000, 6000), 8),
        ((8256, 5504), 8),
        ((4032, 3024), 4),
        ((3000, 2000), 4),
        ((2 * FAST_SIZE[0], 2 * FAST_SIZE[1]), 2),
        ((2 * FAST_SIZE[0] - 1, 5000), 1),
        ((1600, 1067), 2),
        ((1500, 999), 1),
        ((12_000, 700), 1),
    ],
)
def test_the_shorter_side_decides(size: tuple[int, int], scale: int) -> None:
    jpeg = Image.new("L", size)
    jpeg.format = "JPEG"
    assert decoding_scale(jpeg, FAST_SIZE) == scale
    assert decoding_scale(jpeg, None) == 1
    jpeg.format = "PNG"
    assert decoding_scale(jpeg, FAST_SIZE) == 1


def test_exact_frames_are_never_of_fewer_pixels(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (2500, 2600, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=95)
    with Image.open(path) as image:
        expected = plain_frame(image)
    assert np.array_equal(frame_of(path, Precision.EXACT), expected)
    assert not np.array_equal(frame_of(path, Precision.FAST), expected)


def test_a_thumbnail_beside_it_changes_no_frame(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    edges_image(*ODD_SIZE).save(path)
    for precision in Precision:
        both = load_photo(str(path), frame=True, longest_side=512, precision=precision)
        assert both.frame is not None
        assert both.picture is not None
        assert np.array_equal(both.frame, frame_of(path, precision))
        assert max(both.picture.shape) == 512


@pytest.mark.parametrize("orientation", sorted(TURNS_FROM_UPRIGHT))
def test_the_frame_lies_where_it_lay_whatever_the_orientation(tmp_path: Path, orientation: int) -> None:
    upright = edges_image(*ODD_SIZE)
    turn = TURNS_FROM_UPRIGHT[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "a.jpg"
    stored = upright if turn is None else upright.transpose(turn)
    stored.save(path, exif=exif, quality=95, subsampling=0)
    difference = np.abs(frame_of(path, Precision.FAST) - plain_frame(upright))
    # Had the part beyond the edge been squeezed in, the last columns would be off by several levels.
    assert difference.max() <= 2
    assert difference.mean() < 0.5


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {"subsampling": "4:2:0"}),
        ("RGB", {"subsampling": "4:2:2"}),
        ("RGB", {"progressive": True}),
        ("L", {}),
        ("CMYK", {}),
    ],
)
def test_every_kind_of_jpeg_looks_the_same(tmp_path: Path, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / "a.jpg"
    edges_image(*ODD_SIZE).convert(mode).save(path, quality=92, **options)
    difference = np.abs(frame_of(path, Precision.FAST) - frame_of(path, Precision.EXACT))
    assert difference.max() <= 3
    assert difference.mean() < 0.5


def test_facts_tell_the_whole_size(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    photo_image(*ODD_SIZE).save(path)
    facts = load_photo(str(path), frame=True, precision=Precision.FAST).facts
    assert (facts.width, facts.height) == ODD_SIZE
