"""The thumbnail cache: a photo is opened once for its thumbnail, and not again until it changes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import ImageKey, LoadedPhoto, Precision
from memapp.intake.load import load_photo
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.thumbnails import FOLDER_NAME, ThumbnailStore
from tests.intake.making import photo_image


@dataclass
class CountingLoader:
    """The real loader, with a record of its calls."""

    asked: list[tuple[bool, int | None]] = field(default_factory=list)

    def __call__(
        self,
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        self.asked.append((frame, longest_side))
        return load_photo(path, frame=frame, longest_side=longest_side, precision=precision, control=control)


@pytest.fixture
def loader() -> CountingLoader:
    return CountingLoader()


@pytest.fixture
def cache(tmp_path: Path) -> ThumbnailCache:
    return ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))


def key_of(path: Path) -> ImageKey:
    status = path.stat()
    return ImageKey(path=str(path), size=status.st_size, mtime_ns=status.st_mtime_ns)


@pytest.fixture
def photo(tmp_path: Path) -> ImageKey:
    photo_image(2000, 1500).save(tmp_path / "a.jpg")
    return key_of(tmp_path / "a.jpg")


def test_the_photo_is_opened_once_for_all_sizes_up_to_the_kept_one(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    for side in (200, 400, 512, 96):
        pixels = cache.find_or_load(photo, side, loader=loader)
        assert pixels.shape == (round(side * 0.75), side, 3)
        expected = np.asarray(
            photo_image(2000, 1500).resize((side, round(side * 0.75)), Image.Resampling.BOX)
        )
        assert np.abs(pixels.astype(int) - expected).mean() < 3.0
    assert loader.asked == [(False, 512)]


def test_a_larger_one_is_made_from_the_photo_not_from_a_smaller_one(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    cache.find_or_load(photo, 200, loader=loader)
    assert cache.find_or_load(photo, 800, loader=loader).shape == (600, 800, 3)
    assert loader.asked == [(False, 512), (False, 1024)]
    assert cache.find(photo, 1024) is not None


def test_a_larger_one_is_used_for_smaller_ones(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    cache.find_or_load(photo, 800, loader=loader)
    assert cache.find_or_load(photo, 200, loader=loader).shape == (150, 200, 3)
    assert cache.side_to_make(photo) is None
    assert loader.asked == [(False, 1024)]


@pytest.mark.parametrize("side", [0, 1600])
def test_sizes_beyond_are_loaded_and_not_kept(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey, tmp_path: Path, side: int
) -> None:
    for _ in range(2):
        assert max(cache.find_or_load(photo, side, loader=loader).shape) == (side or 2000)
    assert len(loader.asked) == 2
    assert not (tmp_path / "home" / FOLDER_NAME).exists()


def test_a_changed_photo_gets_a_new_thumbnail(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    cache.find_or_load(photo, 200, loader=loader)
    Image.new("RGB", (300, 300), "red").save(photo.path)
    changed = key_of(Path(photo.path))
    assert cache.side_to_make(changed) == 512
    assert cache.find_or_load(changed, 200, loader=loader).shape == (200, 200, 3)
    assert len(loader.asked) == 2


def test_a_photo_that_was_changed_is_not_shown_in_the_old_ones_place(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    os.utime(photo.path, (1, 1))
    for side in (200, 0):
        with pytest.raises(PhotoError, match="changed or replaced"):
            cache.find_or_load(photo, side, loader=loader)
    assert cache.find(photo, 200) is None


def test_a_kept_thumbnail_outlives_its_photo(
    cache: ThumbnailCache, loader: CountingLoader, photo: ImageKey
) -> None:
    """A disconnected disk still shows its photos."""
    cache.find_or_load(photo, 200, loader=loader)
    Path(photo.path).unlink()
    assert cache.find_or_load(photo, 200, loader=loader).shape == (150, 200, 3)


def test_a_photo_without_thumbnail_that_is_gone_says_so(
    cache: ThumbnailCache, loader: CountingLoader, tmp_path: Path
) -> None:
    with pytest.raises(PhotoError):
        cache.find_or_load(ImageKey(str(tmp_path / "gone.jpg"), 1, 1), 200, loader=loader)


def test_invalid_bytes_are_replaced(tmp_path: Path, loader: CountingLoader, photo: ImageKey) -> None:
    store = ThumbnailStore(home=tmp_path / "home")
    cache = ThumbnailCache(store)
    cache.find_or_load(photo, 200, loader=loader)
    store.write(photo, "512-1", b"sealed, and no picture")
    assert cache.find_or_load(photo, 200, loader=loader).shape == (150, 200, 3)
    assert len(loader.asked) == 2
    assert cache.find(photo, 200) is not None
