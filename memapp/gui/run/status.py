"""Shows the progress of the run, as text and as a thin line, and the device of the net."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from memapp.core.events import Progress
from memapp.core.number_text import number_text
from memapp.core.records import EngineInfo
from memapp.core.score_text import FAST_MARK
from memapp.core.text import tr, trn
from memapp.gui.widgets.basic import ElidedLabel, IconLabel, Role, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_4, ThemeManager

_SEPARATOR = " · "


def time_left_text(seconds: float) -> str:
    """Return an estimate as text, no more precise than it can be."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return tr("less than a minute left")
    if minutes < 60:
        return tr("about {minutes} min left", minutes=minutes)
    # Over an hour, single minutes do not matter.
    hours, rest = divmod(5 * round(minutes / 5), 60)
    if rest:
        return tr("about {hours} h {minutes} min left", hours=hours, minutes=rest)
    return tr("about {hours} h left", hours=hours)


def duration_text(seconds: float) -> str:
    """Return a duration as text: "8 s", "6 min 12 s", "2 h 4 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return tr("{seconds} s", seconds=whole)
    if whole < 3600:
        return tr("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    return tr("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def progress_text(progress: Progress) -> str:
    """Return the status line of a run in progress."""
    if not progress.total_is_final and progress.done == 0:
        return trn(
            "Looking for photos: {count:,} found", "Looking for photos: {count:,} found", progress.total
        )
    if progress.done == 0:
        return trn(
            "Loading the scoring model for {count:,} photo...",
            "Loading the scoring model for {count:,} photos...",
            progress.total,
        )
    if progress.total_is_final:
        parts = [_done_text(progress)]
    else:
        done, total = number_text(progress.done, ","), number_text(progress.total, ",")
        parts = [tr("{done} of {total} found so far", done=done, total=total)]
    if progress.photos_per_second:
        parts.append(tr("{rate} photos/s", rate=number_text(progress.photos_per_second, ",.1f")))
    if progress.seconds_left is not None and progress.total_is_final:
        parts.append(time_left_text(progress.seconds_left))
    return _SEPARATOR.join(parts)


def _done_text(progress: Progress) -> str:
    return tr(
        "{done} of {total}", done=number_text(progress.done, ","), total=number_text(progress.total, ",")
    )


class RunStatus(QWidget):
    """The status line: the run on the left, then photos without a score, and the device on the right.

    Signals:
        problems_clicked(): show the photos that could not be read.
        show_all_clicked(): show the photos that the filter hides.
        stop_looking_clicked(): stop finding what is in photos.
    """

    stop_looking_clicked = Signal()
    problems_clicked = Signal()
    show_all_clicked = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress: Progress | None = None
        self._net = ""
        self._text = ElidedLabel(role=Role.QUIET)
        self._scores = text_label(role=Role.QUIET)
        self._scores.setToolTip(
            tr(
                "{mark} marks fast scores, a little less exact. Sorted by score, exact ones come first.",
                mark=FAST_MARK,
            )
        )
        self._hidden = QPushButton()
        self._hidden.setProperty("role", "link")
        self._hidden.setToolTip(tr("Clear the filter"))
        self._hidden.clicked.connect(self.show_all_clicked)
        self._looking = QPushButton()
        self._looking.setProperty("role", "link")
        self._looking.clicked.connect(self.stop_looking_clicked)
        self._moments = text_label(role=Role.QUIET)
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
        row.addWidget(self._looking)
        row.addWidget(self._hidden)
        row.addWidget(self._moments)
        row.addWidget(self._scores)
        row.addWidget(self._skipped)
        row.addWidget(self._problems)
        device = QHBoxLayout()
        device.setSpacing(SPACE_1)
        device.addWidget(self._device_icon)
        device.addWidget(self._device)
        row.addLayout(device)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

        self.set_looking("")
        self.set_shown_count(None)
        self.set_moment_count(None)
        self.set_problem_count(0)
        self.set_skipped_count(0)
        self.set_score_counts(exact=0, fast=0)
        self.set_engine(None)

    @property
    def text(self) -> str:
        """The text about the run."""
        return self._text.whole_text

    def set_text(self, text: str) -> None:
        """Show another text about the run; an empty text shows nothing."""
        self._text.set_whole_text(text)

    def set_net(self, title: str) -> None:
        """Set the title of the net whose run is shown; empty where only one scores."""
        self._net = title

    def set_progress(self, progress: Progress) -> None:
        """Show the progress of the run."""
        self._progress = progress
        self.show_progress()

    def show_progress(self) -> None:
        """Show the last progress again, after something else was said."""
        if self._progress is not None:
            self.set_text(self._of_net(progress_text(self._progress)))

    def set_giving_way(self) -> None:
        """Show that the run waits for an explanation, until the next progress."""
        if self._progress is not None and self._progress.done:
            done = _done_text(self._progress)
            self.set_text(self._of_net(tr("{done} · waits while a photo is explained", done=done)))

    def set_paused(self, *, on_battery: bool = False) -> None:
        """Show that a person or the battery paused the run, until the next progress."""
        if self._progress is None:
            self.set_text(tr("Paused on battery at the start") if on_battery else tr("Paused at the start"))
            return
        done = _done_text(self._progress)
        self.set_text(
            tr("Paused on battery at {done}", done=done) if on_battery else tr("Paused at {done}", done=done)
        )

    def set_cancelled(self) -> None:
        """Show that the user stopped the run; scores so far are kept."""
        if self._progress is None:
            self.set_text(tr("Stopped at the start"))
        else:
            self.set_text(tr("Stopped at {done}", done=_done_text(self._progress)))

    def set_finished(self, *, photos: int, seconds: float) -> None:
        """Show that the run is complete, after this many photos and seconds."""
        count = trn("{count:,} photo", "{count:,} photos", photos)
        done = tr("done in {duration}", duration=duration_text(seconds))
        self.set_text(self._of_net(_SEPARATOR.join((count, done))))

    def set_looking(self, text: str) -> None:
        """Show how far the look at what is in all photos is; an empty text shows nothing."""
        self._looking.setText(text)
        self._looking.setVisible(bool(text))

    def set_moment_count(self, moments: int | None, *, of: int = 0) -> None:
        """Show how many moments the photos that pass the filter make; None while none belong together.

        Args:
            moments: how many, single photos included.
            of: the photos that pass the filter.
        """
        text = ""
        if moments is not None:
            photos = trn("{count:,} photo", "{count:,} photos", of)
            text = trn(
                "{photos} in {count:,} moment", "{photos} in {count:,} moments", moments, photos=photos
            )
        self._moments.setText(text)
        self._moments.setVisible(bool(text))

    def set_shown_count(self, count: int | None, *, of: int = 0, not_looked_at: int = 0) -> None:
        """Show how many photos of all pass the filter; None while nothing is filtered.

        Args:
            count: of the photos shown.
            of: all photos.
            not_looked_at: of those that are hidden because it is not known what is in them.
        """
        shown, listed = number_text(count or 0, ","), number_text(of, ",")
        if not_looked_at:
            unknown = number_text(not_looked_at, ",")
            text = tr(
                "{shown} of {listed} shown, {unknown} not searched yet: show all",
                shown=shown,
                listed=listed,
                unknown=unknown,
            )
        else:
            text = tr("{shown} of {listed} shown: show all", shown=shown, listed=listed)
        self._hidden.setText(text)
        self._hidden.setVisible(count is not None)

    def set_problem_count(self, count: int) -> None:
        """Show how many photos could not be read."""
        self._problems.setText(trn("{count:,} could not be read", "{count:,} could not be read", count))
        self._problems.setToolTip(tr("Show why, and try again"))
        self._problems.setAccessibleName(
            trn("{count:,} photo could not be read", "{count:,} photos could not be read", count)
        )
        self._problems.setVisible(count > 0)

    def set_score_counts(self, *, exact: int, fast: int) -> None:
        """Show how many scores are exact and how many fast; nothing while there are exact ones only."""
        counts = [trn("{count:,} exact", "{count:,} exact", exact)] if exact else []
        if fast:
            counts.append(trn("{count:,} fast", "{count:,} fast", fast))
        self._scores.setText(", ".join(counts))
        self._scores.setAccessibleName(tr("Scores: {counts}", counts=", ".join(counts)))
        self._scores.setVisible(fast > 0)

    def set_skipped_count(self, count: int) -> None:
        """Show how many files were skipped because they are clearly no photos."""
        self._skipped.setText(trn("{count:,} skipped", "{count:,} skipped", count))
        self._skipped.setToolTip(
            trn(
                "{count:,} other file skipped: not a photo",
                "{count:,} other files skipped: not photos",
                count,
            )
        )
        self._skipped.setAccessibleName(
            trn("{count:,} other file skipped", "{count:,} other files skipped", count)
        )
        self._skipped.setVisible(count > 0)

    def set_engine(self, engine: EngineInfo | None) -> None:
        """Show the device of the net; None while it is not known. A note turns its icon into a warning."""
        self._device_icon.setVisible(engine is not None)
        self._device.setVisible(engine is not None)
        if engine is None:
            return
        self._device_icon.show_icon("warning" if engine.note else "device")
        self._device.setText(engine.device_name)
        tooltip = engine.note or tr(
            "Scored on {device}, with {engine}.", device=engine.device_name, engine=engine.engine
        )
        for part in (self._device, self._device_icon):
            part.setToolTip(plain_tip(tooltip))
        self._device.setAccessibleName(tr("Scored on {device}", device=engine.device_name))
        self._device.setAccessibleDescription(tooltip)

    def _of_net(self, text: str) -> str:
        """Put the net's title before a text, where several nets score."""
        return tr("{net}: {progress}", net=self._net, progress=text) if self._net else text


class ProgressLine(QWidget):
    """A line of two pixels under the toolbar that fills during a run; empty when there is none."""

    HEIGHT = 2

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._fraction = 0.0
        self._paused = False
        self.setFixedHeight(self.HEIGHT)
        self.setAccessibleName(tr("Progress"))
        theme_manager.changed.connect(self.update)

    @property
    def fraction(self) -> float:
        """How much of the line is filled, 0..1."""
        return self._fraction

    def set_progress(self, progress: Progress) -> None:
        """Fill the line; it stays empty while the number of photos grows, or it would go back."""
        known = progress.total_is_final and progress.total > 0
        self._set(progress.done / progress.total if known else 0.0, paused=False)

    def set_paused(self) -> None:
        """Show with a quieter line that the run is paused."""
        self._set(self._fraction, paused=True)

    def set_idle(self) -> None:
        """Empty the line: there is no run."""
        self._set(0.0, paused=False)

    def _set(self, fraction: float, *, paused: bool) -> None:
        self._fraction = fraction
        self._paused = paused
        percent = round(100 * fraction)
        self.setAccessibleDescription(
            tr("{percent} percent, paused", percent=percent)
            if paused
            else tr("{percent} percent", percent=percent)
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove and the part that is done."""
        theme = self._theme_manager.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        filled = QRectF(0, 0, self.width() * self._fraction, self.height())
        painter.fillRect(filled, QColor(theme.line if self._paused else theme.second_text))
