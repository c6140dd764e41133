"""Memory and time: the shared budget has no deadlock and no starvation, and waiting ends on cancel."""

from __future__ import annotations

import threading
import time

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import FailureKind
from memapp.intake.limits import GIGABYTE, Deadline, DecodeBudget, shared_memory


def deadline(seconds: float = 60.0, control: RunControl | None = None) -> Deadline:
    return Deadline(seconds=seconds, control=control)


def wait_until_queued(budget: DecodeBudget, number: int) -> None:
    deadline = time.monotonic() + 10
    while budget.waiting < number:
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)


def test_budget_is_never_exceeded_by_many_threads() -> None:
    budget = DecodeBudget(total=100)
    most = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal most
        for amount in (30, 60, 45):
            with budget.reserve(amount, deadline()):
                with lock:
                    most = max(most, budget.used)
                assert budget.used <= 100

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert 30 <= most <= 100
    assert budget.used == 0


def test_photo_larger_than_the_budget_is_decoded_alone() -> None:
    budget = DecodeBudget(total=100)
    with budget.reserve(500, deadline()):
        assert budget.used == 500
    assert budget.used == 0


def test_small_photos_do_not_overtake_a_waiting_large_one() -> None:
    budget = DecodeBudget(total=100)
    order: list[str] = []

    def work(name: str, amount: int) -> None:
        with budget.reserve(amount, deadline()):
            order.append(name)

    with budget.reserve(60, deadline()):
        large = threading.Thread(target=work, args=("large", 80))
        large.start()
        wait_until_queued(budget, 1)
        small = threading.Thread(target=work, args=("small", 10))
        small.start()
        wait_until_queued(budget, 2)
        assert order == []
    large.join(timeout=10)
    small.join(timeout=10)
    assert order == ["large", "small"]


def test_cancel_leaves_the_queue() -> None:
    budget = DecodeBudget(total=100)
    control = RunControl()
    outcome: list[type[BaseException]] = []

    def work() -> None:
        try:
            with budget.reserve(50, deadline(control=control)):
                pass
        except Cancelled as cancelled:
            outcome.append(type(cancelled))

    with budget.reserve(100, deadline()):
        thread = threading.Thread(target=work)
        thread.start()
        wait_until_queued(budget, 1)
        control.cancel()
        thread.join(timeout=10)
        assert outcome == [Cancelled]
        assert budget.waiting == 0


def test_a_deadline_ends_and_can_be_restarted() -> None:
    short = deadline(seconds=0.0)
    with pytest.raises(PhotoError) as caught:
        short.check()
    assert caught.value.kind is FailureKind.TOO_SLOW
    assert "longer than 0 seconds" in caught.value.reason
    long = deadline(seconds=60.0)
    long.restart()
    long.check()


@pytest.mark.parametrize(("physical", "shared"), [(4, 1), (16, 1), (64, 4), (1024, 8)])
def test_photos_share_a_part_of_the_memory(physical: int, shared: int) -> None:
    assert shared_memory(physical * GIGABYTE) == shared * GIGABYTE


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_sleep_costs_no_photo_and_work_does() -> None:
    clock = Clock()
    limited = Deadline(seconds=60.0, control=None, clock=clock)
    for gap in (3600.0, 8 * 3600.0, 90.0):
        clock.now += gap
        limited.check()
    for _ in range(4 * 56):
        clock.now += 0.25
        limited.check()
    clock.now += 1.0
    with pytest.raises(PhotoError) as caught:
        limited.check()
    assert caught.value.kind is FailureKind.TOO_SLOW
    limited.restart()
    clock.now += 0.25
    limited.check()
