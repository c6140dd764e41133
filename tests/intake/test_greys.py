"""The small grey picture, and how sharp a photo is: blur lowers it, size and a reduced decode do not lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from memapp.core.frame import FRAME_SIDE
from memapp.core.records import Precision
from memapp.intake.greys import decode_grey, encode_grey
from memapp.intake.load import load_photo


@pytest.fixture(scope="module")
def noise() -> Image.Image:
    draws = np.random.Generator(np.random.PCG64(3))
    return Image.fromarray(draws.integers(0, 256, (1100, 1400, 3), np.uint8)).filter(
        ImageFilter.GaussianBlur(2)
    )


def test_a_grey_picture_is_read_back() -> None:
    frame = np.zeros((FRAME_SIDE, FRAME_SIDE, 3), np.uint8)
    frame[:, FRAME_SIDE // 2 :] = 200
    content = encode_grey(frame)
    grey = decode_grey(content)
    assert grey is not None
    assert grey.shape == (64, 64)
    assert grey.dtype == np.uint8
    assert abs(int(grey[:, :28].max())) < 12
    assert abs(int(grey[:, 36:].min()) - 200) < 12


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 and no more"])
def test_nonsense_is_no_grey_picture(content: bytes) -> None:
    assert decode_grey(content) is None
    assert decode_grey(encode_grey(np.zeros((8, 8, 3), np.uint8))[:-30] + content) is None


def test_blur_is_less_sharp(tmp_path: Path, noise: Image.Image) -> None:
    found = []
    for number, radius in enumerate((0, 2, 6)):
        path = tmp_path / f"{number}.png"
        noise.filter(ImageFilter.GaussianBlur(radius)).save(path)
        sharpness = load_photo(str(path), frame=True).sharpness
        assert sharpness is not None
        found.append(sharpness)
    assert found[0] > 2 * found[1] > 4 * found[2]


def test_it_is_not_measured_on_fewer_pixels_than_it_needs(tmp_path: Path, noise: Image.Image) -> None:
    large, small = tmp_path / "large.jpg", tmp_path / "small.jpg"
    noise.resize((2800, 2200)).save(large)
    noise.crop((0, 0, 300, 200)).save(small)
    # A reduced decode of a large photo has too few; a small photo is measured at its own size.
    assert load_photo(str(large), frame=True, precision=Precision.FAST).sharpness is None
    assert load_photo(str(large), frame=True).sharpness is not None
    assert load_photo(str(small), frame=True).sharpness is not None
    assert load_photo(str(small), longest_side=100).sharpness is None
