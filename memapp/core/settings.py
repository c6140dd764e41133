"""What memapp remembers between starts: one declared, typed table, and the values in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

from memapp.core.explanation import MapMethod
from memapp.core.net_ids import RESMEM_ID
from memapp.core.records import Precision
from memapp.core.text import Deferred, deferred

T = TypeVar("T")
Stored: TypeAlias = bool | int | str
"""A value as the file holds it."""
Unsubscribe: TypeAlias = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that memapp remembers. Its type is that of the default.

    A switch (bool), a number (int), a text (str), a choice (StrEnum, or a text with choices), or a list of
    names (tuple of str). The file holds a choice as its text, and a list of names as one text of lines.
    """

    key: str
    """As the file spells it; never changed, or old files lose it."""
    default: T
    label: Deferred | str
    """As a settings page shows it."""
    choices: tuple[T, ...] = ()
    """The values allowed, for texts with a choice; an enum's members are choices without being listed."""
    limits: tuple[int, int] | None = None
    """The lowest and the highest value allowed, for numbers."""
    of_window: bool = False
    """Whether each window keeps its own value while it is open, as its size: a change in another window is
    not taken over, and is not undone either."""

    def __post_init__(self) -> None:
        if isinstance(self.default, StrEnum):
            object.__setattr__(self, "choices", tuple(type(self.default)))

    def from_file(self, stored: object) -> T:
        """Return the value that the file holds.

        Raises:
            ValueError: it is of another type, or outside what is allowed.
        """
        if type(stored) is not type(self.to_file(self.default)):
            raise self._refusal(stored)
        value: object = stored
        if isinstance(self.default, StrEnum):
            value = next((choice for choice in type(self.default) if choice == stored), stored)
        elif isinstance(self.default, tuple):
            value = tuple(line for line in cast(str, stored).split("\n") if line)
        self.check(cast(T, value))
        return cast(T, value)

    def to_file(self, value: T) -> Stored:
        """Return the value as the file holds it."""
        if isinstance(value, StrEnum):
            return value.value
        if isinstance(value, tuple):
            return "\n".join(value)
        return cast(Stored, value)

    def check(self, value: T) -> None:
        """Refuse a value that may not be set.

        Raises:
            ValueError: the value is of another type, or outside what is allowed.
        """
        allowed = type(value) is type(self.default) and (not self.choices or value in self.choices)
        if isinstance(value, int) and self.limits is not None:
            allowed = allowed and self.limits[0] <= value <= self.limits[1]
        if isinstance(value, str):
            # No path and no name has one, and the system's calls refuse it.
            allowed = allowed and "\0" not in value
        if isinstance(value, tuple):
            allowed = allowed and all(
                isinstance(name, str) and name and not set(name) & {"\n", "\0"} for name in value
            )
        if not allowed:
            raise self._refusal(value)

    def _refusal(self, value: object) -> ValueError:
        return ValueError(f"{self.key} can't be {value!r:.100}")


class SettingsTable:
    """All settings. To add one, declare it here; settings.get(SETTINGS.its_name) reads it."""

    licence_accepted: Final = Setting(
        "licence_accepted", False, deferred("Licence of the scoring model read and accepted")
    )
    theme: Final = Setting("theme", "system", deferred("Appearance"), choices=("system", "dark", "light"))
    surround: Final = Setting(
        "surround",
        "theme",
        deferred("Background of photos"),
        choices=("theme", "black", "dark", "mid", "light"),
    )
    device: Final = Setting("device", "auto", deferred("Score on"), choices=("auto", "cpu", "cuda", "mps"))
    engine: Final = Setting("engine", "auto", deferred("Scoring engine"), choices=("auto", "torch", "onnx"))
    precision: Final = Setting("precision", Precision.EXACT, deferred("New photos are scored"))
    unload_minutes: Final = Setting("unload_minutes", 5, deferred("Free its memory after"), limits=(1, 120))
    battery_threads: Final = Setting("battery_threads", True, deferred("Use fewer cores on battery"))
    pause_on_battery: Final = Setting("pause_on_battery", False, deferred("Pause on battery"))
    advance_after_mark: Final = Setting(
        "advance_after_mark", False, deferred("Go to the next photo after marking")
    )
    last_photos: Final[Setting[tuple[str, ...]]] = Setting(
        "last_photos", (), deferred("Files and folders that the window had last"), of_window=True
    )
    tile_size: Final = Setting(
        "tile_size", 200, deferred("Size of the thumbnails"), limits=(96, 512), of_window=True
    )
    sort_by: Final = Setting("sort_by", "score", deferred("Column to sort by"), of_window=True)
    sort_descending: Final = Setting("sort_descending", True, deferred("Highest first"), of_window=True)
    nets: Final[Setting[tuple[str, ...]]] = Setting(
        "nets", (RESMEM_ID,), deferred("Scoring models in use"), of_window=True
    )
    shown_net: Final[Setting[str]] = Setting(
        "shown_net", RESMEM_ID, deferred("Scoring model whose scores are shown"), of_window=True
    )
    compared_nets: Final[Setting[tuple[str, ...]]] = Setting(
        "compared_nets", (), deferred("Scoring models whose disagreement is shown"), of_window=True
    )
    disagreement_points: Final = Setting(
        "disagreement_points",
        25,
        deferred("Points from which disagreement is shown"),
        limits=(5, 95),
        of_window=True,
    )
    inspector_open: Final = Setting("inspector_open", True, deferred("Show the inspector"), of_window=True)
    inspector_over: Final = Setting(
        "inspector_over",
        False,
        deferred("Show the inspector over the photos in small windows"),
        of_window=True,
    )
    group_moments: Final = Setting("group_moments", True, deferred("Group moments"), of_window=True)
    details_open: Final = Setting(
        "details_open", False, deferred("Show the photos as a table"), of_window=True
    )
    details_columns: Final[Setting[tuple[str, ...]]] = Setting(
        "details_columns", (), deferred("Widths of the columns of the table"), of_window=True
    )
    problems_open: Final = Setting(
        "problems_open", False, deferred("Show the list of problems"), of_window=True
    )
    overlay: Final = Setting(
        "overlay",
        "none",
        deferred("Overlay"),
        choices=("none", "segmentation", "memorability", "regions"),
        of_window=True,
    )
    tile_overlays: Final = Setting("tile_overlays", False, deferred("Overlays on thumbnails"), of_window=True)
    overlay_opacity: Final = Setting(
        "overlay_opacity",
        80,
        deferred("Opacity of the overlay, in percent"),
        limits=(10, 100),
        of_window=True,
    )
    map_style: Final = Setting(
        "map_style",
        "colour",
        deferred("Style of memorability maps"),
        choices=("colour", "outline", "fog"),
        of_window=True,
    )
    map_stretched: Final = Setting(
        "map_stretched", False, deferred("Use all colours of the map in every photo")
    )
    map_method: Final = Setting(
        "map_method", MapMethod.OCCLUSION, deferred("Method of memorability maps"), of_window=True
    )
    share_category: Final = Setting(
        "share_category", "person", deferred("Thing in photos to sort and filter by"), of_window=True
    )
    segmenter: Final = Setting("segmenter", "", deferred("Object finder in use"), of_window=True)
    window_geometry: Final = Setting(
        "window_geometry", "", deferred("Place and size of the window"), of_window=True
    )
    last_folder: Final = Setting("last_folder", "", deferred("Folder last opened"), of_window=True)

    def __iter__(self) -> Iterator[Setting[Any]]:
        """Go through all settings, in the order of the table."""
        return (entry for entry in vars(type(self)).values() if isinstance(entry, Setting))


SETTINGS: Final = SettingsTable()


class Settings:
    """The values in use. Used by one thread, the window's; callbacks run there, too."""

    def __init__(self, stored: Mapping[str, object] | None = None) -> None:
        """Take values from the file; what is missing or can't be used is at its default."""
        self._values: dict[str, Any] = {setting.key: setting.default for setting in SETTINGS}
        self._callbacks: dict[str, list[Callable[[Any], object]]] = {}
        self._watchers: list[Callable[[str, Stored], object]] = []
        usable, refused = usable_values(stored or {})
        self._values |= usable
        self.refused = refused
        """The labels of those whose value in the file could not be used."""

    def get(self, setting: Setting[T]) -> T:
        """Return the value in use."""
        return cast(T, self._values[setting.key])

    def set(self, setting: Setting[T], value: T) -> None:
        """Change one setting; who subscribed to it is called, if the value is another one.

        Raises:
            ValueError: the value may not be set.
        """
        setting.check(value)
        if value == self._values[setting.key]:
            return
        self._values[setting.key] = value
        for watcher in tuple(self._watchers):
            watcher(setting.key, setting.to_file(value))
        self._call(setting)

    def subscribe(self, setting: Setting[T], callback: Callable[[T], object]) -> Unsubscribe:
        """Call back with the new value whenever this setting changes, until the returned call is made."""
        return _added(self._callbacks.setdefault(setting.key, []), callback)

    def watch(self, watcher: Callable[[str, Stored], object]) -> Unsubscribe:
        """Call back with key and value, as the file holds it, of whatever is set here: it is to be saved."""
        return _added(self._watchers, watcher)

    def take_over(self, stored: Mapping[str, object]) -> None:
        """Use what another window saved, but for what each window keeps for itself.

        Callbacks run as for any change; nothing of it is saved again. What can't be used is left out.
        """
        usable, _ = usable_values(stored)
        for setting in SETTINGS:
            value = usable.get(setting.key, self._values[setting.key])
            if not setting.of_window and value != self._values[setting.key]:
                self._values[setting.key] = value
                self._call(setting)

    def call_nobody(self) -> None:
        """End every subscription: the window that made them is closing."""
        self._callbacks.clear()
        self._watchers.clear()

    def _call(self, setting: Setting[Any]) -> None:
        callbacks = self._callbacks.get(setting.key, [])
        for callback in tuple(callbacks):
            if callback in callbacks:
                # Not the value that was set: a callback before this one may have set it again.
                callback(self._values[setting.key])


def usable_values(stored: Mapping[str, object]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the values of a file that can be used, by key, and the labels of those that can't.

    Keys that are not in the table (of another version) are neither.
    """
    values: dict[str, Any] = {}
    refused: list[str] = []
    for setting in SETTINGS:
        if setting.key in stored:
            try:
                values[setting.key] = setting.from_file(stored[setting.key])
            except ValueError:
                refused.append(str(setting.label))
    return values, tuple(refused)


def _added(callbacks: list[Callable[..., object]], callback: Callable[..., object]) -> Unsubscribe:
    callbacks.append(callback)

    def unsubscribe() -> None:
        if callback in callbacks:
            callbacks.remove(callback)

    return unsubscribe
