"""Reports when the computer runs on battery, and when nothing was scored or explained for some minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import psutil
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from memapp.workers.supervisor import Supervisor

BATTERY_MILLISECONDS = 30_000
"""How often the battery is checked during a run."""

_MINUTE_MILLISECONDS = 60_000

BatteryReader: TypeAlias = Callable[[], bool | None]
"""Returns whether this computer runs on its battery; None where it has none, or does not say."""


def runs_on_battery() -> bool | None:
    """Return whether this computer runs on its battery, in well below a millisecond; None if unknown."""
    try:
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except OSError:
        # A sandbox may hide where Linux says it.
        return None
    if battery is None or battery.power_plugged is None:
        return None
    return not battery.power_plugged


class PowerMonitor(QObject):
    """Watches battery and idle time and reports them; it changes nothing itself. Lives on the GUI thread.

    The battery is checked during runs only, and one timer waits once after a run: an idle window costs
    nothing.

    Signals:
        on_battery_changed(bool): the computer runs on its battery now, or does not any more.
        idle(): nothing was scored or explained for the set minutes; once after each run or explanation.
    """

    on_battery_changed = Signal(bool)
    idle = Signal()

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        idle_minutes: int,
        read_battery: BatteryReader = runs_on_battery,
        parent: QObject | None = None,
    ) -> None:
        """Watch this supervisor's runs.

        Args:
            supervisor: the owner of the runs.
            idle_minutes: minutes without a run or an explanation after which idle() is emitted.
            read_battery: called on the GUI thread; must be quick.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._supervisor = supervisor
        self._read_battery = read_battery
        self._on_battery = False
        self._battery_timer = QTimer(self)
        self._battery_timer.setInterval(BATTERY_MILLISECONDS)
        # Half a minute need not be exact: the system may join it with other wake-ups.
        self._battery_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._battery_timer.timeout.connect(self._check_battery)
        self._idle_timer = QTimer(self)
        self._idle_timer.setSingleShot(True)
        self._idle_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._idle_timer.timeout.connect(self.idle)
        self.set_idle_minutes(idle_minutes)
        supervisor.run_started.connect(self._on_run_started)
        supervisor.run_finished.connect(self._on_run_finished)
        supervisor.explain_started.connect(lambda _request: self._idle_timer.stop())
        supervisor.explain_finished.connect(self._on_explain_finished)

    @property
    def on_battery(self) -> bool:
        """Whether the computer ran on its battery at the last check."""
        return self._on_battery

    def set_idle_minutes(self, minutes: int) -> None:
        """Set the minutes after which idle() is emitted; a wait that is going on starts again."""
        # An active timer restarts when its interval is set.
        self._idle_timer.setInterval(minutes * _MINUTE_MILLISECONDS)

    @Slot()
    def _check_battery(self) -> None:
        on_battery = bool(self._read_battery())
        if on_battery != self._on_battery:
            self._on_battery = on_battery
            self.on_battery_changed.emit(on_battery)

    @Slot(int)
    def _on_run_started(self, _request: int) -> None:
        self._idle_timer.stop()
        self._battery_timer.start()
        self._check_battery()

    @Slot(int, bool)
    def _on_run_finished(self, _request: int, _cancelled: bool) -> None:
        if not self._supervisor.running:
            self._battery_timer.stop()
            if not self._supervisor.explaining:
                self._idle_timer.start()

    @Slot(int, bool)
    def _on_explain_finished(self, _request: int, _cancelled: bool) -> None:
        if not self._supervisor.running and not self._supervisor.explaining:
            self._idle_timer.start()
