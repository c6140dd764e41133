"""The vocabulary of a run: started, events, failed, finished; finished exactly once, whatever happens."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QThread
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.events import Event, Skipped
from memapp.core.explanation import ExplainEvent, ExplainOrder, ExplainProgress, Layer
from memapp.core.records import ImageKey, LoadedPhoto, RunOrder
from memapp.intake.load import load_photo
from memapp.workers.request_sets import View
from memapp.workers.supervisor import Supervisor
from tests.conftest import native_thread_names
from tests.workers.conftest import SupervisorMaker, TurnstileRun, listen


def test_a_run_emits_started_events_and_finished_in_this_order(
    qtbot: QtBot, supervise: SupervisorMaker
) -> None:
    run = TurnstileRun(events=3)
    supervisor = supervise(run)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a", "b")))
    assert supervisor.running
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.of(request) == [
        ("started",),
        ("event", Skipped(0)),
        ("event", Skipped(1)),
        ("event", Skipped(2)),
        ("finished", False),
    ]
    assert run.closed == [RunOrder(("a", "b"))]


def test_a_run_works_on_another_thread_and_reports_on_the_gui_thread(
    qtbot: QtBot, supervise: SupervisorMaker
) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    heard_on: list[QThread] = []
    supervisor.events_ready.connect(lambda _request, _events: heard_on.append(QThread.currentThread()))
    run.go()
    supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: not supervisor.running)
    assert threading.main_thread().name not in run.threads
    assert heard_on == [supervisor.thread()]


def test_events_come_while_the_run_goes_on(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=2)
    supervisor = supervise(run)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    run.go(1)
    qtbot.waitUntil(lambda: ("event", Skipped(0)) in heard.of(request))
    assert supervisor.running
    assert heard.finished() == []


def test_many_events_come_in_few_signals_and_in_order(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=5_000)
    run.go(5_000)
    supervisor = supervise(run)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: not supervisor.running, timeout=10_000)
    events = [rest[0] for word, *rest in heard.of(request) if word == "event"]
    assert events == [Skipped(number) for number in range(5_000)]
    assert len([word for word, *_ in heard.said if word == "events"]) < 500


@pytest.mark.parametrize(
    "problem", [RuntimeError("out of memory"), ValueError("nonsense"), MemoryError(), OSError(5, "disk")]
)
def test_an_exception_is_reported_after_the_events_and_before_finished(
    qtbot: QtBot, supervise: SupervisorMaker, problem: Exception
) -> None:
    run = TurnstileRun(events=1, problem=problem)
    run.go()
    supervisor = supervise(run)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.of(request) == [
        ("started",),
        ("event", Skipped(0)),
        ("failed", problem),
        ("finished", False),
    ]


def test_a_maker_that_fails_before_the_first_event_ends_the_run_too(
    qtbot: QtBot, supervise: SupervisorMaker
) -> None:
    problem = RuntimeError("no generator at all")

    def broken(_order: RunOrder, _control: RunControl) -> TurnstileRun:
        raise problem

    supervisor = supervise(broken)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.of(request) == [("started",), ("failed", problem), ("finished", False)]


def test_the_next_run_works_after_one_that_failed(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=1, problem=RuntimeError("once"))
    run.go()
    supervisor = supervise(run)
    heard = listen(supervisor)
    supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: not supervisor.running)
    run.problem = None
    second = supervisor.start_run(RunOrder(("b",)))
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.of(second) == [("started",), ("event", Skipped(0)), ("finished", False)]


def test_a_cancelled_run_is_finished_once_as_cancelled(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=3)
    supervisor = supervise(run)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    run.go(1)
    qtbot.waitUntil(lambda: ("event", Skipped(0)) in heard.of(request))
    supervisor.cancel()
    supervisor.cancel()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.of(request) == [("started",), ("event", Skipped(0)), ("finished", True)]
    assert run.closed == [RunOrder(("a",))]


def test_runs_wait_for_each_other(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    heard = listen(supervisor)
    first, second = supervisor.start_run(RunOrder(("a",))), supervisor.start_run(RunOrder(("b",)))
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert [(word, number) for word, number, *_ in heard.said] == [
        ("started", first),
        ("events", first),
        ("finished", first),
        ("started", second),
        ("events", second),
        ("finished", second),
    ]
    assert run.closed == [RunOrder(("a",)), RunOrder(("b",))]


def test_cancel_ends_the_runs_that_wait_too(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    heard = listen(supervisor)
    requests = [supervisor.start_run(RunOrder((name,))) for name in "abc"]
    qtbot.waitUntil(lambda: bool(run.threads))
    supervisor.cancel()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert sorted(heard.finished()) == [(request, True) for request in requests]
    assert [word for word, *_ in heard.of(requests[1])] == ["finished"]
    # Those that waited never touched a photo.
    assert run.closed == [RunOrder(("a",))]


def test_one_run_can_be_cancelled_alone(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    heard = listen(supervisor)
    first, second, third = (supervisor.start_run(RunOrder((name,))) for name in "abc")
    qtbot.waitUntil(lambda: bool(run.threads))
    supervisor.cancel_run(second)
    assert heard.finished() == [(second, True)]
    supervisor.cancel_run(first)
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert heard.finished() == [(second, True), (first, True), (third, False)]
    assert run.closed == [RunOrder(("a",)), RunOrder(("c",))]
    supervisor.cancel_run(first)


def test_a_run_that_was_asked_for_right_after_a_cancel_is_done(
    qtbot: QtBot, supervise: SupervisorMaker
) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    heard = listen(supervisor)
    first = supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: bool(run.threads))
    supervisor.cancel()
    second = supervisor.start_run(RunOrder(("b",)))
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert sorted(heard.finished()) == [(first, True), (second, False)]


def test_pause_and_resume_reach_the_run_in_hand(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    controls: list[RunControl] = []
    run = TurnstileRun(events=1)

    def keep_control(order: RunOrder, control: RunControl) -> object:
        controls.append(control)
        return run(order, control)

    supervisor = supervise(keep_control)
    said = [supervisor.paused]
    supervisor.pause()
    said.append(supervisor.paused)
    supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(lambda: bool(controls))
    supervisor.pause()
    said.append(supervisor.paused)
    said.append(controls[0].paused)
    supervisor.resume()
    said.append(controls[0].paused)
    assert said == [False, False, True, True, False]
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)


def test_a_paused_run_can_be_cancelled(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    def waits(_order: RunOrder, control: RunControl) -> object:
        while not control.cancelled:
            control.checkpoint()
            yield Skipped(0)
            time.sleep(0.005)

    supervisor = supervise(waits)
    heard = listen(supervisor)
    request = supervisor.start_run(RunOrder(("a",)))
    supervisor.pause()
    supervisor.cancel()
    qtbot.waitUntil(lambda: heard.finished() == [(request, True)])


def test_stop_ends_a_run_in_hand_in_time_and_leaves_no_thread(
    qtbot: QtBot, supervise: SupervisorMaker
) -> None:
    run = TurnstileRun(events=1)
    supervisor = supervise(run)
    supervisor.start_run(RunOrder(("a",)))
    supervisor.start_run(RunOrder(("b",)))
    qtbot.waitUntil(lambda: bool(run.threads))
    assert supervisor.stop(seconds=2.0)
    assert run.closed == [RunOrder(("a",))]
    assert not [thread for thread in threading.enumerate() if thread.name == "memapp preview"]


def test_stop_does_not_wait_longer_than_it_may_and_says_so(qtbot: QtBot, supervise: SupervisorMaker) -> None:
    end = threading.Event()
    entered = threading.Event()

    def hangs(_order: RunOrder, _control: RunControl) -> object:
        entered.set()
        end.wait()
        yield Skipped(0)

    supervisor = supervise(hangs)
    supervisor.start_run(RunOrder(("a",)))
    assert entered.wait(10)
    assert not supervisor.stop(seconds=0.3)
    end.set()


def test_one_stop_ends_every_kind_of_thread(qtbot: QtBot) -> None:
    """A run, a picture, an explanation, a drawing, a look-up and two jobs are in hand when it comes."""
    begun: set[str] = set()

    def until_cancelled(name: str, control: RunControl | None) -> None:
        begun.add(name)
        assert control is not None
        while not control.cancelled:
            time.sleep(0.005)

    def run(_order: RunOrder, control: RunControl) -> Iterator[Event]:
        until_cancelled("run", control)
        yield Skipped(0)

    def explain(order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        until_cancelled("look-up" if order.kept_only else "explanation", control)
        yield ExplainProgress(order.key, Layer.MEMORABILITY, 0, 1)

    def load(path: str, *, control: RunControl | None = None, **_options: Any) -> LoadedPhoto:
        until_cancelled("picture", control)
        raise Cancelled("Cancelled.")

    def job(name: str) -> None:
        begun.add(name)
        time.sleep(0.1)

    supervisor = Supervisor(make_run=run, loader=load, make_explain=explain, preview_threads=2)
    answers: list[object] = []
    key = ImageKey("a", 1, 1)
    order = ExplainOrder(key, frozenset({Layer.MEMORABILITY}))
    supervisor.start_run(RunOrder(("a",)))
    supervisor.request_pictures(View.VIEWER, [key], 0)
    supervisor.explain(order)
    supervisor.look_up(
        [dataclasses.replace(order, kept_only=True)], draw=lambda _event: QImage(), done=answers.append
    )
    supervisor.draw(lambda: job("drawing"), done=answers.append)
    supervisor.jobs.start(lambda: job("job"), done=answers.append, failed=answers.append)
    supervisor.long_jobs.start(lambda: job("long job"), done=answers.append, failed=answers.append)
    everything = {"run", "picture", "explanation", "look-up", "drawing", "job", "long job"}
    qtbot.waitUntil(lambda: begun == everything)
    assert supervisor.stop(seconds=2.0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("memapp")]
    # The system knows a thread for a moment longer than Qt waits for it.
    qtbot.waitUntil(lambda: not native_thread_names())


def test_a_job_that_hangs_counts_against_the_same_time(qtbot: QtBot) -> None:
    entered, end = threading.Event(), threading.Event()

    def hangs() -> None:
        entered.set()
        end.wait()

    supervisor = Supervisor(make_run=TurnstileRun(), loader=load_photo)
    supervisor.long_jobs.start(hangs, done=lambda _: None, failed=lambda _: None)
    assert entered.wait(10)
    assert not supervisor.stop(seconds=0.3)
    end.set()
    # The job's answer must find the supervisor alive.
    assert supervisor.stop(seconds=3)


def test_idle_work_ends_when_a_run_is_asked_for_and_does_not_begin_during_one(qtbot: QtBot) -> None:
    controls: list[RunControl] = []
    ended = threading.Event()

    def idle(control: RunControl) -> Iterator[object]:
        controls.append(control)
        try:
            while True:
                control.checkpoint()
                yield None
                time.sleep(0.01)
        finally:
            ended.set()

    run = TurnstileRun(events=1)
    supervisor = Supervisor(make_run=run, loader=load_photo, preview_threads=2, make_idle=idle)
    supervisor.start_idle_work()
    qtbot.waitUntil(lambda: len(controls) == 1)
    assert [control.cancelled for control in controls] == [False]
    supervisor.start_run(RunOrder(("a",)))
    qtbot.waitUntil(ended.is_set)
    supervisor.start_idle_work()
    assert [control.cancelled for control in controls] == [True]
    run.go()
    qtbot.waitUntil(lambda: not supervisor.running)
    assert len(controls) == 1
    supervisor.start_idle_work()
    qtbot.waitUntil(lambda: len(controls) == 2)
    assert supervisor.stop(seconds=5)
    assert [control.cancelled for control in controls] == [True, True]
