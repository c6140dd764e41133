"""Starts runs over the window's photos and applies their events to the library."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from memapp.core.events import Event, Notice
from memapp.core.net_ids import RESMEM_ID
from memapp.core.nets import NetInfo
from memapp.core.records import ImageKey, NetIdentity, PhotoId, Precision, RunOrder
from memapp.core.text import tr
from memapp.library.ingest import Ingest
from memapp.library.scores import Scores
from memapp.workers.supervisor import Supervisor


class Session(QObject):
    """Starts runs and feeds the library from them. Lives on the GUI thread.

    Signals:
        added(list[str]): these files and folders are to be scored.
        running_changed(): a run began, ended, was paused or resumed.
        gives_way_changed(): an explanation began or ended; a run may wait for it.
        run_began(): a run began; after running_changed.
        run_net_changed(str): the title of the net of the run that begins; empty where only one scores.
        progressed(object Progress): how far the run is.
        ended(int, float, bool): photos finished (each once, also in a triage), seconds taken, whether it
            was cancelled.
        engine_changed(object EngineInfo): what the net runs on.
        failures_changed(): photos failed, or failed ones were removed.
        skipped_changed(int): the number of files skipped so far that are no pictures.
        noticed(object Notice): show this.
        not_scored(str): the run stopped; the reason and what to do. The photos left can be scored later.
    """

    added = Signal(list)
    running_changed = Signal()
    gives_way_changed = Signal()
    run_began = Signal()
    run_net_changed = Signal(str)
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
        scores: Scores,
        precision: Precision = Precision.EXACT,
        parent: QObject | None = None,
    ) -> None:
        """Apply this supervisor's events to these scores; new photos are scored with this precision."""
        super().__init__(parent)
        self.supervisor = supervisor
        self._scores = scores
        self.library = self._library = scores.library
        self._ingest = Ingest(scores)
        self.marks = self._ingest.marks
        self._began = 0.0
        self.precision = precision
        supervisor.run_started.connect(self._begin)
        supervisor.events_ready.connect(self._on_events)
        supervisor.run_failed.connect(self._on_failed)
        supervisor.run_finished.connect(self._on_finished)
        for signal in (supervisor.explain_started, supervisor.explain_finished):
            signal.connect(lambda *_: self.gives_way_changed.emit())

    @property
    def running(self) -> bool:
        """Whether a run is going on or waiting."""
        return self.supervisor.running

    @property
    def paused(self) -> bool:
        """Whether the run is paused."""
        return self.supervisor.paused

    @property
    def gives_way(self) -> bool:
        """Whether the run waits for an explanation that a person waits for."""
        return self.running and not self.paused and self.supervisor.explaining

    @property
    def identities(self) -> dict[str, NetIdentity]:
        """The nets that have scored, by name."""
        return self._ingest.identities

    @property
    def net(self) -> NetIdentity | None:
        """The net whose scores are shown; None until it has scored."""
        return self.identities.get(self._scores.shown.id)

    # Orders

    def add(self, paths: Sequence[str]) -> None:
        """Score what lies below these paths with every net, as new photos are to be scored."""
        self.added.emit(list(paths))
        nets = sorted(self._scores.nets, key=lambda net: net != self._scores.shown)
        for place, net in enumerate(nets):
            order = RunOrder(tuple(paths), self._precision_for(net.id), net=net.id)
            self._start(order, repeats=place > 0)

    def score_with(self, net: NetInfo, keys: Iterable[ImageKey]) -> None:
        """Score photos with one more net."""
        paths = tuple(key.path for key in keys)
        self._start(RunOrder(paths, self._precision_for(net.id), net=net.id), repeats=True)

    def stop_scoring_with(self, name: str) -> None:
        """Stop the runs of this net; other runs continue."""
        for request in self._ingest.requests_of(name):
            self.supervisor.cancel_run(request)

    def score_exactly(self, keys: Iterable[ImageKey]) -> None:
        """Score photos exactly; their fast scores stay until then."""
        self._start(RunOrder(tuple(key.path for key in keys), Precision.EXACT))

    def triage(self, keys: Iterable[ImageKey], count: int) -> None:
        """Score photos fast, then this many of the best exactly; known scores stay until then."""
        self._start(RunOrder(tuple(key.path for key in keys), triage=count))

    def score_again(self, keys: Iterable[ImageKey]) -> None:
        """Score photos again that failed (their files may be repaired now), or were never scored."""
        again = list(keys)
        self._library.blank(photo for key in again if (photo := self._library.id_of(key)) is not None)
        self.failures_changed.emit()
        self.add([key.path for key in again])

    def score_rest(self) -> None:
        """Score again what failed or was never scored, and what lacks the score of some net."""
        again = self._scores.keys_without_score()
        self.score_again(again)
        for net in self._scores.nets:
            lacking = set(self._scores.keys_lacking(net.id)).difference(again)
            self.score_with(net, sorted(lacking, key=lambda key: key.path))

    def set_paused(self, paused: bool) -> None:
        """Pause or resume."""
        if paused:
            self.supervisor.pause()
        else:
            self.supervisor.resume()
        self.running_changed.emit()

    def cancel(self) -> None:
        """Stop after the current photos; scores so far are kept."""
        self.supervisor.cancel()

    # The list of photos

    def remove(self, keys: Iterable[ImageKey]) -> tuple[PhotoId, ...]:
        """Remove photos from the list, and return those that were there; their files and scores stay."""
        photos = (photo for key in keys if (photo := self._library.id_of(key)) is not None)
        removed = self._ingest.remove(photos)
        self.failures_changed.emit()
        return removed

    def restore(self, photos: Iterable[PhotoId]) -> tuple[PhotoId, ...]:
        """Undo `remove`; return the photos that came back."""
        restored = self._ingest.restore(photos)
        self.failures_changed.emit()
        return restored

    def clear(self) -> None:
        """Stop the run and remove all photos."""
        self.supervisor.cancel()
        self._ingest.clear()
        self.skipped_changed.emit(0)
        self.failures_changed.emit()

    def _start(self, order: RunOrder, *, repeats: bool = False) -> None:
        if order.paths:
            self._ingest.note_order(self.supervisor.start_run(order), order, repeats=repeats)
            self.running_changed.emit()

    def _precision_for(self, net: str) -> Precision:
        """Return the precision for a net: only the published net has a fast form."""
        return self.precision if net == RESMEM_ID else Precision.EXACT

    # Signals of the supervisor

    @Slot(int)
    def _begin(self, request: int) -> None:
        # While the window is busy, events of a run may come before the signal that it began.
        if self._ingest.begin(request):
            self._began = time.monotonic()
            self.run_net_changed.emit(self._ingest.title_of(request))
            self.running_changed.emit()
            self.run_began.emit()

    @Slot(int, list)
    def _on_events(self, request: int, events: list[Event]) -> None:
        if self._ingest.is_superseded(request):
            return
        self._begin(request)
        news = self._ingest.take(request, events)
        if news.skipped_changed:
            self.skipped_changed.emit(self._ingest.skipped)
        if news.engine is not None:
            self.engine_changed.emit(news.engine)
        self._notice(news.notices)
        if news.failures_changed:
            self.failures_changed.emit()
        if news.progress is not None:
            self.progressed.emit(news.progress)

    @Slot(int, object)
    def _on_failed(self, request: int, problem: Exception) -> None:
        title = self._ingest.title_of(request)
        text = tr("{net} can't score: {problem}", net=title, problem=problem) if title else str(problem)
        self.not_scored.emit(text)

    @Slot(int, bool)
    def _on_finished(self, request: int, cancelled: bool) -> None:
        end = self._ingest.finish(request, cancelled=cancelled)
        self._notice(end.notices)
        self.ended.emit(end.photos, time.monotonic() - self._began, cancelled)
        self.running_changed.emit()

    def _notice(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self.noticed.emit(notice)
