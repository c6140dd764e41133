"""Photos of one moment in the window: one tile, expanded and collapsed, changed by a person, with undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from memapp.core.marks import Flag
from memapp.core.settings import SETTINGS
from memapp.gui.grid.tile_badges import badges
from memapp.gui.grid.tile_delegate import TileDelegate
from memapp.library.filtering import Contains
from memapp.library.marks import FLAG
from memapp.library.order import NAME
from tests.fakes import BrightnessFactory, BrightnessScorer, SeeingScorer
from tests.gui.window_bench import WindowBench

Opener = Callable[[], WindowBench]


def scene(seed: int, brightness: float) -> Image.Image:
    """Return a picture with shapes of several sizes and this mean brightness."""
    draws = np.random.Generator(np.random.PCG64(seed))
    noise = Image.fromarray(draws.integers(0, 256, (150, 200, 3), np.uint8))
    blurred = [
        np.asarray(noise.filter(ImageFilter.GaussianBlur(radius)), np.float64) * radius
        for radius in (3, 8, 16)
    ]
    grey = np.sum(blurred, axis=0)
    pixels = 60 * (grey - grey.mean()) / grey.std() + brightness
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four versions of one picture, the brightest one third, and another one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, brightness in enumerate((110, 128, 146, 92)):
        scene(1, brightness).save(folder / f"beach {number}.png")
    scene(2, 137).save(folder / "Wood.jpg", quality=95)
    return folder


@pytest.fixture
def opener(qtbot: QtBot, memapp_home: Path) -> Iterator[Opener]:
    benches: list[WindowBench] = []

    def open_window() -> WindowBench:
        for bench in benches:
            bench.window.close()
        benches.append(WindowBench(qtbot=qtbot, home=memapp_home, scorers=BrightnessFactory(SeeingScorer())))
        return benches[-1]

    yield open_window
    for bench in benches:
        bench.window.close()


@pytest.fixture
def bench(opener: Opener, folder: Path) -> WindowBench:
    bench = opener()
    return with_photos(bench, folder)


def with_photos(bench: WindowBench, folder: Path) -> WindowBench:
    bench.add(folder)
    bench.until(lambda: bench.window.photos.stacks.count)
    bench.window.photos.refresh()
    return bench


def badge(bench: WindowBench, name: str) -> list[str]:
    place = bench.window.photos.index_of(bench.key(name)).row()
    return [each.text for each in badges(bench.window.photos.tile(place))]


def flags(bench: WindowBench) -> dict[str, int]:
    library = bench.window.library
    found = {each.name: library.value(each, FLAG) for each in list(library.keys())}
    return {name: flag for name, flag in found.items() if flag}


ALL = ["beach 2.png", "Wood.jpg", "beach 1.png", "beach 0.png", "beach 3.png"]


def test_a_moment_is_one_tile_with_its_count(bench: WindowBench) -> None:
    assert bench.names() == ["beach 2.png", "Wood.jpg"]
    assert badge(bench, "beach 2.png") == ["4"]
    assert badge(bench, "Wood.jpg") == []
    assert bench.window.status._moments.text() == "5 photos in 2 moments"
    bench.trigger("group-moments")
    assert bench.names() == ALL
    assert badge(bench, "beach 2.png") == []
    assert bench.window.status._moments.isHidden()
    assert not bench.settings.get(SETTINGS.group_moments)
    bench.trigger("group-moments")
    assert bench.names() == ["beach 2.png", "Wood.jpg"]


def test_it_expands_and_collapses(bench: WindowBench) -> None:
    bench.choose("beach 2.png")
    bench.trigger("moment-toggle")
    assert bench.names() == ["beach 2.png", "beach 0.png", "beach 1.png", "beach 3.png", "Wood.jpg"]
    assert badge(bench, "beach 0.png") == ["2/4"]
    bench.choose("beach 3.png")
    bench.trigger("moment-toggle")
    assert bench.names() == ["beach 2.png", "Wood.jpg"]
    assert [each.name for each in bench.window.grid.selected_photos()] == ["beach 2.png"]
    bench.trigger("moments-expand")
    assert len(bench.names()) == 5
    bench.trigger("moments-collapse")
    assert len(bench.names()) == 2
    bench.choose("Wood.jpg")
    bench.trigger("moment-toggle")
    assert "This photo is not part of a moment." in bench.notice_texts()


def test_a_click_on_the_number_expands(bench: WindowBench) -> None:
    grid = bench.window.grid
    tile = grid.visualRect(bench.window.photos.index_of(bench.key("beach 2.png")))
    delegate = grid.itemDelegate()
    assert isinstance(delegate, TileDelegate)
    square = delegate.layout.square
    corner = tile.center() + QPoint(square.width() // 2 - 8, 8 - tile.height() // 2 + square.y())
    bench.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert len(bench.names()) == 5
    bench.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert len(bench.names()) == 2
    # Beside it, a click chooses the photo only.
    bench.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=tile.center())
    assert len(bench.names()) == 2


def test_another_photo_on_top_stays_there_after_a_restart(
    bench: WindowBench, opener: Opener, folder: Path
) -> None:
    bench.trigger("moments-expand")
    bench.choose("beach 3.png")
    bench.trigger("moment-top")
    bench.trigger("moments-collapse")
    assert bench.names() == ["Wood.jpg", "beach 3.png"]
    bench.trigger("undo")
    assert bench.names() == ["beach 2.png", "Wood.jpg"]
    bench.trigger("redo")
    again = with_photos(opener(), folder)
    assert again.names() == ["Wood.jpg", "beach 3.png"]


def test_photos_are_taken_out_and_joined(bench: WindowBench) -> None:
    bench.trigger("moments-expand")
    bench.choose("beach 0.png", "beach 1.png")
    bench.trigger("moment-take-out")
    bench.trigger("moments-collapse")
    assert bench.names() == ["beach 2.png", "Wood.jpg", "beach 1.png", "beach 0.png"]
    assert badge(bench, "beach 2.png") == ["2"]
    bench.choose("Wood.jpg", "beach 0.png")
    bench.trigger("moment-join")
    assert bench.names() == ["beach 2.png", "Wood.jpg", "beach 1.png"]
    assert badge(bench, "Wood.jpg") == ["2"]
    assert bench.window.undo.undo_text == "Join 2 photos into one moment"
    bench.trigger("undo")
    assert bench.window.undo.undo_text == "Take 2 photos out of moments"
    bench.trigger("undo")
    assert bench.names() == ["beach 2.png", "Wood.jpg"]


def test_marks_are_of_the_top_photo_alone(bench: WindowBench) -> None:
    bench.choose("beach 2.png")
    bench.trigger("pick")
    assert flags(bench) == {"beach 2.png": Flag.PICK}
    bench.trigger("remove")
    assert bench.names() == ["Wood.jpg", "beach 1.png"]


def test_raw_and_jpeg_of_one_shot_are_one_photo(opener: Opener, folder: Path) -> None:
    bench = opener()
    # What counts here is its name.
    scene(3, 90).save(folder / "Wood.nef", "PNG")
    with_photos(bench, folder)
    assert bench.names() == ["beach 2.png", "Wood.jpg"]
    assert badge(bench, "Wood.jpg") == ["RAW+JPEG"]
    bench.choose("Wood.jpg")
    bench.trigger("pick")
    assert flags(bench) == {"Wood.jpg": Flag.PICK, "Wood.nef": Flag.PICK}
    bench.trigger("remove")
    assert bench.names() == ["beach 2.png"]
    assert len(bench.window.library) == 4
    bench.trigger("undo")
    bench.trigger("undo")
    assert flags(bench) == {}


def test_a_filter_counts_photos_and_shows_the_best_that_passes(bench: WindowBench) -> None:
    bench.choose("beach 2.png")
    bench.trigger("reject")
    bench.window.filters.set_condition(NAME, Contains(NAME, "beach"))
    assert bench.names() == ["beach 2.png"]
    assert "4 of 5" in bench.window.status._hidden.text()
    assert [each.name for each in bench.window.library.keys_at(bench.window.photos.rows_of_all)] == [
        name for name in ALL if name.startswith("beach")
    ]


def test_photos_scored_earlier_are_grouped_on_demand(opener: Opener, folder: Path) -> None:
    first = opener()
    first.scorers.scorer = BrightnessScorer()
    first.add(folder)
    bench = opener()
    bench.add(folder)
    assert len(bench.names()) == 5
    bench.trigger("moments-find")
    bench.until(lambda: bench.window.photos.stacks.count)
    bench.window.photos.refresh()
    assert bench.names() == ["beach 2.png", "Wood.jpg"]
    bench.until(lambda: not bench.supervisor.moments.busy)
    bench.trigger("moments-find")
    bench.until(lambda: any("All photos have been compared" in text for text in bench.notice_texts()))
