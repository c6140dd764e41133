"""Several photos explained one after the other, behind all other work, as long as they are wanted."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TypeAlias

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import (
    Explained,
    ExplainedInTurn,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    ExplainProgress,
    MemorabilityMap,
    Regions,
    Segmentation,
)
from memapp.core.machine import lower_this_thread
from memapp.core.records import ImageKey

ExplainMaker: TypeAlias = Callable[[ExplainOrder, RunControl], Iterator[ExplainEvent]]
"""Makes the run that explains one photo."""

Part: TypeAlias = Segmentation | MemorabilityMap | Regions

_TICK_SECONDS = 0.1

_log = logging.getLogger(__name__)


def explain_in_turn(
    orders: Sequence[ExplainOrder],
    *,
    explain: ExplainMaker,
    is_wanted: Callable[[ImageKey], bool],
    is_busy: Callable[[], bool],
    control: RunControl,
) -> Iterator[ExplainedInTurn]:
    """Explain photos one after the other, at a low priority; wait while other work is going on.

    Args:
        orders: one for each photo, each of one layer.
        explain: makes the run that explains one photo.
        is_wanted: whether a photo is still to be explained; asked before each step, on this thread. One that
            is no longer wanted is left, also in the middle.
        is_busy: whether scoring or an explanation that a person waits for is going on; called on this thread.
        control: pause and cancel; results so far count.

    Yields:
        ExplainedInTurn for each photo that is done; one that fails costs only itself.
    """
    lower_this_thread()
    done = 0
    try:
        for place, order in enumerate(orders):
            _give_way(is_busy, control)
            if not is_wanted(order.key):
                continue
            made = _explained(order, explain, is_wanted, is_busy, control)
            if made is None:
                continue
            part, seconds = made
            done += 1
            left = sum(is_wanted(later.key) for later in orders[place + 1 :])
            yield ExplainedInTurn(order.key, part, seconds, done, done + left)
    except Cancelled:
        return


def _explained(
    order: ExplainOrder,
    explain: ExplainMaker,
    is_wanted: Callable[[ImageKey], bool],
    is_busy: Callable[[], bool],
    control: RunControl,
) -> tuple[Part | None, float] | None:
    """Return the part and the seconds that it took; None where it was left in the middle."""
    began, waited = time.monotonic(), 0.0
    part: Part | None = None
    events = explain(order, control)
    try:
        for event in events:
            match event:
                case Explained():
                    part = event.part
                case ExplainFailed():
                    _log.info("%r can't be explained: %s", order.key.path, event.reason)
                case ExplainProgress():
                    waited += _give_way(is_busy, control)
                    if not is_wanted(order.key):
                        return None
    finally:
        if isinstance(events, Generator):
            events.close()
    return part, time.monotonic() - began - waited


def _give_way(is_busy: Callable[[], bool], control: RunControl) -> float:
    """Wait while other work is going on; return for how many seconds. Raise Cancelled."""
    began = time.monotonic()
    while is_busy():
        control.checkpoint()
        time.sleep(_TICK_SECONDS)
    control.checkpoint()
    return time.monotonic() - began
