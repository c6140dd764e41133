"""The memory game's window: instructions, photos, result. Lives on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from memapp.core.memory_game import (
    BLANK_SECONDS,
    SHOWN_SECONDS,
    Answer,
    GameResult,
    Showing,
    result_of,
)
from memapp.core.text import deferred, tr
from memapp.gui.widgets.theme import (
    SPACE_2,
    SPACE_3,
    SPACE_4,
    SPACE_6,
    TEXT_LARGE,
    TEXT_SCORE,
    TEXT_SMALL,
    ThemeManager,
    font,
)

TITLE = deferred("Memory game")
HOW = (
    deferred("Photos appear one after another, each for a moment."),
    deferred("Press the space bar whenever you see a photo that was there before."),
    deferred("Some come back soon, some much later. Do not guess, only look."),
)
START = deferred("Space: start · Esc: quit")
PLAYING = deferred("Space: seen before · Esc: quit without saving")
PICTURE_SHARE = 0.72
"""Of the window's height, for a photo."""
DOT = 8


class GameWindow(QWidget):
    """Plays one game.

    Signals:
        finished(list[Answer]): all photos were shown; emitted once. Call show_result() with the text to show.
    """

    finished = Signal(list)

    def __init__(
        self,
        *,
        stream: Sequence[Showing],
        picture: Callable[[str], QImage],
        theme_manager: ThemeManager,
        shown_seconds: float = SHOWN_SECONDS,
        blank_seconds: float = BLANK_SECONDS,
    ) -> None:
        """Play these photos with pictures from this function."""
        super().__init__()
        self.setWindowTitle(str(TITLE))
        self.setMinimumSize(640, 480)
        self.resize(1100, 800)
        self._stream = stream
        self._picture = picture
        self._theme_manager = theme_manager
        theme_manager.changed.connect(self.update)
        self._pressed: list[bool] = []
        self._image: QImage | None = None
        self._lines: tuple[str, str, str] = (str(TITLE), "\n".join(map(str, HOW)), str(START))
        self._waiting, self._playing = True, False
        self._hide = self._timer(shown_seconds, self._blank)
        self._next = self._timer(shown_seconds + blank_seconds, self._advance)

    @property
    def playing(self) -> bool:
        """Whether photos are being shown."""
        return self._playing

    def start(self) -> None:
        """Show the first photo."""
        self._pressed.clear()
        self._waiting, self._playing = False, True
        self._lines = ("", "", str(PLAYING))
        self._advance()

    def show_result(self, text: str) -> None:
        """Show the result and where it was saved."""
        self._lines = (tr("Done"), text, tr("Esc: close"))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space starts and answers, Esc quits."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyPressEvent(event)
        elif self._playing:
            self._pressed[-1] = True
            self.update()
        elif self._waiting:
            self.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop: an unfinished game is not saved."""
        self._playing = False
        self._hide.stop()
        self._next.stop()
        super().closeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the photo, or the text."""
        painter = QPainter(self)
        theme = self._theme_manager.surround
        painter.fillRect(self.rect(), theme.window)
        title, text, keys = self._lines
        area = QRectF(self.rect()).adjusted(SPACE_6, SPACE_6, -SPACE_6, -SPACE_6)
        painter.setPen(theme.second_text)
        painter.setFont(font(TEXT_SMALL))
        bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter
        painter.drawText(area, int(bottom), keys)
        if self._playing:
            self._paint_game(painter, area)
            return
        painter.setPen(theme.text)
        painter.setFont(font(TEXT_SCORE, strong=True))
        middle = area.center().y() - 3 * SPACE_6
        painter.drawText(
            QRectF(area.left(), middle - 2 * SPACE_6, area.width(), 2 * SPACE_6 - SPACE_3), int(bottom), title
        )
        painter.setFont(font(TEXT_LARGE))
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter
        words = int(top) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(area.left(), middle + SPACE_2, area.width(), area.height() / 2), words, text)

    def _paint_game(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme_manager.surround
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._image is not None and not self._image.isNull():
            size = self._image.size().toSizeF()
            most = min(area.width() / size.width(), PICTURE_SHARE * area.height() / size.height())
            size *= most
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(area.center())
            painter.drawImage(place, self._image)
        else:
            painter.setPen(theme.second_text)
            painter.setFont(font(TEXT_SCORE))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), "+")
        if self._pressed and self._pressed[-1]:
            # Shows that the press was noticed, not whether it was right.
            painter.setBrush(theme.ring or theme.accent)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(area.center().x() - DOT / 2, area.top(), DOT, DOT))
        done = len(self._pressed) / len(self._stream)
        line = QRectF(area.left(), area.bottom() - SPACE_6 - SPACE_4, area.width(), 2)
        painter.fillRect(line, theme.line)
        painter.fillRect(QRectF(line.left(), line.top(), line.width() * done, 2), theme.second_text)

    def _advance(self) -> None:
        if len(self._pressed) == len(self._stream):
            self._finish()
            return
        self._image = self._picture(self._stream[len(self._pressed)].photo)
        self._pressed.append(False)
        self._hide.start()
        self._next.start()
        self.update()

    def _blank(self) -> None:
        self._image = None
        self.update()

    def _finish(self) -> None:
        self._playing = False
        self.finished.emit(
            [
                Answer(showing.photo, showing.role, showing.repeat, pressed)
                for showing, pressed in zip(self._stream, self._pressed, strict=True)
            ]
        )
        self.update()

    def _timer(self, seconds: float, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(round(1000 * seconds))
        timer.timeout.connect(act)
        return timer


def result_text(answers: Sequence[Answer], kept: str) -> str:
    """Return the text about one player's result."""
    found: GameResult = result_of(answers)
    lines = [
        tr(
            "Photos that came back: you recognised {hits} of {targets}. New photos: you pressed for "
            "{false_alarms} of {first_sights}.",
            hits=found.hits,
            targets=found.targets,
            false_alarms=found.false_alarms,
            first_sights=found.first_sights,
        )
    ]
    if not found.attentive:
        lines.append(
            tr(
                "You missed too many photos that came back soon, or pressed for too many new ones. "
                "Your answers are saved, but they are not counted."
            )
        )
    return "\n".join([*lines, "", kept])
