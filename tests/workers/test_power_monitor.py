"""Battery and idle time: watched while it matters, announced once, at no cost otherwise."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from memapp.core.records import RunOrder
from memapp.workers import power_monitor as power_monitor_module
from memapp.workers.power_monitor import BATTERY_MILLISECONDS, PowerMonitor, runs_on_battery
from memapp.workers.supervisor import Supervisor
from tests.workers.conftest import SupervisorMaker, TurnstileRun

ORDER = RunOrder(("/photos",))

Battery = namedtuple("Battery", "percent secsleft power_plugged")


@dataclass
class FakeBattery:
    """A battery in the state that the test sets, which counts how often it is read."""

    on_battery: bool | None = None
    asked: int = 0

    def __call__(self) -> bool | None:
        self.asked += 1
        return self.on_battery


@dataclass
class Bench:
    """A PowerMonitor over a supervisor whose runs end when the test says so."""

    power_monitor: PowerMonitor
    supervisor: Supervisor
    run: TurnstileRun
    battery: FakeBattery
    qtbot: QtBot

    def begin(self) -> None:
        with self.qtbot.waitSignal(self.supervisor.run_started):
            self.supervisor.start_run(ORDER)

    def end(self) -> None:
        with self.qtbot.waitSignal(self.supervisor.run_finished):
            self.run.go(self.run.events)

    def timers(self) -> list[QTimer]:
        """Return the timers that will wake the process up."""
        return [timer for timer in self.power_monitor.findChildren(QTimer) if timer.isActive()]


@pytest.fixture
def bench(qtbot: QtBot, supervise: SupervisorMaker) -> Bench:
    run, battery = TurnstileRun(), FakeBattery()
    supervisor = supervise(run)
    made = PowerMonitor(supervisor=supervisor, idle_minutes=5, read_battery=battery)
    return Bench(made, supervisor, run, battery, qtbot)


@pytest.fixture
def announced(bench: Bench) -> list[bool]:
    """What on_battery_changed has announced."""
    said: list[bool] = []
    bench.power_monitor.on_battery_changed.connect(said.append)
    return said


def test_before_any_run_nothing_is_watched(bench: Bench) -> None:
    assert bench.timers() == []
    assert bench.battery.asked == 0
    assert not bench.power_monitor.on_battery


def test_the_battery_is_looked_at_during_a_run_only(bench: Bench) -> None:
    bench.begin()
    assert bench.battery.asked == 1
    [timer] = bench.timers()
    assert timer.interval() == BATTERY_MILLISECONDS
    timer.timeout.emit()
    assert bench.battery.asked == 2
    bench.end()
    assert timer not in bench.timers()


def test_a_change_is_announced_once(bench: Bench, announced: list[bool]) -> None:
    bench.begin()
    [timer] = bench.timers()
    for on_battery in (False, True, True, None, True):
        bench.battery.on_battery = on_battery
        timer.timeout.emit()
    assert announced == [True, False, True]
    assert bench.power_monitor.on_battery
    bench.end()


def test_a_run_that_starts_on_battery_is_announced_at_once(bench: Bench, announced: list[bool]) -> None:
    bench.battery.on_battery = True
    bench.begin()
    assert announced == [True]
    bench.end()


def test_a_computer_without_a_battery_is_never_on_it(bench: Bench, announced: list[bool]) -> None:
    bench.begin()
    bench.end()
    assert bench.battery.asked == 1
    assert announced == []


def test_after_a_run_one_timer_waits_for_idleness(bench: Bench) -> None:
    bench.begin()
    bench.end()
    [timer] = bench.timers()
    assert timer.isSingleShot()
    assert timer.interval() == 5 * 60_000
    with bench.qtbot.waitSignal(bench.power_monitor.idle, timeout=0):
        timer.timeout.emit()


def test_the_minutes_can_be_set_while_it_waits(bench: Bench) -> None:
    bench.begin()
    bench.end()
    bench.power_monitor.set_idle_minutes(1)
    [timer] = bench.timers()
    assert 59_000 < timer.remainingTime() <= 60_000 * 1.05
    bench.power_monitor.set_idle_minutes(120)
    assert timer.interval() == 120 * 60_000


def test_idle_is_emitted_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(power_monitor_module, "_MINUTE_MILLISECONDS", 1)
    bench.power_monitor.set_idle_minutes(1)
    bench.begin()
    with bench.qtbot.waitSignal(bench.power_monitor.idle):
        bench.end()
    assert bench.timers() == []


def test_a_new_run_ends_the_waiting(bench: Bench) -> None:
    bench.begin()
    bench.end()
    [waiting] = bench.timers()
    bench.begin()
    assert not waiting.isActive()
    bench.end()
    assert waiting.isActive()


def test_between_runs_that_wait_for_each_other_nothing_is_idle(bench: Bench) -> None:
    bench.begin()
    bench.supervisor.start_run(ORDER)
    with bench.qtbot.waitSignals([bench.supervisor.run_finished, bench.supervisor.run_started], order="none"):
        bench.run.go(bench.run.events)
    [timer] = bench.timers()
    assert timer.interval() == BATTERY_MILLISECONDS
    bench.end()


@pytest.mark.parametrize(
    ("battery", "answer"),
    [
        (None, None),
        (Battery(80, 3600, True), False),
        (Battery(80, 3600, False), True),
        (Battery(80, 3600, None), None),
    ],
)
def test_the_battery_as_the_system_reports_it(
    monkeypatch: pytest.MonkeyPatch, battery: Battery | None, answer: bool | None
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert runs_on_battery() is answer


def test_a_system_without_support_for_batteries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)
    assert runs_on_battery() is None


def test_this_computer_answers() -> None:
    ask: Callable[[], bool | None] = runs_on_battery
    assert ask() in (True, False, None)


def test_a_battery_that_can_not_be_read_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise FileNotFoundError("/sys/class/power_supply")

    monkeypatch.setattr("psutil.sensors_battery", refuse, raising=False)
    assert runs_on_battery() is None
