"""Jobs: run on another thread, one after another, answered on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from memapp.workers.jobs import Jobs


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.stop()
    assert made.join(10)


def test_a_job_works_elsewhere_and_is_answered_here(qtbot: QtBot, jobs: Jobs) -> None:
    worked_on: list[threading.Thread] = []
    answers: list[tuple[object, threading.Thread]] = []

    def work() -> int:
        worked_on.append(threading.current_thread())
        return 42

    jobs.start(
        work,
        done=lambda result: answers.append((result, threading.current_thread())),
        failed=lambda problem: answers.append((problem, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [(42, threading.main_thread())]
    assert worked_on != [threading.main_thread()]


def test_a_failed_job_is_reported_once_and_the_next_one_runs(qtbot: QtBot, jobs: Jobs) -> None:
    problem = OSError(28, "No space left on device")
    answers: list[object] = []

    def breaks() -> None:
        raise problem

    jobs.start(breaks, done=lambda _: answers.append("done"), failed=answers.append)
    jobs.start(lambda: "next", done=answers.append, failed=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers == [problem, "next"]


def test_jobs_are_done_one_after_another(qtbot: QtBot, jobs: Jobs) -> None:
    at_work = threading.Lock()
    order: list[int | Exception] = []

    def work(number: int) -> int:
        assert at_work.acquire(blocking=False), "two jobs at once"
        try:
            threading.Event().wait(0.01)
            return number
        finally:
            at_work.release()

    for number in range(5):
        jobs.start(partial(work, number), done=order.append, failed=order.append)
    qtbot.waitUntil(lambda: len(order) == 5)
    assert order == list(range(5))


def test_stop_finishes_the_job_in_hand_and_forgets_the_others(qtbot: QtBot) -> None:
    jobs = Jobs()
    entered, may_end = threading.Event(), threading.Event()
    finished: list[str] = []

    def first() -> None:
        entered.set()
        may_end.wait(5)
        finished.append("first")

    jobs.start(first, done=lambda _: None, failed=lambda _: None)
    jobs.start(lambda: finished.append("second"), done=lambda _: None, failed=lambda _: None)
    assert entered.wait(10)
    threading.Timer(0.05, may_end.set).start()
    jobs.stop()
    assert jobs.join(10)
    assert finished == ["first"]


def test_join_says_when_a_job_hangs(qtbot: QtBot) -> None:
    jobs = Jobs()
    entered, may_end = threading.Event(), threading.Event()

    def hangs() -> None:
        entered.set()
        may_end.wait(5)

    jobs.start(hangs, done=lambda _: None, failed=lambda _: None)
    assert entered.wait(10)
    jobs.stop()
    assert not jobs.join(0.05)
    may_end.set()
    assert jobs.join(10)
