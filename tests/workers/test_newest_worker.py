"""One thread on which the newest order counts: nothing piles up, answers come once, it stops in time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.errors import WeightsError
from memapp.workers.newest_worker import NewestWorker, Work

QUIET_SECONDS = 0.2


class Explaining:
    """Generators that yield once for each turn granted, five times in all."""

    def __init__(self) -> None:
        self.turns = threading.Semaphore(0)
        self.begun: list[str] = []
        self.left: list[str] = []
        self.problem: Exception | None = None

    def order(self, name: str) -> Work:
        """Work on a photo of this name."""
        return lambda control: self._events(name, control)

    def _events(self, name: str, control: RunControl) -> Iterator[str]:
        self.begun.append(name)
        try:
            for _ in range(5):
                while not self.turns.acquire(timeout=0.01):
                    control.checkpoint()
                if self.problem is not None:
                    raise self.problem
                yield name
        finally:
            self.left.append(name)

    def go(self) -> None:
        for _ in range(1000):
            self.turns.release()


class Heard:
    def __init__(self, explainer: NewestWorker) -> None:
        self.events: list[tuple[int, str]] = []
        self.finished: list[tuple[int, bool]] = []
        self.failed: list[tuple[int, str]] = []
        explainer.event_ready.connect(lambda request, event: self.events.append((request, event)))
        explainer.finished.connect(lambda request, cancelled: self.finished.append((request, cancelled)))
        explainer.failed.connect(lambda request, problem: self.failed.append((request, str(problem))))


@pytest.fixture
def explaining() -> Explaining:
    return Explaining()


@pytest.fixture
def explainer(qapp: QApplication) -> Iterator[NewestWorker]:
    made = NewestWorker(name="memapp test", quiet_seconds=QUIET_SECONDS)
    yield made
    made.stop()
    assert made.join(10)


def test_results_carry_the_orders_number(
    qtbot: QtBot, explainer: NewestWorker, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    explaining.go()
    request = explainer.start(explaining.order("a"))
    qtbot.waitUntil(lambda: bool(heard.finished))
    assert heard.events == [(request, "a")] * 5
    assert heard.finished == [(request, False)]
    assert not explainer.busy


def test_leafing_through_photos_explains_the_first_and_the_last(
    qtbot: QtBot, explainer: NewestWorker, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    first = explainer.start(explaining.order("0"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    later = [explainer.start(explaining.order(str(number))) for number in range(1, 11)]
    explaining.go()
    qtbot.waitUntil(lambda: len(heard.finished) == 11)
    assert explaining.begun == ["0", "10"]
    assert explaining.left == ["0", "10"]
    assert {path for request, path in heard.events if request != first} == {"10"}
    assert sorted(heard.finished) == [(request, request != later[-1]) for request in [first, *later]]


def test_a_cancelled_order_reports_nothing_more(
    qtbot: QtBot, explainer: NewestWorker, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    request = explainer.start(explaining.order("a"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    explainer.cancel()
    qtbot.waitUntil(lambda: heard.finished == [(request, True)])
    assert heard.events == []


@pytest.mark.parametrize("problem", [WeightsError("No weights."), RuntimeError("out of memory")])
def test_a_failure_ends_one_order_and_not_the_thread(
    qtbot: QtBot, explainer: NewestWorker, explaining: Explaining, problem: Exception
) -> None:
    heard = Heard(explainer)
    explaining.problem = problem
    explaining.go()
    request = explainer.start(explaining.order("a"))
    qtbot.waitUntil(lambda: heard.finished == [(request, False)])
    assert heard.failed == [(request, str(problem))]
    explaining.problem = None
    again = explainer.start(explaining.order("a"))
    qtbot.waitUntil(lambda: (again, False) in heard.finished)


def test_stopping_during_work_is_quick(qtbot: QtBot, explaining: Explaining, qapp: QApplication) -> None:
    made = NewestWorker(name="memapp test")
    made.start(explaining.order("a"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    made.stop()
    assert made.join(3)
    assert explaining.left == ["a"]


def test_the_first_order_after_a_rest_begins_at_once_and_others_wait_for_quiet(
    qtbot: QtBot, explainer: NewestWorker, explaining: Explaining
) -> None:
    explaining.go()
    heard = Heard(explainer)
    began = time.monotonic()
    explainer.start(explaining.order("first"))
    qtbot.waitUntil(lambda: len(heard.finished) == 1)
    second = explainer.start(explaining.order("second"))
    qtbot.waitUntil(lambda: (second, False) in heard.finished)
    assert time.monotonic() - began >= QUIET_SECONDS


# Jobs: orders with one answer


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[NewestWorker]:
    made = NewestWorker(name="memapp test jobs")
    yield made
    made.stop()
    assert made.join(10)


def test_only_the_newest_waiting_order_is_done_and_answered(qtbot: QtBot, jobs: NewestWorker) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []
    answers: list[tuple[int, int]] = []

    def first(_control: RunControl) -> int:
        begun.set()
        go_on.wait(5)
        return 0

    def later(number: int, _control: RunControl) -> int:
        done.append(number)
        return number

    here = threading.get_ident()
    jobs.start_job(first, done=lambda result: answers.append((result, threading.get_ident())))
    assert begun.wait(10)
    for number in (1, 2, 3):
        jobs.start_job(
            partial(later, number),
            done=lambda result: answers.append((result, threading.get_ident())),
        )
    go_on.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert done == [3]
    assert answers == [(3, here)]


def test_a_forgotten_order_is_not_answered(qtbot: QtBot, jobs: NewestWorker) -> None:
    answers: list[int] = []
    ended = threading.Event()
    jobs.start_job(lambda _control: ended.set(), done=lambda _: answers.append(1))
    jobs.cancel()
    jobs.start_job(lambda _control: 2, done=answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [2]


def test_a_job_that_fails_is_logged_and_the_next_one_done(
    qtbot: QtBot, jobs: NewestWorker, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_control: RunControl) -> str:
        raise ValueError("failed on purpose")

    answers: list[str] = []
    with caplog.at_level(logging.ERROR):
        jobs.start_job(fail, done=answers.append)
        qtbot.waitUntil(lambda: "failed on purpose" in caplog.text)
        jobs.start_job(lambda _control: "fine", done=answers.append)
        qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["fine"]


def test_a_newer_order_cancels_the_job_in_hand(qtbot: QtBot, jobs: NewestWorker) -> None:
    controls: list[RunControl] = []

    def waits(control: RunControl) -> str:
        controls.append(control)
        while not control.cancelled:
            time.sleep(0.005)
        return "too late"

    answers: list[str] = []
    jobs.start_job(waits, done=answers.append)
    qtbot.waitUntil(lambda: bool(controls))
    jobs.start_job(lambda _control: "new", done=answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["new"]


def test_an_answer_on_its_way_is_dropped_when_a_newer_order_comes(qtbot: QtBot, jobs: NewestWorker) -> None:
    answers: list[str] = []
    jobs.start_job(lambda _control: "old", done=answers.append)
    while jobs.busy:
        # No event is handled here: the answer waits for the GUI thread.
        time.sleep(0.005)
    jobs.start_job(lambda _control: "new", done=answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(20)
    assert answers == ["new"]
