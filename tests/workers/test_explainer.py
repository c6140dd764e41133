"""Explaining on a thread: the newest order counts, leafing piles nothing up, the end comes in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.control import RunControl
from memapp.core.errors import WeightsError
from memapp.core.explanation import ExplainEvent, ExplainOrder, ExplainProgress, Layer
from memapp.core.records import ImageKey
from memapp.workers.explainer import Explainer


def order(name: str) -> ExplainOrder:
    return ExplainOrder(ImageKey(name, 1, 1), frozenset({Layer.MEMORABILITY}))


class Explaining:
    """A generator that says one thing for each turn it is granted, five in all."""

    def __init__(self) -> None:
        self.turns = threading.Semaphore(0)
        self.begun: list[str] = []
        self.left: list[str] = []
        self.problem: Exception | None = None

    def __call__(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        self.begun.append(order.key.path)
        try:
            for number in range(5):
                while not self.turns.acquire(timeout=0.01):
                    control.checkpoint()
                if self.problem is not None:
                    raise self.problem
                yield ExplainProgress(order.key, Layer.MEMORABILITY, number + 1, 5)
        finally:
            self.left.append(order.key.path)

    def go(self) -> None:
        for _ in range(1000):
            self.turns.release()


class Heard:
    def __init__(self, explainer: Explainer) -> None:
        self.events: list[tuple[int, str]] = []
        self.finished: list[tuple[int, bool]] = []
        self.failed: list[tuple[int, str]] = []
        explainer.event_ready.connect(lambda request, event: self.events.append((request, event.key.path)))
        explainer.finished.connect(lambda request, cancelled: self.finished.append((request, cancelled)))
        explainer.failed.connect(lambda request, problem: self.failed.append((request, str(problem))))


@pytest.fixture
def explaining() -> Explaining:
    return Explaining()


@pytest.fixture
def explainer(qapp: QApplication, explaining: Explaining) -> Iterator[Explainer]:
    made = Explainer(make_explain=explaining)
    yield made
    made.stop()
    assert made.join(3)


def test_what_is_found_out_comes_with_the_orders_number(
    qtbot: QtBot, explainer: Explainer, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    explaining.go()
    request = explainer.explain(order("a"))
    qtbot.waitUntil(lambda: bool(heard.finished))
    assert heard.events == [(request, "a")] * 5
    assert heard.finished == [(request, False)]
    assert not explainer.busy


def test_leafing_through_photos_explains_the_first_and_the_last(
    qtbot: QtBot, explainer: Explainer, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    first = explainer.explain(order("0"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    later = [explainer.explain(order(str(number))) for number in range(1, 11)]
    explaining.go()
    qtbot.waitUntil(lambda: len(heard.finished) == 11)
    assert explaining.begun == ["0", "10"]
    assert explaining.left == ["0", "10"]
    assert {path for request, path in heard.events if request != first} == {"10"}
    assert sorted(heard.finished) == [(request, request != later[-1]) for request in [first, *later]]


def test_what_was_cancelled_says_nothing_more(
    qtbot: QtBot, explainer: Explainer, explaining: Explaining
) -> None:
    heard = Heard(explainer)
    request = explainer.explain(order("a"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    explainer.cancel()
    qtbot.waitUntil(lambda: heard.finished == [(request, True)])
    assert heard.events == []


@pytest.mark.parametrize("problem", [WeightsError("No weights."), RuntimeError("out of memory")])
def test_a_failure_ends_one_order_and_not_the_thread(
    qtbot: QtBot, explainer: Explainer, explaining: Explaining, problem: Exception
) -> None:
    heard = Heard(explainer)
    explaining.problem = problem
    explaining.go()
    request = explainer.explain(order("a"))
    qtbot.waitUntil(lambda: heard.finished == [(request, False)])
    assert heard.failed == [(request, str(problem))]
    explaining.problem = None
    again = explainer.explain(order("a"))
    qtbot.waitUntil(lambda: (again, False) in heard.finished)


def test_stopping_in_mid_work_is_quick(qtbot: QtBot, explaining: Explaining, qapp: QApplication) -> None:
    made = Explainer(make_explain=explaining)
    made.explain(order("a"))
    qtbot.waitUntil(lambda: bool(explaining.begun))
    made.stop()
    assert made.join(3)
    assert explaining.left == ["a"]
