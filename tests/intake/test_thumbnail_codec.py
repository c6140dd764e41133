"""Thumbnails to bytes and back: sharp, of the requested size, and nothing from invalid bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from memapp.intake.thumbnail_codec import SIDES, decode_thumbnail, encode_thumbnail, kept_side, shrink
from tests.intake.making import photo_image


@pytest.mark.parametrize(
    ("asked", "kept"), [(1, 512), (200, 512), (512, 512), (513, 1024), (1024, 1024), (1025, None), (0, None)]
)
def test_the_smallest_kept_side_that_serves(asked: int, kept: int | None) -> None:
    assert kept_side(asked) == kept


@pytest.mark.parametrize("longest_side", [512, 400, 200, 64])
def test_a_kept_thumbnail_comes_back_at_the_size_asked_for(longest_side: int) -> None:
    original = photo_image(512, 341)
    found = decode_thumbnail(encode_thumbnail(np.asarray(original)), side=512, longest_side=longest_side)
    assert found is not None
    size = (longest_side, round(341 * longest_side / 512))
    assert found.shape == (size[1], size[0], 3)
    assert found.dtype == np.uint8
    expected = np.asarray(original.resize(size, Image.Resampling.LANCZOS))
    assert np.abs(found.astype(int) - expected).mean() < 2.0


def test_small_pictures_are_never_enlarged() -> None:
    pixels = np.asarray(photo_image(90, 60))
    found = decode_thumbnail(encode_thumbnail(pixels), side=512, longest_side=512)
    assert found is not None
    assert found.shape == pixels.shape
    assert shrink(pixels, 512) is pixels
    assert shrink(pixels, 45).shape == (30, 45, 3)


def test_a_thin_picture_keeps_a_pixel() -> None:
    assert shrink(np.zeros((1, 1000, 3), np.uint8), 100).shape == (1, 100, 3)


def as_bytes(image: Image.Image, form: str) -> bytes:
    content = io.BytesIO()
    image.save(content, form)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff\xe0 and no more",
        as_bytes(photo_image(300, 200), "JPEG")[:2000],
        as_bytes(photo_image(300, 200), "PNG"),
        as_bytes(photo_image(300, 200).convert("L"), "JPEG"),
        as_bytes(photo_image(SIDES[0] + 1, 200), "JPEG"),
    ],
    ids=["empty", "header", "cut off", "PNG", "grey", "too large"],
)
def test_invalid_bytes_give_none(content: bytes) -> None:
    assert decode_thumbnail(content, side=512, longest_side=512) is None
