"""Pauses and resumes the run, for a person or on battery; the person's choice has priority."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from memapp.core.events import Progress
from memapp.gui.run.session import Session
from memapp.workers.power_monitor import PowerMonitor


class RunPause(QObject):
    """Pauses the run while the computer is on battery, if the settings say so. Lives on the GUI thread.

    A run that a person paused stays paused. One that a person resumed on battery is paused again only after
    the computer was plugged in, or in the next run. The search for photos is never paused: it costs
    little, and the photos are to be seen.
    """

    def __init__(
        self, *, session: Session, power_monitor: PowerMonitor, wanted: bool, parent: QObject
    ) -> None:
        """Pause and resume this session's runs on battery, if that is wanted."""
        super().__init__(parent)
        self._session = session
        self._power_monitor = power_monitor
        self._wanted = wanted
        self._by_battery = False
        self._searching = True
        self._hands_off = False
        """Whether a person paused or resumed the run, so that the battery no longer decides."""
        power_monitor.on_battery_changed.connect(self._on_battery_changed)
        session.run_began.connect(self._on_run_began)
        session.progressed.connect(self._on_progressed)

    @property
    def by_battery(self) -> bool:
        """Whether the run is paused because of the battery."""
        return self._by_battery and self._session.paused

    def set_wanted(self, wanted: bool) -> None:
        """Set whether the run is paused on battery."""
        self._wanted = wanted
        # The newer choice counts, except that a pause by a person stays.
        self._hands_off = self._hands_off and self._session.paused
        self._decide()

    def toggle(self) -> None:
        """Pause or resume the run, at a person's request."""
        pause = not self._session.paused
        self._hands_off = pause or self._power_monitor.on_battery
        self._by_battery = False
        self._session.set_paused(pause)

    @Slot(bool)
    def _on_battery_changed(self, on_battery: bool) -> None:
        if not on_battery and not self._session.paused:
            self._hands_off = False
        self._decide()

    @Slot()
    def _on_run_began(self) -> None:
        self._searching = True
        self._by_battery = False
        self._hands_off = False

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        if self._searching and progress.total_is_final:
            self._searching = False
            self._decide()

    def _decide(self) -> None:
        if not self._session.running or self._searching or self._hands_off:
            return
        pause = self._wanted and self._power_monitor.on_battery
        if pause != self._by_battery:
            self._by_battery = pause
            self._session.set_paused(pause)
