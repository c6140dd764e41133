"""Commands on the precision of scores: triage, exact scores for fast ones, precision of new photos."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from memapp.core.records import ImageKey, Precision
from memapp.core.text import deferred
from memapp.gui.dialogs.triage_dialog import TriageDialog
from memapp.gui.run.session import Session
from memapp.library.scores import Scores

FAST_MISSING = deferred("Fast scores are not available: this memapp came without them.")


class ScoringCommands(QObject):
    """Sends orders to the session. Lives on the GUI thread.

    Where there is no fast net, everything is scored exactly, whatever the setting.
    """

    def __init__(
        self,
        *,
        session: Session,
        scores: Scores,
        fast_available: bool,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._scores = scores
        self._fast_available = fast_available
        self._window = window

    def set_precision(self, precision: Precision) -> None:
        """Score new photos with this precision."""
        self._session.precision = precision if self._fast_available else Precision.EXACT

    def triage(self, chosen: Sequence[ImageKey]) -> None:
        """Ask for the number, then triage the chosen photos, or all where fewer than two are chosen."""
        keys = list(chosen) if len(chosen) > 1 else self._scores.library.keys()
        dialog = TriageDialog(photos=len(keys), parent=self._window)
        if dialog.exec():
            self._session.triage(keys, dialog.count)

    def score_exactly(self, chosen: Sequence[ImageKey]) -> None:
        """Score exactly those of the photos that have a fast score."""
        self._session.score_exactly(self._scores.scored_fast(chosen))
