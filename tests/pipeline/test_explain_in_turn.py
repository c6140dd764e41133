"""Photos explained one after the other: behind other work, while they are wanted, a broken one by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from memapp.core.control import RunControl
from memapp.core.explanation import (
    Category,
    Explained,
    ExplainedInTurn,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    ExplainProgress,
    Layer,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.records import ImageKey
from memapp.pipeline.explain_in_turn import explain_in_turn

KEYS = [ImageKey(f"/photos/{name}.jpg", 1, 1) for name in "abcd"]
ORDERS = [ExplainOrder(key, frozenset({Layer.SEGMENTATION}), segmenter="halves") for key in KEYS]
PACK = SegmenterIdentity("halves", "f" * 64, "Halves", (Category("other", (0, 0, 0)),))


class Explaining:
    """Explains each photo in three steps, but b; notes what is begun, ended and left in the middle."""

    def __init__(self) -> None:
        self.begun: list[ImageKey] = []
        self.left: list[ImageKey] = []
        self.steps = 0

    def __call__(self, order: ExplainOrder, control: RunControl) -> Iterator[ExplainEvent]:
        self.begun.append(order.key)
        try:
            for done in range(3):
                control.checkpoint()
                self.steps += 1
                yield ExplainProgress(order.key, Layer.SEGMENTATION, done, 3)
            if order.key == KEYS[1]:
                yield ExplainFailed(order.key, Layer.SEGMENTATION, "It ends too early.")
                return
            labels = np.zeros((8, 8), np.uint8)
            yield Explained(order.key, Segmentation(segmenter=PACK, labels=labels, instances=()), kept=False)
        except GeneratorExit:
            self.left.append(order.key)
            raise


@pytest.fixture
def explaining() -> Explaining:
    return Explaining()


def never() -> bool:
    return False


def test_each_photo_comes_once_and_a_broken_one_costs_only_itself(explaining: Explaining) -> None:
    found = list(
        explain_in_turn(
            ORDERS, explain=explaining, is_wanted=lambda _key: True, is_busy=never, control=RunControl()
        )
    )
    assert [(each.key, each.part is not None, each.done, each.total) for each in found] == [
        (key, key != KEYS[1], place, 4) for place, key in enumerate(KEYS, start=1)
    ]
    assert all(0 <= each.seconds < 10 for each in found)
    assert explaining.left == []


def test_photos_that_are_scrolled_away_are_left_and_do_not_count(explaining: Explaining) -> None:
    wanted = set(KEYS)
    run = explain_in_turn(
        ORDERS, explain=explaining, is_wanted=wanted.__contains__, is_busy=never, control=RunControl()
    )
    assert next(run).key == KEYS[0]
    wanted.discard(KEYS[1])
    third = next(run)
    assert (third.key, third.done, third.total) == (KEYS[2], 2, 3)
    assert KEYS[1] not in explaining.begun


def test_one_that_is_scrolled_away_in_the_middle_is_left_there(explaining: Explaining) -> None:
    def is_wanted(key: ImageKey) -> bool:
        return key != KEYS[0] or explaining.steps < 2

    found: list[ExplainedInTurn] = list(
        explain_in_turn(
            ORDERS[:1] + ORDERS[2:3],
            explain=explaining,
            is_wanted=is_wanted,
            is_busy=never,
            control=RunControl(),
        )
    )
    assert [each.key for each in found] == [KEYS[2]]
    assert explaining.left == [KEYS[0]]
    assert explaining.steps == 2 + 3


def test_it_waits_in_the_middle_of_a_photo_too(explaining: Explaining) -> None:
    asked: list[int] = []

    def is_busy() -> bool:
        asked.append(explaining.steps)
        return len(asked) in (1, 4)

    [found] = explain_in_turn(
        ORDERS[:1], explain=explaining, is_wanted=lambda _key: True, is_busy=is_busy, control=RunControl()
    )
    # Asked again before the first step, and after the second one.
    assert asked == [0, 0, 1, 2, 2, 3]
    assert found.part is not None


def test_a_cancel_ends_it_while_it_waits(explaining: Explaining) -> None:
    control = RunControl()

    def is_busy() -> bool:
        control.cancel()
        return True

    run = explain_in_turn(
        ORDERS, explain=explaining, is_wanted=lambda _key: True, is_busy=is_busy, control=control
    )
    assert list(run) == []
    assert explaining.begun == []
