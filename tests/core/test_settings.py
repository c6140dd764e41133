"""The one table of settings, and the values in use."""

from __future__ import annotations

import pytest

from memapp.core.settings import SETTINGS, Preferences, Setting


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_every_default_is_valid(setting: Setting) -> None:
    assert setting.valid(setting.default)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_every_setting_is_declared_whole(setting: Setting) -> None:
    assert SETTINGS[setting.key] is setting
    assert setting.label.strip()
    assert not (setting.choices and not isinstance(setting.default, str))
    if setting.limits is not None:
        assert type(setting.default) is int
        assert setting.limits[0] < setting.limits[1]


def test_a_number_keeps_its_limits() -> None:
    setting = Setting("width", 5, "Width", limits=(1, 10))
    assert setting.valid(1)
    assert setting.valid(10)
    assert not setting.valid(0)
    assert not setting.valid(11)


@pytest.mark.parametrize("value", ["5", 5.0, True, None, [5]])
def test_a_number_is_nothing_else(value: object) -> None:
    assert not Setting("width", 5, "Width", limits=(1, 10)).valid(value)


def test_a_choice_is_one_of_its_choices() -> None:
    setting = Setting("colour", "red", "Colour", choices=("red", "green"))
    assert setting.valid("green")
    assert not setting.valid("blue")
    assert not setting.valid("")


def test_a_switch_is_no_number() -> None:
    assert not Setting("open", True, "Open").valid(1)


def test_preferences_start_at_the_defaults() -> None:
    assert Preferences().values() == {key: setting.default for key, setting in SETTINGS.items()}


def test_preferences_take_what_is_valid_and_leave_the_rest() -> None:
    preferences = Preferences({"theme": "dark", "tile_size": 100_000, "device": 3, "gone": "x"})
    assert preferences.text("theme") == "dark"
    assert preferences.number("tile_size") == SETTINGS["tile_size"].default
    assert preferences.text("device") == SETTINGS["device"].default
    assert "gone" not in preferences.values()


def test_preferences_change() -> None:
    preferences = Preferences()
    preferences.set("licence_accepted", True)
    preferences.set("tile_size", 96)
    assert preferences.flag("licence_accepted")
    assert preferences.number("tile_size") == 96
    assert Preferences(preferences.values()).values() == preferences.values()


def test_preferences_refuse_what_the_table_does_not_allow() -> None:
    preferences = Preferences()
    with pytest.raises(ValueError, match="theme"):
        preferences.set("theme", "purple")
    with pytest.raises(KeyError):
        preferences.set("unheard_of", 1)
    assert preferences.values() == Preferences().values()
