"""An idle window costs nothing: neither it nor its workers have a running timer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.window_bench import WindowBench, make_photos


def active_timers(*owners: QObject) -> list[str]:
    """Which timers would wake the process up, by their owners."""
    return [
        f"{type(timer.parent()).__name__}, {timer.interval()} ms"
        for owner in owners
        for timer in owner.findChildren(QTimer)
        if timer.isActive()
    ]


def test_an_empty_window_has_no_timer_running(qtbot: QtBot, bench: WindowBench) -> None:
    qtbot.waitUntil(lambda: not active_timers(bench.window, bench.supervisor, bench.power_monitor))


def test_after_a_run_no_timer_runs_but_the_one_that_waits_for_idleness(
    qtbot: QtBot, bench: WindowBench, tmp_path: Path
) -> None:
    names = [f"{number:02}.png" for number in range(30)]
    bench.add(make_photos(tmp_path / "photos", dict.fromkeys(names, 128)))
    bench.choose("03.png")
    QTest.mouseMove(bench.window.grid.viewport())
    bench.trigger("open")
    qtbot.waitUntil(lambda: not active_timers(bench.window, bench.supervisor))
    assert len(active_timers(bench.power_monitor)) == 1


def test_while_paused_the_run_is_listened_to_twice_a_second_at_most(
    slow_bench: WindowBench, tmp_path: Path
) -> None:
    slow_bench.window.add([str(make_photos(tmp_path / "photos", {"a.png": 90, "b.png": 90}))])
    slow_bench.until(lambda: len(slow_bench.names()) == 2)
    slow_bench.trigger("pause")
    intervals = [timer.interval() for timer in slow_bench.supervisor.findChildren(QTimer) if timer.isActive()]
    assert intervals
    assert min(intervals) >= 500
    slow_bench.trigger("pause")
    assert (
        min(timer.interval() for timer in slow_bench.supervisor.findChildren(QTimer) if timer.isActive()) < 50
    )
