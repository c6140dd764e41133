"""Requests of several views: pictures before thumbnails, each loaded once, no thread left over."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind, LoadedPhoto, PhotoFacts
from memapp.workers.preview_pool import FULL_SIZE_AT_ONCE, MOST_PICTURES, PreviewPool
from memapp.workers.request_sets import View
from tests.workers.gated_loader import GatedLoader, key


@dataclass
class Received:
    """The signals of a pool."""

    previews: list[tuple[str, int]] = field(default_factory=list)
    pictures: list[tuple[str, int]] = field(default_factory=list)
    failures: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Bench:
    """A pool, its loader, and its signals."""

    pool: PreviewPool
    loader: GatedLoader
    received: Received

    def has_received(self, previews: int) -> bool:
        return len(self.received.previews) == previews


@pytest.fixture
def make_bench(qtbot: QtBot) -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def make(threads: int = 1) -> Bench:
        loader, received = GatedLoader(), Received()
        pool = PreviewPool(loader=loader, threads=threads)
        pool.preview_ready.connect(lambda key, _image, side: received.previews.append((key.name, side)))
        pool.picture_ready.connect(lambda key, _image, side: received.pictures.append((key.name, side)))
        pool.picture_failed.connect(
            lambda key, reason, side: received.failures.append((key.name, reason, side))
        )
        benches.append(Bench(pool, loader, received))
        return benches[-1]

    yield make
    for bench in benches:
        bench.pool.stop()
        bench.loader.gate.set()
        assert bench.pool.join(10)


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


def busy_with(qtbot: QtBot, bench: Bench, name: str) -> None:
    """Let the one thread start loading this photo, and wait there."""
    bench.pool.request_previews(View.GRID, [key(name)], 200)
    qtbot.waitUntil(lambda: bench.loader.begun() == [name])


def test_requests_are_answered_in_order_with_key_and_size(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_previews(View.GRID, [key("a"), key("b"), key("c")], 300)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.previews) == 4)
    assert bench.received.previews == [("first", 200), ("a", 300), ("b", 300), ("c", 300)]
    assert bench.loader.calls[1:] == [("a", 300), ("b", 300), ("c", 300)]


def test_a_views_newer_set_replaces_its_older_one(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_previews(View.GRID, [key("old 1"), key("old 2")], 200)
    bench.pool.request_previews(View.GRID, [key("new")], 200)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: ("new", 200) in bench.received.previews)
    bench.pool.request_previews(View.GRID, [key("newest")], 200)
    qtbot.waitUntil(lambda: ("newest", 200) in bench.received.previews)
    assert bench.loader.begun() == ["first", "new", "newest"]


def test_a_preview_in_hand_is_not_loaded_twice(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "a")
    bench.pool.request_previews(View.GRID, [key("a"), key("b")], 200)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: ("b", 200) in bench.received.previews)
    assert bench.loader.begun() == ["a", "b"]


def test_the_viewers_photo_goes_before_the_previews(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_previews(View.GRID, [key("a"), key("b")], 200)
    bench.pool.request_pictures(View.VIEWER, [key("large")], 1600)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.previews) == 3)
    assert bench.loader.calls == [("first", 200), ("large", 1600), ("a", 200), ("b", 200)]
    assert bench.received.pictures == [("large", 1600)]


def test_a_new_photo_in_the_viewer_ends_the_loading_of_the_one_before(qtbot: QtBot, bench: Bench) -> None:
    bench.pool.request_pictures(View.VIEWER, [key("before")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["before"])
    bench.pool.request_pictures(View.VIEWER, [key("now")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["before", "now"])
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: bool(bench.received.pictures))
    assert bench.received.pictures == [("now", 0)]
    assert bench.received.failures == []
    assert bench.loader.controls["before"].cancelled


def test_each_view_keeps_its_own_set(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_previews(View.GRID, [key("a"), key("b")], 200)
    bench.pool.request_previews(View.INSPECTOR, [key("c")], 300)
    bench.pool.request_previews(View.GRID, [key("d")], 200)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.previews) == 3)
    assert sorted(bench.received.previews) == [("c", 300), ("d", 200), ("first", 200)]


def test_an_empty_set_withdraws_a_views_requests(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_pictures(View.VIEWER, [key("large")], 0)
    bench.pool.request_previews(View.GRID, [key("a")], 200)
    bench.pool.request_pictures(View.VIEWER, (), 0)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: ("a", 200) in bench.received.previews)
    assert bench.loader.begun() == ["first", "a"]


def test_pictures_come_before_thumbnails_on_screen_and_those_before_nearby_ones(
    qtbot: QtBot, bench: Bench
) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.request_previews(View.GRID, [key("near")], 200, nearby=True)
    bench.pool.request_previews(View.INSPECTOR, [key("panel")], 200)
    bench.pool.request_pictures(View.COMPARE, [key("left"), key("right")], 800)
    bench.pool.request_previews(View.GRID, [key("seen")], 200)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: ("near", 200) in bench.received.previews)
    assert bench.loader.begun() == ["first", "left", "right", "seen", "panel", "near"]


def test_four_photos_are_loaded_side_by_side(qtbot: QtBot, make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(threads=4)
    names = ["a", "b", "c", "d"]
    bench.pool.request_pictures(View.COMPARE, [key(name) for name in names], 800)
    qtbot.waitUntil(lambda: sorted(bench.loader.begun()) == names)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.pictures) == 4)
    assert sorted(bench.received.pictures) == [(name, 800) for name in names]


def test_more_photos_side_by_side_are_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="5 pictures"):
        bench.pool.request_pictures(View.COMPARE, [key(str(n)) for n in range(MOST_PICTURES + 1)], 800)


def test_only_a_few_photos_are_decoded_at_full_size_at_once(
    qtbot: QtBot, make_bench: Callable[..., Bench]
) -> None:
    bench = make_bench(threads=4)
    bench.pool.request_pictures(View.COMPARE, [key(name) for name in "abcd"], 0)
    bench.pool.request_previews(View.GRID, [key("thumbnail")], 200)
    qtbot.waitUntil(lambda: "thumbnail" in bench.loader.begun())
    qtbot.wait(50)
    assert sorted(bench.loader.begun()) == ["a", "b", "thumbnail"]
    assert FULL_SIZE_AT_ONCE == 2
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.pictures) == 4)
    assert sorted(bench.received.pictures) == [(name, 0) for name in "abcd"]


def test_a_picture_requested_by_two_views_is_loaded_and_announced_once(qtbot: QtBot, bench: Bench) -> None:
    bench.pool.request_pictures(View.VIEWER, [key("a")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["a"])
    bench.pool.request_pictures(View.COMPARE, [key("a"), key("b")], 0)
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: len(bench.received.pictures) == 2)
    qtbot.wait(50)
    assert bench.loader.begun() == ["a", "b"]
    assert bench.received.pictures == [("a", 0), ("b", 0)]


def test_loading_continues_while_another_view_requests_the_picture(qtbot: QtBot, bench: Bench) -> None:
    bench.pool.request_pictures(View.VIEWER, [key("a")], 0)
    bench.pool.request_pictures(View.COMPARE, [key("a")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["a"])
    bench.pool.request_pictures(View.VIEWER, [key("b")], 0)
    control = bench.loader.controls["a"]
    cancelled = [control.cancelled]
    bench.pool.request_pictures(View.COMPARE, (), 0)
    cancelled.append(control.cancelled)
    assert cancelled == [False, True]
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: bench.received.pictures == [("b", 0)])


def test_a_picture_requested_again_after_its_cancel_comes_once(qtbot: QtBot, bench: Bench) -> None:
    bench.pool.request_pictures(View.VIEWER, [key("a")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["a"])
    bench.pool.request_pictures(View.VIEWER, [key("b")], 0)
    bench.pool.request_pictures(View.VIEWER, [key("a")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["a", "a"])
    bench.loader.gate.set()
    qtbot.waitUntil(lambda: bool(bench.received.pictures))
    qtbot.wait(50)
    assert bench.received.pictures == [("a", 0)]


def test_an_answered_request_is_loaded_again_when_it_is_repeated(qtbot: QtBot, bench: Bench) -> None:
    bench.loader.gate.set()
    for times in (1, 2):
        bench.pool.request_previews(View.GRID, [key("a")], 200)
        qtbot.waitUntil(partial(bench.has_received, times))
    assert bench.loader.begun() == ["a", "a"]


def test_in_any_order_of_requests_the_last_sets_are_answered_and_nothing_is_loaded_twice_at_once(
    qtbot: QtBot,
) -> None:
    chance = random.Random(11)
    lock = threading.Lock()
    in_hand: Counter[tuple[str, int | None]] = Counter()
    most_full_size = 0

    def load(
        path: str, *, longest_side: int | None = None, control: RunControl | None = None, **_options: object
    ) -> LoadedPhoto:
        nonlocal most_full_size
        assert control is not None
        with lock:
            # One that was cancelled may still be ending when its successor begins.
            in_hand[path, longest_side] += 1
            most_full_size = max(most_full_size, sum(n for (_, side), n in in_hand.items() if side == 0))
        try:
            time.sleep(0.001)
            control.checkpoint()
            picture = np.zeros((2, 4, 3), dtype=np.uint8)
            return LoadedPhoto(facts=PhotoFacts(width=4, height=2, format="JPEG"), picture=picture)
        finally:
            with lock:
                in_hand[path, longest_side] -= 1

    pool = PreviewPool(loader=load, threads=4)
    pictures: list[tuple[str, int]] = []
    previews: list[tuple[str, int]] = []
    pool.picture_ready.connect(lambda key, _image, side: pictures.append((key.name, side)))
    pool.preview_ready.connect(lambda key, _image, side: previews.append((key.name, side)))
    names = [str(number) for number in range(12)]
    views = list(View)
    try:
        for _ in range(400):
            view = chance.choice(views)
            keys = [key(name) for name in chance.sample(names, chance.randrange(5))]
            if chance.random() < 0.5:
                pool.request_pictures(view, keys, chance.choice((0, 800)))
            else:
                pool.request_previews(view, keys, 200, nearby=chance.random() < 0.5)
            if chance.random() < 0.1:
                qtbot.wait(1)
        for view in views:
            pool.request_pictures(view, (), 0)
            pool.request_previews(view, (), 0, nearby=True)
            pool.request_previews(view, (), 0)
        qtbot.waitUntil(lambda: not in_hand.total())
        qtbot.wait(50)
        pictures.clear()
        previews.clear()
        pool.request_previews(View.GRID, [key(name) for name in names], 200)
        for view in views:
            pool.request_pictures(view, [key(name) for name in names[:4]], 0)
        qtbot.waitUntil(lambda: len(pictures) >= 4 and len(previews) >= len(names))
        qtbot.wait(50)
    finally:
        pool.stop()
        assert pool.join(10)
    assert sorted(pictures) == [(name, 0) for name in names[:4]]
    assert sorted(previews) == sorted((name, 200) for name in names)
    assert most_full_size == FULL_SIZE_AT_ONCE


def test_a_picture_that_fails_reports_its_reason(qtbot: QtBot, bench: Bench) -> None:
    bench.loader.problems["broken"] = PhotoError(FailureKind.DAMAGED, "This file ends too early.")
    bench.loader.gate.set()
    bench.pool.request_pictures(View.VIEWER, [key("broken")], 0)
    qtbot.waitUntil(lambda: bench.received.failures == [("broken", "This file ends too early.", 0)])
    assert bench.received.pictures == []


@pytest.mark.parametrize(
    "problem", [PhotoError(FailureKind.DAMAGED, "It ends too early."), RuntimeError("a bug"), MemoryError()]
)
def test_a_preview_that_fails_is_left_out_and_the_next_one_comes(
    qtbot: QtBot, bench: Bench, problem: Exception
) -> None:
    bench.loader.problems["broken"] = problem
    bench.loader.gate.set()
    bench.pool.request_previews(View.GRID, [key("broken"), key("good")], 200)
    qtbot.waitUntil(lambda: bool(bench.received.previews))
    assert bench.received.previews == [("good", 200)]
    assert bench.received.failures == []


def test_a_stopped_pool_is_silent_and_its_threads_have_ended(qtbot: QtBot, bench: Bench) -> None:
    bench.pool.request_pictures(View.VIEWER, [key("large")], 0)
    qtbot.waitUntil(lambda: bench.loader.begun() == ["large"])
    bench.pool.request_previews(View.GRID, [key("a")], 200)
    bench.pool.stop()
    bench.loader.gate.set()
    assert bench.pool.join(10)
    qtbot.wait(50)
    assert bench.loader.begun() == ["large"]
    assert bench.received == Received()


def test_join_says_when_a_thread_hangs(qtbot: QtBot, bench: Bench) -> None:
    busy_with(qtbot, bench, "first")
    bench.pool.stop()
    assert not bench.pool.join(0.05)
