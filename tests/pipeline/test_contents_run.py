"""The look at what is in all photos: one after the other, behind other work, each broken one by itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from memapp.core.control import RunControl
from memapp.core.explanation import (
    Category,
    Explained,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    Layer,
    Segmentation,
    SegmenterIdentity,
)
from memapp.core.records import ImageKey
from memapp.pipeline.contents_run import contents_run

KEYS = [ImageKey(f"/photos/{name}.jpg", 1, 1) for name in "abc"]
PACK = SegmenterIdentity(
    "halves", "f" * 64, "Halves", (Category("other", (0, 0, 0)), Category("sky", (0, 0, 255)))
)


def explain(order: ExplainOrder, _control: RunControl) -> Iterator[ExplainEvent]:
    """Find sky in the upper quarter of each photo but b."""
    assert order.layers == {Layer.SEGMENTATION}
    assert order.segmenter == "halves"
    if order.key == KEYS[1]:
        yield ExplainFailed(order.key, Layer.SEGMENTATION, "It ends too early.")
        return
    labels = np.zeros((8, 8), np.uint8)
    labels[:2] = 1
    yield Explained(order.key, Segmentation(segmenter=PACK, labels=labels, instances=()), kept=False)


def test_a_broken_photo_costs_only_itself() -> None:
    found = list(
        contents_run(KEYS, segmenter="halves", explain=explain, is_busy=lambda: False, control=RunControl())
    )
    assert [(each.key, each.done, each.total) for each in found] == [
        (key, place, 3) for place, key in enumerate(KEYS, start=1)
    ]
    shares = [None if each.contents is None else dict(each.contents.shares) for each in found]
    assert shares == [{"sky": 0.25}, None, {"sky": 0.25}]
    assert found[0].contents is not None
    assert found[0].contents.segmenter == PACK.sha256


def test_it_waits_while_other_work_is_going_on() -> None:
    asked = iter([True, True, False, False, False])
    run = contents_run(
        KEYS[:1], segmenter="halves", explain=explain, is_busy=lambda: next(asked), control=RunControl()
    )
    assert next(run).done == 1
    assert next(asked) is False


def test_a_cancelled_run_ends_without_an_event() -> None:
    control = RunControl()
    control.cancel()
    assert not list(
        contents_run(KEYS, segmenter="halves", explain=explain, is_busy=lambda: True, control=control)
    )
