"""Pauses of a run: by the battery or by the person, whose choice wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photos

COUNT = 100


@pytest.fixture
def running(slow_bench: WindowBench, turnstile: TurnstileScorer, tmp_path: Path) -> WindowBench:
    """A run that has scored some photos, on mains, in a window that pauses on battery."""
    slow_bench.window.pause.set_wanted(True)
    start(slow_bench, tmp_path)
    step_until(slow_bench, turnstile, f"of {COUNT}")
    return slow_bench


def start(bench: WindowBench, folder: Path) -> None:
    names = [f"{number:03}.png" for number in range(COUNT)]
    bench.window.add([str(make_photos(folder / "photos", dict.fromkeys(names, 90)))])
    bench.until(lambda: len(bench.names()) == COUNT)


def step_until(bench: WindowBench, turnstile: TurnstileScorer, words: str) -> None:
    """Let one photo after another through until the status line says this."""

    def step() -> bool:
        turnstile.go(1)
        return words in bench.window.status.text

    bench.until(step)
    assert None in bench.scores().values(), "all were scored before it was said"


def paused(bench: WindowBench) -> bool:
    """Return whether the run is paused."""
    return bench.window.session.paused


def plug(bench: WindowBench, plugged: bool) -> None:
    """Connect or disconnect mains, and let the battery be read."""
    bench.on_battery = not plugged
    [timer] = [timer for timer in bench.power_monitor.findChildren(QTimer) if timer.isActive()]
    timer.timeout.emit()


def test_on_battery_the_run_pauses_by_itself_and_resumes_when_plugged_in(
    running: WindowBench, turnstile: TurnstileScorer
) -> None:
    window = running.window
    plug(running, False)
    assert paused(running)
    assert window.status.text.startswith("Paused on battery at ")
    assert window.actions_table["pause"].text() == "Resume"
    plug(running, True)
    assert not paused(running)
    turnstile.open()
    running.until_done()
    assert None not in running.scores().values()


def test_without_the_setting_the_run_continues(running: WindowBench, turnstile: TurnstileScorer) -> None:
    running.window.pause.set_wanted(False)
    plug(running, False)
    assert not paused(running)
    running.window.pause.set_wanted(True)
    assert paused(running)
    running.window.pause.set_wanted(False)
    assert not paused(running)
    turnstile.open()
    running.until_done()


def test_resuming_on_battery_holds_until_it_was_plugged_in(
    running: WindowBench, turnstile: TurnstileScorer
) -> None:
    plug(running, False)
    running.trigger("pause")
    assert not paused(running)
    plug(running, False)
    assert not paused(running)
    plug(running, True)
    plug(running, False)
    assert paused(running)
    plug(running, True)
    turnstile.open()
    running.until_done()


@pytest.mark.parametrize("plugged_first", [True, False])
def test_what_a_person_paused_stays_paused(
    running: WindowBench, turnstile: TurnstileScorer, plugged_first: bool
) -> None:
    status = running.window.status
    running.trigger("pause")
    assert status.text.startswith("Paused at ")
    for plugged in (plugged_first, not plugged_first, True):
        plug(running, plugged)
        assert paused(running)
        assert status.text.startswith("Paused at ")
    # and what a person lets go on while plugged in is paused by the battery as before
    running.trigger("pause")
    assert not paused(running)
    plug(running, False)
    assert paused(running)
    plug(running, True)
    turnstile.open()
    running.until_done()


def test_a_run_that_begins_on_battery_shows_its_photos_before_it_pauses(
    slow_bench: WindowBench, turnstile: TurnstileScorer, tmp_path: Path
) -> None:
    slow_bench.window.pause.set_wanted(True)
    slow_bench.on_battery = True
    start(slow_bench, tmp_path)
    step_until(slow_bench, turnstile, "Paused on battery at")
    plug(slow_bench, True)
    turnstile.open()
    slow_bench.until_done()
    assert None not in slow_bench.scores().values()


def test_a_cancelled_run_leaves_nothing_behind_for_the_next(
    running: WindowBench, turnstile: TurnstileScorer
) -> None:
    plug(running, False)
    running.trigger("cancel")
    turnstile.go(1)
    running.until(lambda: not running.window.session.running)
    assert not running.window.pause.by_battery
    running.on_battery = False
    running.trigger("score-rest")
    turnstile.open()
    running.until_done()
    assert None not in running.scores().values()
