"""What the workers' tests share: a run in steps, and supervisors that are stopped at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.events import Event, Skipped
from memapp.core.records import RunOrder
from memapp.intake.load import load_photo
from memapp.workers.run_worker import RunMaker
from memapp.workers.supervisor import Supervisor
from tests.qt_waits import SteadyQtBot

STOP_SECONDS = 10.0
"""Longest wait for threads at the end of a test. That memapp stops in time is tested by itself."""

SupervisorMaker = Callable[..., Supervisor]


@dataclass
class TurnstileRun:
    """A run that yields one event for each turn granted, and ends after the last one."""

    events: int = 3
    problem: BaseException | None = None
    """Raised in place of the end."""
    turns: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    threads: set[str] = field(default_factory=set)
    closed: list[RunOrder] = field(default_factory=list)
    """The orders of the runs whose generator was left, in that order."""

    def __call__(self, order: RunOrder, control: RunControl) -> Iterator[Event]:
        self.threads.add(threading.current_thread().name)
        try:
            for number in range(self.events):
                while not self.turns.acquire(timeout=0.02):
                    if control.cancelled:
                        return
                if control.cancelled:
                    return
                yield Skipped(number)
            if self.problem is not None:
                raise self.problem
        finally:
            self.closed.append(order)

    def go(self, turns: int = 1_000) -> None:
        """Grant so many turns."""
        for _ in range(turns):
            self.turns.release()


@dataclass
class Heard:
    """The signals of a supervisor, in their order."""

    said: list[tuple[object, ...]] = field(default_factory=list)

    def of(self, request: int) -> list[tuple[object, ...]]:
        """Return the signals of one run, each event by itself."""
        flat: list[tuple[object, ...]] = []
        for word, number, *rest in self.said:
            if number != request:
                continue
            if word == "events":
                assert isinstance(rest[0], list)
                flat += [("event", event) for event in rest[0]]
            else:
                flat.append((word, *rest))
        return flat

    def finished(self) -> list[tuple[object, ...]]:
        """(request, cancelled) of the runs that have ended."""
        return [tuple(rest) for word, *rest in self.said if word == "finished"]


def listen(supervisor: Supervisor) -> Heard:
    """Record its signals from now on."""
    heard = Heard()
    supervisor.run_started.connect(lambda request: heard.said.append(("started", request)))
    supervisor.events_ready.connect(lambda request, events: heard.said.append(("events", request, events)))
    supervisor.run_failed.connect(lambda request, problem: heard.said.append(("failed", request, problem)))
    supervisor.run_finished.connect(
        lambda request, cancelled: heard.said.append(("finished", request, cancelled))
    )
    return heard


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's bot, with waits for a busy machine."""
    return SteadyQtBot(request)


@pytest.fixture
def supervise(qapp: QApplication) -> Iterator[SupervisorMaker]:
    """Makes supervisors, and stops them all at the end."""
    made: list[Supervisor] = []

    def make(make_run: RunMaker, loader: PhotoLoader = load_photo) -> Supervisor:
        made.append(Supervisor(make_run=make_run, loader=loader, preview_threads=2))
        return made[-1]

    yield make
    stopped = [supervisor.stop(seconds=STOP_SECONDS) for supervisor in made]
    assert all(stopped)
