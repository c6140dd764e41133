"""How far the run is, in words and as a thin line; and what the net runs on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from memapp.core.events import Progress
from memapp.core.records import EngineInfo
from memapp.core.score_text import FAST_MARK
from memapp.gui.widgets.basic import ElidedLabel, IconLabel, Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_4, ThemeManager

_SEPARATOR = " · "


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun: "1 photo", "2,031 photos"."""
    return f"{count:,} {one if count == 1 else many}"


def time_left_text(seconds: float) -> str:
    """An estimate in words, no finer than it deserves."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute left"
    if minutes < 60:
        return f"about {minutes} min left"
    # Over an hour nobody counts single minutes.
    hours, rest = divmod(5 * round(minutes / 5), 60)
    return f"about {hours} h {rest} min left" if rest else f"about {hours} h left"


def duration_text(seconds: float) -> str:
    """How long something took: "8 s", "6 min 12 s", "2 h 4 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def progress_text(progress: Progress) -> str:
    """The status line of a run that goes on."""
    if not progress.total_is_final and progress.done == 0:
        return f"Looking for photos... {progress.total:,} found"
    so_far = "" if progress.total_is_final else " found so far"
    parts = [f"{progress.done:,} of {progress.total:,}{so_far}"]
    if progress.photos_per_second:
        parts.append(f"{progress.photos_per_second:,.1f} photos/s")
    if progress.seconds_left is not None and progress.total_is_final:
        parts.append(time_left_text(progress.seconds_left))
    return _SEPARATOR.join(parts)


class RunStatus(QWidget):
    """The status line: the run on the left, what has no score, and the device on the right.

    Signals:
        problems_clicked(): show the photos that could not be read.
        show_all_clicked(): show the photos that the filter hides.
    """

    problems_clicked = Signal()
    show_all_clicked = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress: Progress | None = None
        self._net = ""
        self._text = ElidedLabel(role=Role.QUIET)
        self._scores = text_label(role=Role.QUIET)
        self._scores.setToolTip(
            f"{FAST_MARK} marks fast scores, a little less exact. By score, exact ones come first."
        )
        self._hidden = QPushButton()
        self._hidden.setProperty("role", "link")
        self._hidden.setToolTip("Clear the filter")
        self._hidden.clicked.connect(self.show_all_clicked)
        self._skipped = text_label(role=Role.QUIET)
        self._problems = QPushButton()
        self._problems.setProperty("role", "link")
        self._problems.clicked.connect(self.problems_clicked)
        self._device_icon = IconLabel(theme_manager=theme_manager, name="device")
        self._device = text_label(role=Role.QUIET)

        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_2, 0, SPACE_2, 0)
        row.setSpacing(SPACE_4)
        row.addWidget(self._text, 1)
        row.addWidget(self._hidden)
        row.addWidget(self._scores)
        row.addWidget(self._skipped)
        row.addWidget(self._problems)
        device = QHBoxLayout()
        device.setSpacing(SPACE_1)
        device.addWidget(self._device_icon)
        device.addWidget(self._device)
        row.addLayout(device)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

        self.set_hidden_count(None)
        self.set_problem_count(0)
        self.set_skipped_count(0)
        self.set_score_counts(exact=0, fast=0)
        self.set_engine(None)

    @property
    def text(self) -> str:
        """What is said of the run."""
        return self._text.whole_text

    def set_text(self, text: str) -> None:
        """Say something else of the run; an empty text says nothing."""
        self._text.set_whole_text(text)

    def set_net(self, title: str) -> None:
        """Which net the run is of; empty where only one scores."""
        self._net = f"{title}: " if title else ""

    def set_progress(self, progress: Progress) -> None:
        """Follow the run."""
        self._progress = progress
        self.set_text(f"{self._net}{progress_text(progress)}")

    def set_paused(self, *, on_battery: bool = False) -> None:
        """The run waits, for a person or for the plug; the next progress takes the words back."""
        self.set_text(f"Paused{' on battery' if on_battery else ''} at {self._so_far()}")

    def set_cancelled(self) -> None:
        """The run was stopped by the user; what was scored is kept."""
        self.set_text(f"Stopped at {self._so_far()}")

    def set_finished(self, *, photos: int, seconds: float) -> None:
        """The run is through, after so many photos and seconds."""
        done = f"done in {duration_text(seconds)}"
        self.set_text(f"{self._net}{_SEPARATOR.join((counted(photos, 'photo', 'photos'), done))}")

    def set_hidden_count(self, count: int | None) -> None:
        """Show how many photos the filter hides; None while nothing is filtered."""
        self._hidden.setText(f"{count or 0:,} hidden: show all")
        self._hidden.setVisible(count is not None)

    def set_problem_count(self, count: int) -> None:
        """How many photos could not be read."""
        self._problems.setText(f"{count:,} could not be read")
        self._problems.setToolTip("Show why, and try again")
        self._problems.setAccessibleName(f"{counted(count, 'photo', 'photos')} could not be read")
        self._problems.setVisible(count > 0)

    def set_score_counts(self, *, exact: int, fast: int) -> None:
        """How many scores are exact and how many fast; nothing is said while there are exact ones only."""
        counts = [f"{count:,} {kind}" for count, kind in ((exact, "exact"), (fast, "fast")) if count]
        self._scores.setText(", ".join(counts))
        self._scores.setAccessibleName(f"Scores: {', '.join(counts)}")
        self._scores.setVisible(fast > 0)

    def set_skipped_count(self, count: int) -> None:
        """How many files that are plainly no pictures were passed over."""
        words = f"{counted(count, 'other file', 'other files')} left out"
        self._skipped.setText(f"{count:,} left out")
        self._skipped.setToolTip(f"{words}: no pictures by their names (sidecars, films, texts)")
        self._skipped.setAccessibleName(words)
        self._skipped.setVisible(count > 0)

    def set_engine(self, engine: EngineInfo | None) -> None:
        """What the net runs on; None while it is not known. A note turns its icon into a warning."""
        self._device_icon.setVisible(engine is not None)
        self._device.setVisible(engine is not None)
        if engine is None:
            return
        self._device_icon.show_icon("warning" if engine.note else "device")
        self._device.setText(engine.device_name)
        tooltip = engine.note or f"The net runs on {engine.device_name}, with {engine.engine}."
        for part in (self._device, self._device_icon):
            part.setToolTip(tooltip)
        self._device.setAccessibleName(f"Scored on {engine.device_name}")
        self._device.setAccessibleDescription(tooltip)

    def _so_far(self) -> str:
        if self._progress is None:
            return "the start"
        return f"{self._progress.done:,} of {self._progress.total:,}"


class ProgressLine(QWidget):
    """Two pixels under the toolbar that fill as the run goes; empty and still when there is none."""

    HEIGHT = 2

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._fraction = 0.0
        self._paused = False
        self.setFixedHeight(self.HEIGHT)
        self.setAccessibleName("Progress")
        theme_manager.changed.connect(self.update)

    @property
    def fraction(self) -> float:
        """How much of the line is filled, 0..1."""
        return self._fraction

    def set_progress(self, progress: Progress) -> None:
        """Fill the line; it stays empty while the number of photos is still growing, and would run back."""
        known = progress.total_is_final and progress.total > 0
        self._set(progress.done / progress.total if known else 0.0, paused=False)

    def set_paused(self) -> None:
        """Show, by a quieter line, that the run waits."""
        self._set(self._fraction, paused=True)

    def set_idle(self) -> None:
        """No run: an empty line."""
        self._set(0.0, paused=False)

    def _set(self, fraction: float, *, paused: bool) -> None:
        self._fraction = fraction
        self._paused = paused
        self.setAccessibleDescription(f"{round(100 * fraction)} percent" + (", paused" if paused else ""))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove and the part that is done."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        filled = QRectF(0, 0, self.width() * self._fraction, self.height())
        painter.fillRect(filled, QColor(theme.line if self._paused else theme.second_text))
