"""Pictures of real files and stored thumbnails: upright, in the requested size, loaded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from memapp.core.records import ImageKey
from memapp.intake.load import load_photo
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.thumbnails import ThumbnailStore
from memapp.workers.preview_pool import PreviewPool, to_image
from memapp.workers.request_sets import View
from tests.workers.gated_loader import GatedLoader, key


def test_real_photos_come_upright_and_no_larger_than_asked(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    Image.new("RGB", (400, 200), (10, 200, 30)).save(file)
    status = file.stat()
    photo = ImageKey(path=str(file), size=status.st_size, mtime_ns=status.st_mtime_ns)
    pool = PreviewPool(loader=load_photo, threads=2)
    try:
        with qtbot.waitSignal(pool.preview_ready) as preview:
            pool.request_previews(View.GRID, [photo], 100)
        with qtbot.waitSignal(pool.picture_ready) as picture:
            pool.request_pictures(View.VIEWER, [photo], 0)
    finally:
        pool.stop()
        assert pool.join(10)
    assert preview.args is not None
    assert picture.args is not None
    for (answered, image, side), size in ((preview.args, (100, 50)), (picture.args, (400, 200))):
        assert answered == photo
        assert (image.width(), image.height()) == size
        assert side in (100, 0)
        assert image.pixelColor(5, 5) == QColor(10, 200, 30)


def test_an_image_keeps_its_pixels_when_the_array_goes() -> None:
    pixels = np.zeros((3, 5, 3), dtype=np.uint8)
    pixels[2, 4] = (1, 2, 3)
    image = to_image(pixels)
    pixels[:] = 255
    assert (image.width(), image.height()) == (5, 3)
    assert image.format() == QImage.Format.Format_RGB32
    assert image.pixelColor(4, 2) == QColor(1, 2, 3)
    assert image.pixelColor(0, 0) == QColor(0, 0, 0)


def test_a_second_start_shows_2000_thumbnails_without_opening_a_photo(qtbot: QtBot, tmp_path: Path) -> None:
    """A run made them, and the photos are gone: nothing but the disk's thumbnails can be shown."""
    photos = [key(f"{number}.jpg") for number in range(2_000)]
    colours = {photo: number % 256 for number, photo in enumerate(photos)}
    first = ThumbnailCache(ThumbnailStore(home=tmp_path))
    for photo, colour in colours.items():
        first.keep(photo, np.full((34, 51, 3), colour, dtype=np.uint8), 512)
    loader = GatedLoader()
    pool = PreviewPool(loader=loader, threads=2, thumbnails=ThumbnailCache(ThumbnailStore(home=tmp_path)))
    shown: dict[ImageKey, int] = {}
    pool.preview_ready.connect(
        lambda photo, image, _side: shown.update({photo: image.pixelColor(20, 20).red()})
    )
    try:
        pool.request_previews(View.GRID, photos, 200)
        qtbot.waitUntil(lambda: len(shown) == len(photos), timeout=60_000)
    finally:
        pool.stop()
        loader.gate.set()
        assert pool.join(10)
    assert shown == pytest.approx(colours, abs=1)
    assert loader.calls == []


def test_a_missing_thumbnail_is_loaded_once_and_stored(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    Image.new("RGB", (1400, 700), (10, 200, 30)).save(file)
    status = file.stat()
    photo = ImageKey(path=str(file), size=status.st_size, mtime_ns=status.st_mtime_ns)
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    pool = PreviewPool(loader=load_photo, threads=1, thumbnails=cache)
    try:
        for side in (200, 400):
            with qtbot.waitSignal(pool.preview_ready) as preview:
                pool.request_previews(View.GRID, [photo], side)
            assert preview.args is not None
            assert (preview.args[1].width(), preview.args[1].height()) == (side, side // 2)
            file.unlink(missing_ok=True)
    finally:
        pool.stop()
        assert pool.join(10)


def test_the_viewers_photo_is_never_a_thumbnail(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    Image.new("RGB", (1400, 700), (10, 200, 30)).save(file)
    status = file.stat()
    photo = ImageKey(path=str(file), size=status.st_size, mtime_ns=status.st_mtime_ns)
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    cache.keep(photo, np.zeros((256, 512, 3), dtype=np.uint8), 512)
    pool = PreviewPool(loader=load_photo, threads=1, thumbnails=cache)
    try:
        with qtbot.waitSignal(pool.picture_ready) as picture:
            pool.request_pictures(View.VIEWER, [photo], 512)
    finally:
        pool.stop()
        assert pool.join(10)
    assert picture.args is not None
    assert picture.args[1].pixelColor(5, 5) == QColor(10, 200, 30)


def test_the_viewer_never_shows_another_picture_under_a_score(
    qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    """A file that was overwritten with another photo since it was scored."""
    first, second = sorted((shared_data / "cases" / "replaced_in_place").glob("*.jpg"))
    path = tmp_path / "a.jpg"
    path.write_bytes(first.read_bytes())
    status = path.stat()
    photo = ImageKey(str(path), status.st_size, status.st_mtime_ns)
    pool = PreviewPool(loader=load_photo, threads=1)
    try:
        with qtbot.waitSignal(pool.picture_ready, timeout=20_000):
            pool.request_pictures(View.VIEWER, [photo], 0)
        path.write_bytes(second.read_bytes())
        with qtbot.waitSignal(pool.picture_failed, timeout=20_000) as refused:
            pool.request_pictures(View.VIEWER, [photo], 400)
        assert refused.args is not None
        assert "changed" in refused.args[1]
    finally:
        pool.stop()
        assert pool.join(10)
