"""Updates the disagreement of two nets with their scores, and filters by it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer

from memapp.core.nets import NetInfo
from memapp.core.text import tr
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls
from memapp.library.changes import Change, ChangeKind
from memapp.library.filtering import InRange
from memapp.library.photo_columns import fast_column, score_column
from memapp.library.scores import DISAGREEMENT, MOST_POINTS, Pair, Scores

_UPDATE_MILLISECONDS = 300
"""While scores arrive, flags are updated a few times a second."""
_MOST_SHARE = 0.05
"""The share of the window's time for this: with very many photos flags are updated less often."""


class NetComparison(QObject):
    """Compares two nets, or none. Lives on the GUI thread."""

    def __init__(self, *, scores: Scores, actions: Actions, filters: FilterControls, parent: QObject) -> None:
        super().__init__(parent)
        self._scores = scores
        self._actions = actions
        self._filters = filters
        self._pair: Pair | None = None
        self._points = 0
        self._filtered: InRange | None = None
        """The range that the action sets, while it is on."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_UPDATE_MILLISECONDS)
        self._timer.timeout.connect(self.refresh)
        scores.library.subscribe(self._on_change)
        filters.changed.connect(lambda _filter: self._show_filter())

    @property
    def pair(self) -> tuple[NetInfo, NetInfo] | None:
        """The nets that are compared."""
        return self._pair

    def compare(self, pair: Pair | None, *, points: int) -> None:
        """Compare two nets, or none, and flag photos that they place this many points apart."""
        self._pair, self._points = pair, points
        self._scores.compare(pair, flagged_from=points)
        if pair is not None:
            first, second = pair
            words = tr(
                "Only photos that {first} and {second} place {points} points or more apart",
                first=first.title,
                second=second.title,
                points=points,
            )
            self._actions["disagreeing"].setToolTip(plain_tip(words))
        self.update_filter()
        self.refresh()

    def refresh(self) -> None:
        """Compute the disagreement again from the current scores."""
        self._timer.stop()
        began = time.perf_counter()
        self._scores.update_disagreement()
        took = 1000 * (time.perf_counter() - began)
        self._timer.setInterval(max(_UPDATE_MILLISECONDS, round(took / _MOST_SHARE)))

    def update_filter(self) -> None:
        """Show only flagged photos while the action is on; leave any other range as it is."""
        on = self._actions["disagreeing"].isChecked() and self._pair is not None
        before, self._filtered = self._filtered, _flagged(self._points) if on else None
        if on:
            self._filters.set_condition(DISAGREEMENT, self._filtered)
        elif before is not None and self._filters.wanted.on(DISAGREEMENT) == before:
            self._filters.set_condition(DISAGREEMENT, None)

    def _show_filter(self) -> None:
        """Check the action while its own filter is on; the filter may be changed elsewhere."""
        on = self._filtered is not None and self._filters.wanted.on(DISAGREEMENT) == self._filtered
        if not on:
            self._filtered = None
        self._actions["disagreeing"].setChecked(on)

    def _on_change(self, change: Change) -> None:
        if self._pair is None:
            return
        sources = [column(net.id) for net in self._pair for column in (score_column, fast_column)]
        if change.kind is not ChangeKind.COLUMNS and change.touches(*sources):
            self._soon()

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()


def _flagged(points: int) -> InRange:
    return InRange(DISAGREEMENT, points, MOST_POINTS)
