"""The memory game's window: it shows the stream, takes presses, and reports the answers once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.memory_game import LEAST_PHOTOS, Answer, plan_game, result_of
from memapp.core.settings import SETTINGS
from memapp.gui.widgets.theme import BLACK, DARK, MID, ThemeManager
from memapp.lab.memory_game.game_window import GameWindow, result_text
from memapp.lab.memory_game.start import play
from memapp.store.preferences import SettingsFile
from tests.gui.window_bench import make_photos

STREAM = plan_game([f"{number}.jpg" for number in range(12)], seed=3)


def picture(photo: str) -> QImage:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(25 * int(photo.removesuffix(".jpg")), 255, 255))
    return image


@pytest.fixture(params=[0.02])
def window(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[GameWindow]:
    window = GameWindow(
        stream=STREAM,
        picture=picture,
        theme_manager=ThemeManager(choice="dark"),
        shown_seconds=request.param,
        blank_seconds=0.02,
    )
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


@pytest.mark.parametrize("window", [3_000.0], indirect=True)
def test_a_whole_game(window: GameWindow, qtbot: QtBot) -> None:
    """A player who knows the stream presses at every repeat."""
    answers: list[Answer] = []
    window.finished.connect(answers.extend)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    playing = [window.playing]
    seen = 0
    while window.playing and seen < len(STREAM):
        if STREAM[seen].repeat:
            qtbot.keyClick(window, Qt.Key.Key_Space)
        seen += 1
        # As the timers would after an hour: no test waits for a clock.
        window._hide.timeout.emit()
        window._next.timeout.emit()
    playing.append(window.playing)
    assert playing == [True, False]
    assert [(each.photo, each.repeat) for each in answers] == [(each.photo, each.repeat) for each in STREAM]
    result = result_of(answers)
    assert (result.hits, result.false_alarms) == (result.targets, 0)
    window.show_result(result_text(answers, "Kept."))
    assert not window.grab().isNull()


def test_time_goes_on_without_a_press(window: GameWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.finished) as finished:
        window.start()
    assert finished.args is not None
    (answers,) = finished.args
    assert len(answers) == len(STREAM)
    assert not any(answer.pressed for answer in answers)
    assert "are not counted" in result_text(answers, "")


@pytest.mark.parametrize("window", [1.0], indirect=True)
def test_the_photo_is_in_the_middle_and_goes(window: GameWindow, qtbot: QtBot) -> None:
    window.start()
    window._next.stop()
    middle = window.rect().center()
    wanted = picture(STREAM[0].photo).pixelColor(5, 5)
    assert window.grab().toImage().pixelColor(middle) == wanted
    qtbot.waitUntil(lambda: not window._hide.isActive())
    assert window.grab().toImage().pixelColor(middle) != wanted


def test_escape_leaves_without_answers(window: GameWindow, qtbot: QtBot) -> None:
    given: list[list[Answer]] = []
    window.finished.connect(given.append)
    window.start()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
    qtbot.wait(100)
    assert given == []


class Paints(QObject):
    """Counts how often a window is painted."""

    def __init__(self, window: GameWindow) -> None:
        super().__init__(window)
        self.count = 0
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def ground(window: GameWindow) -> str:
    return window.grab().toImage().pixelColor(2, 2).name()


def test_it_follows_the_appearance_while_it_is_open(qtbot: QtBot) -> None:
    manager = ThemeManager(choice="dark")
    window = GameWindow(stream=STREAM, picture=picture, theme_manager=manager)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert ground(window) == DARK.window
    paints = Paints(window)
    manager.choose("light")
    qtbot.waitUntil(lambda: paints.count > 0)
    assert ground(window) == MID.window


@pytest.mark.parametrize(
    ("theme", "surround", "expected"),
    [("dark", "theme", DARK.window), ("light", "theme", MID.window), ("light", "black", BLACK.window)],
)
def test_it_looks_as_was_chosen_in_the_preferences(
    qapp: QApplication, memapp_home: Path, tmp_path: Path, theme: str, surround: str, expected: str
) -> None:
    settings = SettingsFile(home=memapp_home)
    settings.note(SETTINGS.theme.key, theme)
    settings.note(SETTINGS.surround.key, surround)
    settings.save()
    photos = make_photos(tmp_path, {f"{number}.png": 10 * number for number in range(LEAST_PHOTOS)})
    seen: list[str] = []
    # Or Qt posts a quit of its own, which would end the event loops of the tests to come.
    qapp.setQuitOnLastWindowClosed(False)

    def look() -> None:
        [window] = [
            each for each in qapp.topLevelWidgets() if isinstance(each, GameWindow) and each.isVisible()
        ]
        seen.append(ground(window))
        window.close()
        window.deleteLater()
        qapp.exit()

    QTimer.singleShot(0, look)
    try:
        assert play(photos, output=tmp_path / "games", observer="one", seed=1) == 0
    finally:
        qapp.setQuitOnLastWindowClosed(True)
    assert seen == [expected]
