"""Shows the state of the run: status line, progress line, and problems."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from memapp.core.events import Progress
from memapp.core.nets import PREPARING
from memapp.core.records import Precision
from memapp.core.text import tr
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.run.problems_panel import ProblemsPanel
from memapp.gui.run.run_pause import RunPause
from memapp.gui.run.session import Session
from memapp.gui.run.status import ProgressLine, RunStatus
from memapp.library.changes import Change, ChangeKind
from memapp.library.contents import CONTENTS, SHARE, count_not_looked_at


class RunView(QObject):
    """Updates these widgets with the session. Lives on the GUI thread."""

    def __init__(
        self,
        *,
        session: Session,
        pause: RunPause,
        photos: GridModel,
        status: RunStatus,
        progress_line: ProgressLine,
        problems: ProblemsPanel,
        close_notice: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._pause = pause
        self._photos = photos
        self._scores = photos.scores
        self._status = status
        self._progress_line = progress_line
        self._problems = problems
        self._stopped = False
        session.running_changed.connect(self.update_run)
        session.gives_way_changed.connect(self._update_giving_way)
        session.progressed.connect(self._update_progress)
        session.ended.connect(self._on_ended)
        session.not_scored.connect(self._on_not_scored)
        session.engine_changed.connect(status.set_engine)
        session.engine_changed.connect(lambda _engine: close_notice(str(PREPARING)))
        session.ended.connect(lambda *_end: close_notice(str(PREPARING)))
        session.failures_changed.connect(self._update_failures)
        session.skipped_changed.connect(status.set_skipped_count)
        photos.rearranged.connect(self.update_hidden)
        photos.stacks_changed.connect(self.update_hidden)
        self.destroyed.connect(photos.library.subscribe(self._on_library_changed))

    @Slot()
    def update_run(self) -> None:
        """Show whether a run is going on, paused, or none."""
        running, paused = self._session.running, self._session.paused
        self._stopped = self._stopped and not running
        if paused:
            self._show_paused()

    @Slot()
    def update_scores(self) -> None:
        """Show how many scores there are now."""
        self._status.set_score_counts(
            exact=self._scores.score_count(Precision.EXACT), fast=self._scores.score_count(Precision.FAST)
        )

    @Slot(object)
    def _update_progress(self, progress: Progress) -> None:
        self._status.set_progress(progress)
        self._progress_line.set_progress(progress)
        if self._session.paused:
            # A batch finished during the pause: "Paused" stays.
            self._show_paused()
        elif self._session.gives_way:
            self._status.set_giving_way()
        self.update_scores()

    @Slot()
    def _update_giving_way(self) -> None:
        if self._session.gives_way:
            self._status.set_giving_way()
        elif self._session.running and not self._session.paused:
            self._status.show_progress()

    def update_hidden(self) -> None:
        """Show how many photos pass the filter."""
        listed, shown = len(self._photos.library), self._photos.count_of_all()
        wanted = self._photos.filter
        self._status.set_shown_count(
            shown if wanted and listed else None,
            of=listed,
            not_looked_at=count_not_looked_at(self._photos.library, wanted),
        )
        self._status.set_moment_count(self._photos.moment_count(), of=shown)

    def _on_library_changed(self, change: Change) -> None:
        if change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CLEARED):
            self.update_hidden()
            self.update_scores()
        elif self._photos.filter and change.touches(CONTENTS, SHARE):
            self.update_hidden()

    def _show_paused(self) -> None:
        self._status.set_paused(on_battery=self._pause.by_battery)
        self._progress_line.set_paused()

    @Slot(str)
    def _on_not_scored(self, _reason: str) -> None:
        self._stopped = True

    @Slot(int, float, bool)
    def _on_ended(self, photos: int, seconds: float, cancelled: bool) -> None:
        self._progress_line.set_idle()
        if self._stopped:
            self._status.set_text(tr("Scoring stopped"))
        elif cancelled:
            self._status.set_cancelled()
        elif photos:
            # As many as the window has, not as the run had: all counts on screen are of the same photos.
            self._status.set_finished(photos=len(self._photos.library), seconds=seconds)
        else:
            self._status.set_text("")

    @Slot()
    def _update_failures(self) -> None:
        failures = self._scores.failures()
        self._problems.set_failures(failures)
        self._status.set_problem_count(len(failures))
