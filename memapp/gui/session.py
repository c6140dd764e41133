"""The photos in the window and the run over them: what the supervisor says becomes what the widgets show."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.events import (
    EngineReady,
    Event,
    Failed,
    Found,
    Notice,
    NoticeKind,
    Progress,
    Scored,
    Skipped,
    Started,
)
from memapp.core.records import ImageKey, NetIdentity, Precision, RunOrder
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.workers.supervisor import Supervisor


class Session(QObject):
    """Feeds the item model from runs and remembers how the runs went. Lives on the GUI thread.

    Signals:
        running_changed(): a run began, ended, was paused or goes on.
        run_began(): a run began; after running_changed.
        progressed(object Progress): how far the run is.
        ended(int, float, bool): photos finished (each once, also in a triage), seconds taken, whether it
            was cancelled.
        engine_changed(object EngineInfo): what the net runs on.
        failures_changed(): photos failed, or failed ones were taken away.
        skipped_changed(int): files that are no pictures were passed over, in all.
        noticed(object Notice): something to tell.
        not_scored(str): the run could not go on; why, and what to do. The photos left can be scored later.
    """

    running_changed = Signal()
    run_began = Signal()
    progressed = Signal(object)
    ended = Signal(int, float, bool)
    engine_changed = Signal(object)
    failures_changed = Signal()
    skipped_changed = Signal(int)
    noticed = Signal(object)
    not_scored = Signal(str)

    def __init__(
        self,
        *,
        supervisor: Supervisor,
        photos: PhotoItemModel,
        precision: Precision = Precision.EXACT,
        parent: QObject | None = None,
    ) -> None:
        """Feed these photos from this supervisor's runs; new photos are scored with this precision."""
        super().__init__(parent)
        self._supervisor = supervisor
        self._photos = photos
        self._began = 0.0
        self._skipped = 0
        self._last_progress: Progress | None = None
        self._net_of_run: NetIdentity | None = None
        self._done_before_refining: int | None = None
        """Photos finished when a triage began to score the best of them a second time."""
        self._latest = 0
        self._superseded = 0
        """Runs up to this number belong to a window that was emptied since; their news is dropped."""
        self._taken_out: dict[ImageKey, int] = {}
        """Photos taken out of the window; news of them from runs up to this number is dropped."""
        self.net: NetIdentity | None = None
        self.precision = precision
        supervisor.run_started.connect(self._on_started)
        supervisor.events_ready.connect(self._on_events)
        supervisor.run_failed.connect(self._on_failed)
        supervisor.run_finished.connect(self._on_finished)

    @property
    def running(self) -> bool:
        """Whether a run is going on or waiting."""
        return self._supervisor.running

    @property
    def paused(self) -> bool:
        """Whether the run is paused."""
        return self._supervisor.paused

    def add(self, paths: Sequence[str]) -> None:
        """Score what lies below these paths, as new photos are to be scored."""
        self._start(RunOrder(tuple(paths), self.precision))

    def score_exactly(self, keys: Iterable[ImageKey]) -> None:
        """Score photos exactly; what is known of them stays until then."""
        self._start(RunOrder(tuple(key.path for key in keys), Precision.EXACT))

    def triage(self, keys: Iterable[ImageKey], count: int) -> None:
        """Score photos fast, then so many of the best exactly; what is known of them stays until then."""
        self._start(RunOrder(tuple(key.path for key in keys), triage=count))

    def score_again(self, keys: Iterable[ImageKey]) -> None:
        """Try again: photos that failed (their files may have been mended), or never got their turn."""
        tried = list(keys)
        # A file that was mended since is another photo: the old one must not stay behind.
        self.take_out(tried)
        self.add([key.path for key in tried])

    def set_paused(self, paused: bool) -> None:
        """Pause, or go on."""
        if paused:
            self._supervisor.pause()
        else:
            self._supervisor.resume()
        self.running_changed.emit()

    def cancel(self) -> None:
        """Stop after the photos in hand; scores so far are kept."""
        self._supervisor.cancel()

    def take_out(self, keys: Iterable[ImageKey]) -> None:
        """Take photos out of the window; their files and scores stay."""
        gone = list(keys)
        self._taken_out.update(dict.fromkeys(gone, self._latest))
        self._photos.remove(gone)
        self.failures_changed.emit()

    def clear(self) -> None:
        """Start over: stop the run, empty the window."""
        self._supervisor.cancel()
        self._superseded = self._latest
        self._taken_out.clear()
        self._photos.clear()
        self._skipped = 0
        self.skipped_changed.emit(0)
        self.failures_changed.emit()

    def _start(self, order: RunOrder) -> None:
        if order.paths:
            self._latest = self._supervisor.start_run(order)
            self.running_changed.emit()

    @Slot(int)
    def _on_started(self, _request: int) -> None:
        self._began = time.monotonic()
        self._last_progress = None
        self._net_of_run = self._done_before_refining = None
        self.running_changed.emit()
        self.run_began.emit()

    @Slot(int, list)
    def _on_events(self, request: int, events: list[Event]) -> None:
        if request <= self._superseded:
            return
        progress: Progress | None = None
        failed = False
        for event in events:
            match event:
                case Found():
                    self._photos.add(key for key in event.keys if self._wanted(key, request))
                case Scored():
                    self._photos.set_scores(event.photos)
                case Failed():
                    self._photos.set_failures(
                        [failure for failure in event.failures if self._wanted(failure.key, request)]
                    )
                    failed = True
                case Progress():
                    progress = event
                case Skipped():
                    self._skipped += event.count
                    self.skipped_changed.emit(self._skipped)
                case EngineReady():
                    self.engine_changed.emit(event.engine)
                case Started():
                    if self._net_of_run is not None:
                        so_far = progress or self._last_progress
                        self._done_before_refining = so_far.done if so_far else 0
                    self._net_of_run = self.net = event.net
                case Notice():
                    self.noticed.emit(event)
        if failed:
            self.failures_changed.emit()
        if progress is not None:
            self._last_progress = progress
            self.progressed.emit(progress)

    def _wanted(self, key: ImageKey, request: int) -> bool:
        return self._taken_out.get(key, 0) < request

    @Slot(int, object)
    def _on_failed(self, _request: int, problem: Exception) -> None:
        self.not_scored.emit(str(problem))

    @Slot(int, bool)
    def _on_finished(self, _request: int, cancelled: bool) -> None:
        last = self._last_progress
        if last is not None and last.total == 0 and not cancelled:
            self.noticed.emit(Notice(NoticeKind.INFORMATION, "No photos were found there."))
        photos = last.done if last else 0
        if self._done_before_refining is not None:
            photos = self._done_before_refining
        self.ended.emit(photos, time.monotonic() - self._began, cancelled)
        self.running_changed.emit()
