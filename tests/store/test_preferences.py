"""Settings survive a restart, and no broken file keeps memapp from starting."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.store.preferences import FILE_NAME, load_preferences, save_preferences


def test_settings_come_back(tmp_path: Path) -> None:
    preferences = load_preferences(tmp_path / "home")
    preferences.set("tile_size", 320)
    preferences.set("theme", "dark")
    save_preferences(preferences, tmp_path / "home")
    again = load_preferences(tmp_path / "home")
    assert (again.number("tile_size"), again.text("theme")) == (320, "dark")
    assert [path.name for path in (tmp_path / "home").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"tile_size": "big", "theme": "pink", "unknown": 1}',
        b'{"tile_size": 9}',
    ],
)
def test_what_makes_no_sense_gives_the_defaults(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    preferences = load_preferences(tmp_path)
    assert (preferences.number("tile_size"), preferences.text("theme")) == (200, "system")


def test_a_folder_that_can_not_be_written_is_said_in_words(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="Settings can't be kept"):
        save_preferences(load_preferences(blocked), blocked)
