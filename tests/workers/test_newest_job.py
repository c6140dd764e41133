"""Jobs of which only the newest counts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.workers.newest_job import NewestJob


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[NewestJob]:
    made = NewestJob(name="memapp test")
    yield made
    made.stop()
    assert made.join(3)


def test_only_the_newest_of_those_that_wait_is_done_and_answered(qtbot: QtBot, jobs: NewestJob) -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []
    answers: list[tuple[int, int]] = []

    def first() -> int:
        begun.set()
        go_on.wait(5)
        return 0

    def later(number: int) -> int:
        done.append(number)
        return number

    here = threading.get_ident()
    jobs.start(first, done=lambda result: answers.append((result, threading.get_ident())))
    assert begun.wait(5)
    for number in (1, 2, 3):
        jobs.start(
            lambda number=number: later(number),
            done=lambda result: answers.append((result, threading.get_ident())),
        )
    go_on.set()
    qtbot.waitUntil(lambda: bool(answers))
    assert done == [3]
    assert answers == [(3, here)]


def test_what_is_forgotten_is_not_answered(qtbot: QtBot, jobs: NewestJob) -> None:
    answers: list[int] = []
    ended = threading.Event()
    jobs.start(lambda: ended.set(), done=lambda _: answers.append(1))
    jobs.forget()
    jobs.start(lambda: 2, done=answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [2]


def test_a_job_that_fails_is_logged_and_the_next_one_done(
    qtbot: QtBot, jobs: NewestJob, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("failed on purpose")

    answers: list[str] = []
    with caplog.at_level(logging.ERROR):
        jobs.start(fail, done=answers.append)
        qtbot.waitUntil(lambda: "failed on purpose" in caplog.text)
        jobs.start(lambda: "fine", done=answers.append)
        qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["fine"]
