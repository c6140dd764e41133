"""memapp --gui-smoke: the real window opens a folder, saves a screenshot, and closes itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from memapp.gui.window.main_window import MainWindow

SETTLE_MILLISECONDS = 1500
"""The time after the last score for thumbnails and the final order to appear."""

EXIT_NOT_SCORED = 1


@dataclass(frozen=True, slots=True)
class SmokeOrder:
    """The arguments of --gui-smoke."""

    folder: str
    screenshot: Path
    quit_after: float
    """Seconds until the window is closed, whether all is scored or not."""


class WindowSmoke(QObject):
    """Watches a run and ends the program. Lives on the GUI thread."""

    def __init__(self, *, window: MainWindow, order: SmokeOrder) -> None:
        """Watch this window's session; the clock starts now."""
        super().__init__(window)
        self._window = window
        self._order = order
        self.status = EXIT_NOT_SCORED
        window.session.ended.connect(self._on_ended)
        QTimer.singleShot(round(order.quit_after * 1000), self._finish)

    @Slot(int, float, bool)
    def _on_ended(self, photos: int, _seconds: float, cancelled: bool) -> None:
        if photos > 0 and not cancelled and not self._window.scores.keys_without_score():
            self.status = 0
        QTimer.singleShot(SETTLE_MILLISECONDS, self._finish)

    @Slot()
    def _finish(self) -> None:
        if not self._window.grab().save(str(self._order.screenshot)):
            self.status = EXIT_NOT_SCORED
        self._window.close()
        QApplication.quit()
