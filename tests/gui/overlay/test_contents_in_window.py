"""What is in all photos: found on demand, shown, sorted by, and known at the next start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from memapp.library.contents import CONTENTS, SHARE
from memapp.library.filtering import InRange
from tests.fakes import HALVES, HalvesFactory
from tests.gui.window_bench import WindowBench, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def contents(bench: WindowBench) -> list[str | None]:
    return [bench.window.library.value(bench.key(name), CONTENTS) for name in GREYS]


def test_all_photos_are_looked_at_once_and_known_from_then_on(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    first = open_window(segmenters=HalvesFactory())
    first.add(folder)
    assert contents(first) == [None] * 3
    first.trigger("contents-all")
    first.until(lambda: all(contents(first)))
    first.until(lambda: first.window.overlays.contents._request is None)
    words = contents(first)
    # Nothing is left to do.
    first.trigger("contents-all")
    first.until(lambda: any("have been searched" in text for text in first.notice_texts()))
    category = HALVES.categories[1].name
    first.trigger(f"share-{category}")
    assert first.window.photos.order.column == "share"
    first.window.close()
    second = open_window(segmenters=HalvesFactory())
    second.add(folder)
    second.until(lambda: contents(second) == words)


@pytest.fixture
def bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    return open_window(segmenters=HalvesFactory())


def test_a_photo_that_was_looked_at_alone_counts(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    bench.trigger("open")
    bench.trigger("overlay-segmentation")
    bench.until(lambda: bench.window.library.value(bench.key("b.png"), CONTENTS))


def test_the_status_line_says_how_many_were_not_looked_at(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.trigger(f"share-{HALVES.categories[1].name}")
    bench.window.filters.set_condition(SHARE, InRange(SHARE, 1))

    def says(text: str) -> bool:
        return any(each.text() == text for each in bench.window.status.findChildren(QPushButton))

    bench.until(lambda: says("0 of 3 shown, 3 not searched yet: show all"))
    bench.trigger("contents-all")
    bench.until(lambda: says("3 of 3 shown: show all"))


def test_it_can_be_stopped(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.trigger("contents-all")
    assert bench.window.overlays.contents._request is not None
    links = [button.text() for button in bench.window.status.findChildren(QPushButton)]
    assert "Finding what's in photos: 0 of 3 (stop)" in links
    bench.trigger("contents-all")
    bench.until(lambda: bench.window.overlays.contents._request is None)


def test_without_a_segmenter_the_window_says_what_to_do(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = open_window(segmenters=HalvesFactory(installed=False))
    bench.add(folder)
    bench.trigger("contents-all")
    bench.until(lambda: any("No object finder is installed" in text for text in bench.notice_texts()))
