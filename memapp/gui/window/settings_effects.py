"""Carries out at once what is chosen in the preferences, in this window or in another."""

from __future__ import annotations

from collections.abc import Callable

from memapp.core.settings import SETTINGS, Settings
from memapp.gui.run.run_pause import RunPause
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.actions import Actions
from memapp.workers.power_monitor import PowerMonitor


def connect_settings(
    settings: Settings,
    *,
    theme_manager: ThemeManager,
    actions: Actions,
    power_monitor: PowerMonitor,
    pause: RunPause,
    engine_changed: Callable[[], None],
    precision_changed: Callable[[], None],
) -> None:
    """Connect the settings with what they change."""
    settings.subscribe(SETTINGS.theme, theme_manager.choose)

    def show_surround(choice: str) -> None:
        actions[f"surround-{choice}"].setChecked(True)

    show_surround(settings.get(SETTINGS.surround))
    settings.subscribe(SETTINGS.surround, show_surround)
    settings.subscribe(SETTINGS.surround, theme_manager.choose_surround)
    settings.subscribe(SETTINGS.device, lambda _device: engine_changed())
    settings.subscribe(SETTINGS.engine, lambda _engine: engine_changed())
    settings.subscribe(SETTINGS.precision, lambda _precision: precision_changed())
    settings.subscribe(SETTINGS.unload_minutes, power_monitor.set_idle_minutes)
    settings.subscribe(SETTINGS.pause_on_battery, pause.set_wanted)
