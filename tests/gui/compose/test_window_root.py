"""The window's composition root and the nets that it keeps loaded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from memapp.core.machine import usable_cores
from memapp.core.net_ids import NetId
from memapp.core.nets import NetInfo
from memapp.core.records import Precision
from memapp.core.score_scale import HITS
from memapp.core.settings import SETTINGS
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory, HalvesFactory
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photos

FAST_NET = dataclasses.replace(BRIGHTNESS_NET, precision=Precision.FAST)
TEAM = NetInfo(NetId("team"), "M3M: team", HITS, "Trained here.", removable=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 240})


def has_segmented(segmenters: HalvesFactory, photos: int) -> bool:
    return segmenters.segmenter.segmented == photos


def more_photos(bench: WindowBench, folder: Path, name: str) -> None:
    """Score a photo that is not known yet."""
    bench.add(make_photos(folder.parent / name, {f"{name}.png": 77}))


def threads(bench: WindowBench) -> list[object]:
    """How many threads each net was opened with, in turn; None for as many as are best."""
    return [opened["most_threads"] for opened in bench.nets.opened]


def look_at_battery(bench: WindowBench, *, on_battery: bool) -> None:
    """Change what the computer says, while a run goes on."""
    bench.on_battery = on_battery

    def timers() -> list[QTimer]:
        return [timer for timer in bench.power_monitor.findChildren(QTimer) if timer.isActive()]

    # The net may be at work before the window knows that the run has started.
    bench.until(timers)
    [timer] = timers()
    timer.timeout.emit()


def let_idle_time_pass(bench: WindowBench) -> None:
    """End the minutes of rest that the power monitor waits for."""

    def active() -> list[QTimer]:
        return [timer for timer in bench.power_monitor.findChildren(QTimer) if timer.isActive()]

    bench.until(active)
    [timer] = active()
    timer.timeout.emit()


def test_the_next_folder_uses_the_net_that_is_loaded(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    more_photos(bench, folder, "next")
    assert bench.scorers.built == 1
    assert not bench.scorers.scorer.closed
    [opened] = bench.nets.opened
    assert opened == {
        "net": "resmem",
        "precision": Precision.EXACT,
        "device": "auto",
        "engine": "auto",
        "at_once": True,
        "most_threads": None,
    }


def test_another_engine_serves_from_the_next_run_on(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.settings.set(SETTINGS.engine, "torch")
    assert bench.scorers.scorer.closed
    more_photos(bench, folder, "next")
    assert bench.scorers.built == 2
    assert [opened["engine"] for opened in bench.nets.opened] == ["auto", "torch"]


def test_a_run_keeps_its_net_until_it_ends_when_another_engine_is_chosen(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(turnstile.waiting.is_set)
    slow_bench.settings.set(SETTINGS.device, "cpu")
    assert not turnstile.closed
    turnstile.open()
    slow_bench.until_done()
    assert None not in slow_bench.scores().values()
    slow_bench.until(lambda: turnstile.closed)


@pytest.mark.parametrize("wanted", [True, False])
def test_on_battery_half_of_the_cores_serve(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path, wanted: bool
) -> None:
    bench = slow_bench
    bench.settings.set(SETTINGS.battery_threads, wanted)
    bench.window.add([str(folder)])
    bench.until(turnstile.waiting.is_set)
    look_at_battery(bench, on_battery=True)
    turnstile.open()
    bench.until_done()
    more_photos(bench, folder, "unplugged")
    # The battery is looked at when a run has begun, which may have its net by then.
    bench.on_battery = False
    more_photos(bench, folder, "looked")
    more_photos(bench, folder, "plugged")
    half = max(1, usable_cores() // 2)
    assert threads(bench) == ([None, half, None] if wanted else [None])


def test_after_idle_time_the_memory_is_released_and_the_next_run_loads_again(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    segmenters = HalvesFactory()
    bench = open_window(segmenters=segmenters, others={TEAM: BrightnessFactory()})
    bench.add(folder)
    bench.window.panes.open(bench.key("a.png"))
    bench.trigger("overlay-segmentation")
    bench.until(lambda: bench.window.overlays.view.shown is not None)
    bench.until(lambda: not bench.supervisor.explaining)
    let_idle_time_pass(bench)
    assert bench.scorers.scorer.closed
    assert segmenters.segmenter.closed
    assert bench.map_maker.closed == 1
    more_photos(bench, folder, "next")
    assert bench.scorers.built == 2
    assert len(bench.nets.opened) == 1


def test_the_segmenter_stays_open_from_photo_to_photo(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    segmenters = HalvesFactory()
    bench = open_window(segmenters=segmenters)
    bench.add(folder)
    for number, name in enumerate(("a.png", "b.png"), start=1):
        bench.window.panes.open(bench.key(name))
        bench.trigger("overlay-segmentation")
        bench.until(partial(has_segmented, segmenters, number))
        bench.until(lambda: not bench.supervisor.explaining)
    assert segmenters.opened == 1
    # A file that is open can't be deleted on Windows.
    bench.window.overlays.segmenters.remove("halves")
    bench.until(lambda: not segmenters.is_installed)
    assert segmenters.segmenter.closed


def test_fast_scores_make_room_for_exact_ones(open_window: Callable[..., WindowBench], folder: Path) -> None:
    fast = BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,))
    bench = open_window(fast_scorers=fast)
    bench.settings.set(SETTINGS.precision, Precision.FAST)
    bench.add(folder)
    closed = [fast.scorer.closed]
    bench.settings.set(SETTINGS.precision, Precision.EXACT)
    more_photos(bench, folder, "next")
    closed.append(fast.scorer.closed)
    assert closed == [False, True]
    assert not bench.scorers.scorer.closed


def test_a_missing_net_is_reported_and_its_photos_wait(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = open_window(others={TEAM: BrightnessFactory()})
    bench.nets.others.clear()
    bench.window.nets.choose(["team"])
    bench.add(folder)
    assert any("No net is called team" in text for text in bench.notice_texts())
    assert set(bench.scores()) == {"a.png", "b.png"}
