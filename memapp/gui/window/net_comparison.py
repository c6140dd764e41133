"""Keeps the disagreement of two nets in step with their scores, and lets only such photos be shown."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, QTimer

from memapp.core.disagreement import disagreement
from memapp.core.nets import NetInfo
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.roles import PhotoRole
from memapp.gui.window.actions import Actions
from memapp.gui.window.toolbar import FilterControls

_FOLLOW_MILLISECONDS = 300
"""While scores stream in, flags follow a few times a second."""
_MOST_SHARE = 0.05
"""Of the window's time that this may take: with very many photos flags follow less often."""


class NetComparison(QObject):
    """Compares two nets, or none. Lives on the GUI thread."""

    def __init__(
        self, *, photos: PhotoItemModel, actions: Actions, filters: FilterControls, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._actions = actions
        self._filters = filters
        self._pair: tuple[NetInfo, NetInfo] | None = None
        self._points = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FOLLOW_MILLISECONDS)
        self._timer.timeout.connect(self.refresh)
        photos.dataChanged.connect(self._on_data_changed)
        for changed in (photos.rowsInserted, photos.rowsRemoved):
            changed.connect(lambda *_: self._soon())
        filters.cleared.connect(lambda: actions["disagreeing"].setChecked(False))

    @property
    def pair(self) -> tuple[NetInfo, NetInfo] | None:
        """The nets that are compared."""
        return self._pair

    def compare(self, pair: tuple[NetInfo, NetInfo] | None, *, points: int) -> None:
        """Compare these two, and flag photos that they place so many points apart; None to compare none."""
        self._pair, self._points = pair, points
        if pair is None:
            self._actions["disagreeing"].setChecked(False)
        else:
            first, second = pair
            self._actions["disagreeing"].setToolTip(
                f"Only photos that {first.title} and {second.title} place {points} points apart or more"
            )
        self.update_filter()
        self.refresh()

    def refresh(self) -> None:
        """Reckon it again from the scores that there are now."""
        self._timer.stop()
        began = time.perf_counter()
        self._reckon()
        took = 1000 * (time.perf_counter() - began)
        self._timer.setInterval(max(_FOLLOW_MILLISECONDS, round(took / _MOST_SHARE)))

    def _reckon(self) -> None:
        held = {net.id for net in self._photos.nets}
        if self._pair is None or not held.issuperset(net.id for net in self._pair):
            self._photos.set_disagreement(None)
            return
        first, second = self._pair
        table = self._photos.table
        exact = [np.where(table.fast_of(net.id), np.nan, table.score_of(net.id)) for net in self._pair]
        points = disagreement(
            exact[0],
            exact[1],
            first_tie=first.scale.tie_width,
            second_tie=second.scale.tie_width,
            first_is_best_low=first.scale.low_is_better,
            second_is_best_low=second.scale.low_is_better,
        )
        self._photos.set_disagreement(points, flagged_from=self._points, compared=self._pair)

    def update_filter(self) -> None:
        """Show only photos on which the nets disagree, if that is chosen."""
        on = self._actions["disagreeing"].isChecked() and self._pair is not None
        self._filters.set_disagreement(self._points if on else 0)

    def _on_data_changed(self, _first: object, _last: object, roles: list[int]) -> None:
        if PhotoRole.SCORE in roles:
            self._soon()

    def _soon(self) -> None:
        if self._pair is not None and not self._timer.isActive():
            self._timer.start()
