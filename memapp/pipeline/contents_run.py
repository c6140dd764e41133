"""What all photos of a set consist of: one after the other, behind all other work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from memapp.core.contents import Contents, LookedAt, contents_of
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import (
    Explained,
    ExplainEvent,
    ExplainFailed,
    ExplainOrder,
    Layer,
    Segmentation,
)
from memapp.core.machine import lower_this_thread
from memapp.core.records import ImageKey

ExplainMaker: TypeAlias = Callable[[ExplainOrder, RunControl], Iterator[ExplainEvent]]
"""Makes the run that explains one photo."""

_TICK_SECONDS = 0.1

_log = logging.getLogger(__name__)


def contents_run(
    keys: Sequence[ImageKey],
    *,
    segmenter: str,
    explain: ExplainMaker,
    is_busy: Callable[[], bool],
    control: RunControl,
) -> Iterator[LookedAt]:
    """Segment photos one after the other, at a low priority; wait while other work is going on.

    Args:
        keys: the photos.
        segmenter: the name of the pack.
        explain: makes the run that explains one photo.
        is_busy: whether scoring or an explanation that a person waits for is going on; called on this thread.
        control: pause and cancel; results so far count.

    Yields:
        LookedAt for each photo; one that can't be read costs only itself.
    """
    lower_this_thread()
    try:
        for done, key in enumerate(keys, start=1):
            while is_busy():
                control.checkpoint()
                time.sleep(_TICK_SECONDS)
            control.checkpoint()
            yield LookedAt(key, _contents(key, segmenter, explain, control), done, len(keys))
    except Cancelled:
        return


def _contents(key: ImageKey, segmenter: str, explain: ExplainMaker, control: RunControl) -> Contents | None:
    order = ExplainOrder(key, frozenset({Layer.SEGMENTATION}), segmenter=segmenter)
    for event in explain(order, control):
        match event:
            case Explained(part=Segmentation() as part):
                return contents_of(part)
            case ExplainFailed():
                _log.info("what is in %r is not known: %s", key.path, event.reason)
    return None
