"""The comparison of pictures: noise passes, another word or size or a missing picture does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.screens.comparing import beside, compare, store


@pytest.fixture
def picture() -> Image.Image:
    image = Image.new("RGB", (600, 400), (28, 28, 28))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 300, 200), fill=(120, 90, 60))
    draw.text((320, 40), "0.94  Top 5 %", fill=(236, 236, 236))
    return image


def test_the_same_picture_and_noise_pass(picture: Image.Image, tmp_path: Path) -> None:
    store(picture, tmp_path / "a.png")
    assert compare(picture, tmp_path / "a.png") is None
    noise = np.random.default_rng(3).integers(-8, 9, (400, 600, 3))
    noisy = Image.fromarray(np.clip(np.asarray(picture).astype(int) + noise, 0, 255).astype(np.uint8))
    assert compare(noisy, tmp_path / "a.png") is None


def test_another_word_is_seen_and_shown(picture: Image.Image, tmp_path: Path) -> None:
    store(picture, tmp_path / "a.png")
    ImageDraw.Draw(picture).rectangle((320, 40, 380, 52), fill=(236, 236, 236))
    difference = compare(picture, tmp_path / "a.png")
    assert difference is not None
    assert difference.words.startswith("differs in")
    beside(picture, tmp_path / "a.png", tmp_path / "differences" / "a.png")
    with Image.open(tmp_path / "differences" / "a.png") as shown:
        assert shown.size == (1800, 400)


def test_another_size_and_a_missing_picture_are_differences(picture: Image.Image, tmp_path: Path) -> None:
    missing = compare(picture, tmp_path / "a.png")
    assert missing is not None
    assert missing.words == "is not stored yet"
    store(picture.crop((0, 0, 500, 400)), tmp_path / "a.png")
    other = compare(picture, tmp_path / "a.png")
    assert other is not None
    assert other.words == "is 600 x 400 now, 500 x 400 before"


def test_what_is_stored_is_the_same_each_time(picture: Image.Image, tmp_path: Path) -> None:
    store(picture, tmp_path / "a.png")
    store(picture.copy(), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
