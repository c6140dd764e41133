"""Explains the photos in sight one after the other, behind all other work, on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from PySide6.QtCore import QObject

from memapp.core.control import RunControl
from memapp.core.explanation import ExplainEvent, ExplainOrder
from memapp.core.records import ImageKey
from memapp.pipeline.explain_in_turn import explain_in_turn
from memapp.workers.newest_worker import NewestWorker

ExplainMaker: TypeAlias = Callable[[ExplainOrder, RunControl], Iterator[ExplainEvent]]
"""Makes the generator that explains one photo."""


class InTurnExplainer(NewestWorker):
    """Belongs to the GUI thread.

    Signals:
        event_ready(int, object ExplainedInTurn), failed, finished: as NewestWorker's.
    """

    def __init__(
        self, *, make_explain: ExplainMaker | None, is_busy: Callable[[], bool], parent: QObject
    ) -> None:
        """Start the thread, idle.

        Args:
            make_explain: makes the generator that explains a photo; None where nothing is to be explained.
            is_busy: whether there is other work, which goes first; called on the thread.
            parent: Qt's owner.
        """
        super().__init__(name="memapp explain in turn", parent=parent)
        self._make_explain = make_explain
        self._is_busy = is_busy

    def explain(self, orders: Sequence[ExplainOrder], *, is_wanted: Callable[[ImageKey], bool]) -> int:
        """Explain these photos, and none of those before; return the request number.

        Args:
            orders: one for each photo.
            is_wanted: asked on the thread; a photo that is no longer wanted is left, also in the middle.
        """
        make_explain = self._make_explain
        assert make_explain is not None, "there is nothing here that explains"
        return self.start(
            lambda control: explain_in_turn(
                orders, explain=make_explain, is_wanted=is_wanted, is_busy=self._is_busy, control=control
            )
        )
