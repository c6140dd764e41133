"""What the user can set, as one declared table: key, kind, default, limits, label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

SettingValue: TypeAlias = bool | int | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that memapp remembers between starts."""

    key: str
    default: SettingValue
    label: str
    """As a settings page shows it."""
    choices: tuple[str, ...] = ()
    """The values allowed, for texts with a choice."""
    limits: tuple[int, int] | None = None
    """The lowest and the highest value allowed, for numbers."""

    def valid(self, value: Any) -> bool:
        """Whether a value read from disk may be used."""
        if type(value) is not type(self.default):
            return False
        if self.choices and value not in self.choices:
            return False
        if self.limits and isinstance(value, int):
            return self.limits[0] <= value <= self.limits[1]
        return True


SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("licence_accepted", False, "Licence of the weights read and accepted"),
        Setting("theme", "system", "Appearance", choices=("system", "dark", "light")),
        Setting("device", "auto", "Score on", choices=("auto", "cpu", "cuda", "mps")),
        Setting("engine", "auto", "Scoring engine", choices=("auto", "torch", "onnx")),
        Setting("precision", "exact", "New photos are scored", choices=("exact", "fast")),
        Setting("unload_minutes", 5, "Give back the net's memory after", limits=(1, 120)),
        Setting("battery_threads", True, "Use fewer cores on battery"),
        Setting("pause_on_battery", False, "Pause on battery"),
        Setting("tile_size", 200, "Size of the thumbnails", limits=(96, 512)),
        Setting("sort_by", "score", "Sort by", choices=("score", "name", "taken", "size", "disagreement")),
        Setting("sort_descending", True, "Highest first"),
        Setting("nets", "resmem", "Nets that score, by name, one on each line"),
        Setting("shown_net", "resmem", "Net whose scores are shown"),
        Setting("compared_nets", "", "Nets whose disagreement is flagged, by name, one on each line"),
        Setting("disagreement_points", 25, "Flag photos that they place apart by", limits=(5, 95)),
        Setting("inspector_open", True, "Show the inspector"),
        Setting("problems_open", False, "Show the problems"),
        Setting("overlay", "none", "Overlay", choices=("none", "segmentation", "memorability", "regions")),
        Setting("tile_overlays", False, "Overlays on thumbnails"),
        Setting("overlay_opacity", 80, "Opacity of the overlay, in percent", limits=(10, 100)),
        Setting("map_style", "colour", "Memorability maps are shown", choices=("colour", "outline", "fog")),
        Setting("map_method", "occlusion", "Maps are made by", choices=("occlusion", "gradient")),
        Setting("segmenter", "", "Segmenter in use"),
        Setting("window_geometry", "", "Place and size of the window"),
        Setting("last_folder", "", "Folder last opened"),
    )
}


class Preferences:
    """The settings in use: validated values over the defaults. Used by one thread."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        """Take values (from disk); unknown keys and values out of their limits are left at the default."""
        given = values or {}
        self._values: dict[str, SettingValue] = {
            key: given[key] if key in given and setting.valid(given[key]) else setting.default
            for key, setting in SETTINGS.items()
        }

    def flag(self, key: str) -> bool:
        """A setting that is on or off."""
        value = self._values[key]
        assert isinstance(value, bool)
        return value

    def number(self, key: str) -> int:
        """A setting that is a number."""
        value = self._values[key]
        assert isinstance(value, int)
        return value

    def text(self, key: str) -> str:
        """A setting that is a text or a choice."""
        value = self._values[key]
        assert isinstance(value, str)
        return value

    def set(self, key: str, value: SettingValue) -> None:
        """Change one setting.

        Raises:
            ValueError: the value is outside what the table allows.
        """
        if not SETTINGS[key].valid(value):
            raise ValueError(f"{key} can't be {value!r}")
        self._values[key] = value

    def values(self) -> dict[str, SettingValue]:
        """All values, to be written to disk."""
        return dict(self._values)
