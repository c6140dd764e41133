"""Computes the overlays that the tiles in sight lack: by itself where that is quick, else on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.explanation import ExplainedInTurn, ExplainOrder
from memapp.core.records import ImageKey
from memapp.workers.in_turn_explainer import InTurnExplainer

_TIMES = 5
"""The last photos whose times tell how long the others will take."""


@dataclass(frozen=True, slots=True)
class WorkState:
    """How far it is."""

    running: bool
    done: int
    total: int
    missing: int
    """Photos in sight that lack their overlay and can be computed."""
    failed: int
    """Photos in sight that could not be read."""
    seconds_left: float | None
    """Of what runs, else of what is missing; None until a photo has been timed."""


class TileWork(QObject):
    """Lives on the GUI thread.

    Signals:
        found(object ImageKey, object part): this photo's overlay is computed, and stored.
        changed(): the state is another one.
        ended(): what was started is done or stopped; see what is in sight now.
    """

    found = Signal(object, object)
    changed = Signal()
    ended = Signal()

    def __init__(self, *, explainer: InTurnExplainer, parent: QObject) -> None:
        super().__init__(parent)
        self._explainer = explainer
        self._in_sight: frozenset[ImageKey] = frozenset()
        """Replaced as a whole: the explainer's thread reads it."""
        self._missing: Sequence[ExplainOrder] = ()
        self._ordered: frozenset[ImageKey] = frozenset()
        self._tried: set[ImageKey] = set()
        self._failed: set[ImageKey] = set()
        self._request: int | None = None
        self._stopped = False
        self._progress = 0, 0
        self._times: deque[float] = deque(maxlen=_TIMES)
        explainer.event_ready.connect(self._on_event)
        explainer.finished.connect(self._on_finished)

    @property
    def state(self) -> WorkState:
        """How far it is now."""
        done, total = self._progress
        left = total - done if self._request is not None else len(self._missing)
        mean = sum(self._times) / len(self._times) if self._times else None
        return WorkState(
            running=self._request is not None,
            done=done,
            total=total,
            missing=len(self._missing),
            failed=len(self._failed & self._in_sight),
            seconds_left=None if mean is None else mean * left,
        )

    def reset(self) -> None:
        """Forget all of another overlay, and stop."""
        self._explainer.cancel()
        self._request = None
        self._in_sight, self._missing = frozenset(), ()
        self._tried.clear()
        self._failed.clear()
        self._times.clear()
        self._stopped = False

    def update(
        self, in_sight: Sequence[ImageKey], missing: Sequence[ExplainOrder], *, by_itself: bool
    ) -> None:
        """Take what is in sight now.

        Args:
            in_sight: the photos; computing others is given up.
            missing: the orders for those that lack their overlay.
            by_itself: whether what is missing is computed without being asked for.
        """
        self._in_sight = frozenset(in_sight)
        if self._request is not None and not self._in_sight & self._ordered:
            # All that it was about is scrolled away.
            self._explainer.cancel()
            self._request = None
        self._missing = [order for order in missing if order.key not in self._failed]
        if by_itself and not self._stopped and self._request is None:
            untried = [order for order in self._missing if order.key not in self._tried]
            if untried:
                self._start(untried)
        self.changed.emit()

    def start(self) -> None:
        """Compute what is missing in sight."""
        self._stopped = False
        if self._missing:
            self._start(self._missing)
        self.changed.emit()

    def stop(self) -> None:
        """Stop after the step in hand; what was computed stays."""
        self._stopped = True
        self._explainer.cancel()

    def _start(self, orders: Sequence[ExplainOrder]) -> None:
        self._progress = 0, len(orders)
        self._ordered = frozenset(order.key for order in orders)
        self._request = self._explainer.explain(orders, is_wanted=lambda key: key in self._in_sight)

    @Slot(int, object)
    def _on_event(self, request: int, made: ExplainedInTurn) -> None:
        if request != self._request:
            return
        self._progress = made.done, made.total
        self._tried.add(made.key)
        if made.part is None:
            self._failed.add(made.key)
            self._missing = [order for order in self._missing if order.key != made.key]
        else:
            self._times.append(made.seconds)
            self.found.emit(made.key, made.part)
        self.changed.emit()

    @Slot(int, bool)
    def _on_finished(self, request: int, _cancelled: bool) -> None:
        if request == self._request:
            self._request = None
            self.changed.emit()
            self.ended.emit()
