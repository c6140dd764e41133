"""Settings survive a restart, windows do not undo each other's, and no broken file stops the start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from memapp.core.errors import StoreError
from memapp.core.settings import SETTINGS, Settings
from memapp.store.preferences import (
    DAMAGED_NAME,
    FILE_NAME,
    LOCK_NAME,
    SettingsFile,
    unusable_notice,
)


def opened(home: Path) -> tuple[Settings, SettingsFile]:
    """What one window has."""
    file = SettingsFile(home=home)
    settings = Settings(file.read().values)
    settings.watch(file.note)
    return settings, file


def content(home: Path) -> dict[str, Any]:
    read = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def test_settings_come_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings, file = opened(home)
    settings.set(SETTINGS.tile_size, 320)
    settings.set(SETTINGS.theme, "dark")
    settings.set(SETTINGS.nets, ("resmem", "mine"))
    file.save()
    again, _ = opened(home)
    assert again.get(SETTINGS.tile_size) == 320
    assert again.get(SETTINGS.theme) == "dark"
    assert again.get(SETTINGS.nets) == ("resmem", "mine")
    assert {path.name for path in home.iterdir()} == {FILE_NAME, LOCK_NAME}


def test_nothing_is_written_without_a_change(tmp_path: Path) -> None:
    home = tmp_path / "home"
    _, file = opened(home)
    file.save()
    assert not home.exists()


def test_a_file_that_was_written_whole_by_an_older_version_is_read(tmp_path: Path) -> None:
    old = {setting.key: setting.to_file(setting.default) for setting in SETTINGS} | {"theme": "light"}
    (tmp_path / FILE_NAME).write_text(json.dumps(old, indent=1, sort_keys=True), encoding="utf-8")
    settings, file = opened(tmp_path)
    assert settings.get(SETTINGS.theme) == "light"
    assert unusable_notice(file.read(), refused=settings.refused) == ""


def test_two_windows_keep_what_each_changed(tmp_path: Path) -> None:
    one, one_file = opened(tmp_path)
    other, other_file = opened(tmp_path)
    one.set(SETTINGS.theme, "dark")
    one_file.save()
    other.set(SETTINGS.tile_size, 300)
    other_file.save()
    one.set(SETTINGS.unload_minutes, 7)
    one_file.save()
    assert content(tmp_path) == {"theme": "dark", "tile_size": 300, "unload_minutes": 7}


def test_a_change_that_was_saved_is_not_written_a_second_time(tmp_path: Path) -> None:
    one, one_file = opened(tmp_path)
    other, other_file = opened(tmp_path)
    one.set(SETTINGS.theme, "dark")
    one_file.save()
    other.set(SETTINGS.theme, "light")
    other_file.save()
    one.set(SETTINGS.tile_size, 300)
    one_file.save()
    assert content(tmp_path)["theme"] == "light"


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    writer = (
        "import sys; from pathlib import Path; from memapp.store.preferences import SettingsFile\n"
        "file = SettingsFile(home=Path(sys.argv[1]))\n"
        "for number in range(25):\n"
        "    file.note(f'{sys.argv[2]}-{number}', number); file.save()\n"
    )
    names = ("one", "two", "three")
    processes = [subprocess.Popen([sys.executable, "-c", writer, str(tmp_path), name]) for name in names]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    expected = {f"{name}-{number}": number for name in names for number in range(25)}
    assert content(tmp_path) == expected


def test_threads_that_save_at_once_never_write_an_older_value_last(tmp_path: Path) -> None:
    file = SettingsFile(home=tmp_path)

    def save_often() -> None:
        for _ in range(20):
            file.save()

    threads = [threading.Thread(target=save_often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(200):
        file.note("tile_size", number)
    for thread in threads:
        thread.join()
    file.save()
    assert content(tmp_path) == {"tile_size": 199}


def test_what_another_version_keeps_is_left_alone(tmp_path: Path) -> None:
    kept = {"invented_later": {"deep": [1, 2.5, None]}, "theme": "purple"}
    (tmp_path / FILE_NAME).write_text(json.dumps(kept), encoding="utf-8")
    settings, file = opened(tmp_path)
    assert settings.get(SETTINGS.theme) == "system"
    settings.set(SETTINGS.tile_size, 100)
    file.save()
    assert content(tmp_path) == kept | {"tile_size": 100}


def test_values_that_can_not_be_used_are_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"theme": "pink", "tile_size": 9}', encoding="utf-8")
    settings, file = opened(tmp_path)
    notice = unusable_notice(file.read(), refused=settings.refused)
    assert str(SETTINGS.theme.label) in notice
    assert str(SETTINGS.tile_size.label) in notice


DAMAGED = {
    "empty": b"",
    "cut": b"{",
    "a list": b"[]",
    "a text": b'"theme"',
    "not UTF-8": b'{"theme": "\xff\xfe"}',
    "UTF-16": '{"theme": "dark"}'.encode("utf-16"),
    "deep": b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep, and whole": b'{"x": ' + b"[" * 3_000 + b"]" * 3_000 + b"}",
    "a number without end": b'{"tile_size": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_gives_the_defaults_and_a_notice_and_is_kept_aside(
    tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    settings, file = opened(tmp_path)
    assert [settings.get(setting) for setting in SETTINGS] == [setting.default for setting in SETTINGS]
    assert "is damaged" in unusable_notice(file.read(), refused=settings.refused)
    settings.set(SETTINGS.theme, "dark")
    file.save()
    assert content(tmp_path) == {"theme": "dark"}
    assert (tmp_path / DAMAGED_NAME).read_bytes() == damage


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / FILE_NAME).open("wb") as file:
        file.truncate(3_000_000_000)
    assert "can't be read: it is too large" in SettingsFile(home=tmp_path).read().problem


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
@pytest.mark.parametrize("name", [FILE_NAME, LOCK_NAME])
@pytest.mark.timeout(20)
def test_a_fifo_keeps_nobody_waiting(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    settings, file = opened(tmp_path)
    settings.set(SETTINGS.theme, "dark")
    if name == FILE_NAME:
        assert "it is a folder or a device, not a file" in unusable_notice(
            file.read(), refused=settings.refused
        )
        with pytest.raises(StoreError, match="it is a folder or a device, not a file"):
            file.save()
        assert (tmp_path / name).is_fifo()
    else:
        file.save()
        assert content(tmp_path) == {"theme": "dark"}


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    settings, file = opened(tmp_path)
    assert file.read().problem
    settings.set(SETTINGS.theme, "dark")
    with pytest.raises(StoreError, match="Settings can't be kept"):
        file.save()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "kept elsewhere.json"
    kept.write_text('{"theme": "light"}', encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    try:
        (home / FILE_NAME).symlink_to(kept)
    except OSError:
        pytest.skip("links need a right here")
    settings, file = opened(home)
    assert settings.get(SETTINGS.theme) == "light"
    settings.set(SETTINGS.tile_size, 100)
    file.save()
    assert (home / FILE_NAME).is_symlink()
    assert json.loads(kept.read_text(encoding="utf-8")) == {"theme": "light", "tile_size": 100}


def test_a_folder_that_can_not_be_written_is_said_in_words_and_the_change_waits(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    settings, file = opened(blocked)
    settings.set(SETTINGS.theme, "dark")
    with pytest.raises(StoreError, match="Settings can't be kept"):
        file.save()
    settings.set(SETTINGS.tile_size, 100)
    with pytest.raises(StoreError):
        file.save()
    blocked.unlink()
    file.save()
    assert content(blocked) == {"theme": "dark", "tile_size": 100}
