"""The one table of settings, and the values in use."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pytest

from memapp.core.explanation import MapMethod
from memapp.core.records import Precision
from memapp.core.settings import SETTINGS, Setting, Settings, SettingsTable, Stored

ALL = list(SETTINGS)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


WIDTH = Setting("width", 5, "Width", limits=(1, 10))
OPEN = Setting("open", True, "Open")
WORD = Setting("word", "", "Word")
SIZE = Setting("size", "small", "Size", choices=("small", "large"))
COLOUR = Setting("colour", Colour.RED, "Colour")
NAMES: Setting[tuple[str, ...]] = Setting("names", ("ann",), "Names")


# The table


def test_the_table_goes_through_all_that_is_declared() -> None:
    declared = {name for name in vars(SettingsTable) if not name.startswith("_")}
    assert {setting.key for setting in ALL} == declared
    assert len(ALL) == len(declared) > 20


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.key)
def test_every_setting_is_declared_whole(setting: Setting[Any]) -> None:
    assert getattr(SETTINGS, setting.key) is setting
    assert str(setting.label).strip()
    setting.check(setting.default)
    assert setting.from_file(setting.to_file(setting.default)) == setting.default
    if setting.limits is not None:
        assert type(setting.default) is int
        assert setting.limits[0] < setting.limits[1]


# One setting


@pytest.mark.parametrize(
    ("setting", "stored", "value"),
    [
        (WIDTH, 1, 1),
        (WIDTH, 10, 10),
        (OPEN, False, False),
        (WORD, "x\ny", "x\ny"),
        (SIZE, "large", "large"),
        (COLOUR, "green", Colour.GREEN),
        (NAMES, "ann\nbob", ("ann", "bob")),
        (NAMES, "", ()),
    ],
)
def test_each_type_goes_to_the_file_and_comes_back(
    setting: Setting[Any], stored: Stored, value: object
) -> None:
    assert setting.from_file(stored) == value
    assert type(setting.from_file(stored)) is type(value)
    assert setting.to_file(value) == stored
    assert type(setting.to_file(value)) is type(stored)


@pytest.mark.parametrize(
    ("setting", "stored"),
    [
        *[(WIDTH, wrong) for wrong in (0, 11, "5", 5.0, True, None, [5])],
        *[(OPEN, wrong) for wrong in (1, 0, "true", None)],
        *[(WORD, wrong) for wrong in (1, None, {"a": 1}, "a\0b")],
        *[(SIZE, wrong) for wrong in ("", "huge", 1)],
        *[(COLOUR, wrong) for wrong in ("", "blue", "RED", 1, True)],
        *[(NAMES, wrong) for wrong in (["ann"], 3, None, "a\0b")],
    ],
)
def test_what_the_file_can_not_mean_is_refused(setting: Setting[Any], stored: object) -> None:
    with pytest.raises(ValueError, match=setting.key):
        setting.from_file(stored)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (WIDTH, 0),
        (WIDTH, True),
        (OPEN, 1),
        (SIZE, "huge"),
        (COLOUR, "red"),
        (NAMES, ("a\nb",)),
        (NAMES, ("",)),
    ],
)
def test_what_may_not_be_set_is_refused(setting: Setting[Any], value: object) -> None:
    with pytest.raises(ValueError, match=setting.key):
        setting.check(value)


def test_the_choices_of_an_enum_are_its_members() -> None:
    assert COLOUR.choices == (Colour.RED, Colour.GREEN)


# The values in use


def test_settings_start_at_the_defaults() -> None:
    settings = Settings()
    assert [settings.get(setting) for setting in ALL] == [setting.default for setting in ALL]
    assert settings.refused == ()


def test_settings_take_what_can_be_used_and_name_the_rest() -> None:
    settings = Settings(
        {"theme": "dark", "precision": "fast", "tile_size": 100_000, "device": 3, "gone": "x"}
    )
    assert settings.get(SETTINGS.theme) == "dark"
    assert settings.get(SETTINGS.precision) is Precision.FAST
    assert settings.get(SETTINGS.tile_size) == SETTINGS.tile_size.default
    assert settings.get(SETTINGS.device) == SETTINGS.device.default
    assert settings.refused == (str(SETTINGS.device.label), str(SETTINGS.tile_size.label))


def test_the_lists_of_names_of_older_versions_are_read() -> None:
    settings = Settings({"nets": "resmem\nmine", "compared_nets": "", "map_method": "gradient"})
    assert settings.get(SETTINGS.nets) == ("resmem", "mine")
    assert settings.get(SETTINGS.compared_nets) == ()
    assert settings.get(SETTINGS.map_method) is MapMethod.GRADIENT


def test_what_is_not_allowed_is_refused_and_changes_nothing() -> None:
    settings = Settings()
    told: list[str] = []
    settings.subscribe(SETTINGS.theme, told.append)
    settings.watch(lambda key, _value: told.append(key))
    with pytest.raises(ValueError, match="theme"):
        settings.set(SETTINGS.theme, "purple")
    assert settings.get(SETTINGS.theme) == "system"
    assert told == []


def test_a_change_is_told_to_those_who_subscribed_to_it() -> None:
    settings = Settings()
    themes: list[str] = []
    sizes: list[int] = []
    settings.subscribe(SETTINGS.theme, themes.append)
    settings.subscribe(SETTINGS.tile_size, sizes.append)
    settings.set(SETTINGS.theme, "dark")
    settings.set(SETTINGS.theme, "dark")
    settings.set(SETTINGS.tile_size, 300)
    assert (themes, sizes) == (["dark"], [300])


def test_who_unsubscribed_is_not_told_even_in_the_midst_of_telling() -> None:
    settings = Settings()
    told: list[str] = []
    ends: list[Callable[[], None]] = []
    settings.subscribe(SETTINGS.theme, lambda _theme: ends[0]())
    ends.append(settings.subscribe(SETTINGS.theme, told.append))
    settings.set(SETTINGS.theme, "dark")
    ends[0]()
    settings.set(SETTINGS.theme, "light")
    assert told == []


def test_a_callback_that_sets_it_again_leaves_nobody_with_the_older_value() -> None:
    settings = Settings()
    told: list[str] = []

    def stubborn(theme: str) -> None:
        if theme == "dark":
            settings.set(SETTINGS.theme, "light")

    settings.subscribe(SETTINGS.theme, stubborn)
    settings.subscribe(SETTINGS.theme, told.append)
    settings.set(SETTINGS.theme, "dark")
    assert told[-1] == settings.get(SETTINGS.theme) == "light"


def test_a_watcher_hears_of_every_change_as_the_file_holds_it() -> None:
    settings = Settings()
    noted: dict[str, Stored] = {}
    stop = settings.watch(noted.__setitem__)
    settings.set(SETTINGS.precision, Precision.FAST)
    settings.set(SETTINGS.nets, ("resmem", "mine"))
    settings.set(SETTINGS.tile_size, SETTINGS.tile_size.default)
    assert noted == {"precision": "fast", "nets": "resmem\nmine"}
    assert type(noted["precision"]) is str
    stop()
    settings.set(SETTINGS.tile_size, 96)
    assert "tile_size" not in noted


def test_what_another_window_saved_is_taken_over_and_not_saved_again() -> None:
    settings = Settings({"device": "cpu"})
    told: list[str] = []
    noted: list[str] = []
    settings.subscribe(SETTINGS.theme, told.append)
    settings.subscribe(SETTINGS.device, told.append)
    settings.watch(lambda key, _value: noted.append(key))
    settings.take_over({"theme": "dark", "device": "cpu", "engine": "steam", "unknown": 1})
    assert told == ["dark"]
    assert noted == []
    assert settings.get(SETTINGS.engine) == "auto"


def test_what_a_window_keeps_for_itself_does_not_jump() -> None:
    settings = Settings()
    settings.take_over({"tile_size": 300, "overlay": "regions"})
    assert settings.get(SETTINGS.tile_size) == SETTINGS.tile_size.default
    assert settings.get(SETTINGS.overlay) == "none"


def test_in_the_end_nobody_is_called() -> None:
    settings = Settings()
    told: list[str] = []
    unsubscribe = settings.subscribe(SETTINGS.theme, told.append)
    settings.watch(lambda key, _value: told.append(key))
    settings.call_nobody()
    settings.set(SETTINGS.theme, "dark")
    unsubscribe()
    assert told == []
