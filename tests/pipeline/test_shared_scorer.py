"""One net, loaded once and shared: used by one run at a time, released after its last lease."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, Scorer
from memapp.core.records import PixelArray
from memapp.pipeline.shared_scorer import SharedScorer
from tests.fakes import BrightnessFactory, BrightnessScorer

FRAMES = np.zeros((1, 227, 227, 3), np.uint8)


class CrowdScorer(BrightnessScorer):
    """Records how many threads were in it at once, and their order."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.most_inside = 0
        self.order: list[str] = []

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.order.append(threading.current_thread().name)
        time.sleep(0.002)
        scores = super().score(frames)
        self.inside -= 1
        return scores


def ignore(_text: str) -> None:
    pass


def test_two_runs_take_turns_with_one_net() -> None:
    scorer = CrowdScorer()
    factory = BrightnessFactory(scorer)
    keeping = SharedScorer(factory)

    both_here = threading.Barrier(2)

    def work() -> None:
        borrowed = keeping.build(ignore)
        both_here.wait(10)
        for _ in range(20):
            borrowed.score(FRAMES)
        borrowed.close()

    threads = [threading.Thread(target=work, name=name) for name in ("run", "explain")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert factory.built == 1
    assert scorer.most_inside == 1
    # Once both are waiting, none is skipped: from then on they alternate.
    second = max(scorer.order.index("run"), scorer.order.index("explain"))
    assert second < 10
    assert all(one != next_ for one, next_ in pairwise(scorer.order[second : second + 10]))


def test_a_leased_net_is_released_after_its_last_lease() -> None:
    factory = BrightnessFactory()
    keeping = SharedScorer(factory)
    first, second = keeping.build(ignore), keeping.build(ignore)
    first.close()
    first.close()
    keeping.release()
    closed = [factory.scorer.closed]
    assert len(second.score(FRAMES)) == 1
    second.close()
    closed.append(factory.scorer.closed)
    assert closed == [False, True]
    keeping.build(ignore).close()
    assert factory.built == 2


def test_a_net_leased_again_stays_loaded() -> None:
    factory = BrightnessFactory()
    keeping = SharedScorer(factory)
    first = keeping.build(ignore)
    keeping.release()
    keeping.build(ignore).close()
    first.close()
    assert not factory.scorer.closed


def test_a_retired_net_is_closed_when_its_last_run_ends_even_if_it_was_being_loaded() -> None:
    loading, go_on = threading.Event(), threading.Event()

    class SlowFactory(BrightnessFactory):
        def build(self, notify: Notify) -> Scorer:
            loading.set()
            assert go_on.wait(10)
            return super().build(notify)

    factory = SlowFactory()
    keeping = SharedScorer(factory)
    thread = threading.Thread(target=lambda: keeping.build(ignore).close())
    thread.start()
    assert loading.wait(10)
    keeping.retire()
    go_on.set()
    thread.join(10)
    assert factory.built == 1
    assert factory.scorer.closed
