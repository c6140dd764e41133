"""Settings are saved a moment after they change, and what another window saved is taken over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from memapp.core.settings import SETTINGS, Settings
from memapp.store.preferences import FILE_NAME, SettingsFile
from memapp.workers.jobs import Jobs
from memapp.workers.settings_saver import SettingsSaver


class Window:
    """The settings of one window, with a real file."""

    def __init__(self, home: Path, *, delay_ms: int = 10) -> None:
        self.home = home
        file = SettingsFile(home=home)
        self.settings = Settings(file.read().values)
        self.jobs = Jobs()
        self.saver = SettingsSaver(settings=self.settings, disk=file, jobs=self.jobs, delay_ms=delay_ms)

    def saved(self) -> object:
        try:
            return json.loads((self.home / FILE_NAME).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Close it as a window does."""
        self.saver.flush()
        self.settings.call_nobody()
        self.jobs.stop()
        assert self.jobs.join(10)

    def until_idle(self, qtbot: QtBot) -> None:
        """Wait until every job so far is answered: they run one after another."""
        answers: list[object] = []
        self.jobs.start(lambda: None, done=answers.append, failed=answers.append)
        qtbot.waitUntil(lambda: bool(answers))


@pytest.fixture
def windows(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[Window, Window]]:
    both = Window(tmp_path), Window(tmp_path)
    yield both
    for window in both:
        window.close()


def test_a_change_is_saved_a_moment_later(qtbot: QtBot, windows: tuple[Window, Window]) -> None:
    one, _ = windows
    one.settings.set(SETTINGS.theme, "dark")
    assert one.saved() is None
    qtbot.waitUntil(lambda: one.saved() == {"theme": "dark"})


def test_a_slider_that_is_dragged_is_saved_in_the_end(qtbot: QtBot, windows: tuple[Window, Window]) -> None:
    one, _ = windows
    for percent in range(10, 60):
        one.settings.set(SETTINGS.overlay_opacity, percent)
        qtbot.wait(1)
    qtbot.waitUntil(lambda: one.saved() == {"overlay_opacity": 59})


def test_flush_saves_at_once_and_is_the_last(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(tmp_path, delay_ms=60_000)
    window.settings.set(SETTINGS.theme, "dark")
    window.saver.flush()
    assert window.saved() == {"theme": "dark"}
    window.jobs.stop()
    assert window.jobs.join(10)
    # Nothing that comes later asks for a thread that has ended.
    window.settings.set(SETTINGS.theme, "light")
    window.saver.refresh()
    qtbot.wait(20)
    window.close()


def test_what_another_window_saved_appears_when_this_one_gets_the_focus(
    qtbot: QtBot, windows: tuple[Window, Window]
) -> None:
    one, other = windows
    themes: list[str] = []
    other.settings.subscribe(SETTINGS.theme, themes.append)
    one.settings.set(SETTINGS.theme, "dark")
    one.settings.set(SETTINGS.tile_size, 300)
    one.saver.flush()
    other.saver.refresh()
    qtbot.waitUntil(lambda: themes == ["dark"])
    assert other.settings.get(SETTINGS.tile_size) == SETTINGS.tile_size.default
    other.settings.set(SETTINGS.unload_minutes, 9)
    expected = {"theme": "dark", "tile_size": 300, "unload_minutes": 9}
    qtbot.waitUntil(lambda: other.saved() == expected)


def test_a_person_who_is_quicker_than_the_disk_is_right(qtbot: QtBot, windows: tuple[Window, Window]) -> None:
    one, other = windows
    one.settings.set(SETTINGS.theme, "dark")
    one.saver.flush()
    other.saver.refresh()
    other.settings.set(SETTINGS.theme, "light")
    other.until_idle(qtbot)
    assert other.settings.get(SETTINGS.theme) == "light"
    qtbot.waitUntil(lambda: other.saved() == {"theme": "light"})


def test_a_change_not_saved_yet_is_saved_before_the_file_is_read(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(tmp_path, delay_ms=60_000)
    window.settings.set(SETTINGS.theme, "dark")
    window.saver.refresh()
    window.until_idle(qtbot)
    assert window.settings.get(SETTINGS.theme) == "dark"
    assert window.saved() == {"theme": "dark"}
    window.close()


def test_a_failed_save_is_reported_once_and_the_window_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("x", encoding="utf-8")
    window = Window(home)
    said: list[str] = []
    window.saver.failed.connect(said.append)
    for theme in ("dark", "light"):
        window.settings.set(SETTINGS.theme, theme)
        qtbot.wait(30)
        window.until_idle(qtbot)
    assert len(said) == 1
    assert "Settings can't be kept" in said[0]
    home.unlink()
    window.close()
    assert window.saved() == {"theme": "light"}
