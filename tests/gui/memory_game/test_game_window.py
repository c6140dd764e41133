"""The memory game's window: it shows the stream, takes presses, and reports the answers once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from memapp.core.memory_game import Answer, plan_game, result_of
from memapp.gui.widgets.theme import ThemeManager
from memapp.lab.memory_game.game_window import GameWindow, result_text

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
    assert "don't count" in result_text(answers, "")


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
