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
from memapp.core.net_ids import RESMEM_ID
from memapp.core.nets import NetInfo
from memapp.core.records import Failure, ImageKey, NetIdentity, Precision, RunOrder
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.workers.supervisor import Supervisor


class Session(QObject):
    """Feeds the item model from runs and remembers how the runs went. Lives on the GUI thread.

    Signals:
        running_changed(): a run began, ended, was paused or goes on.
        run_began(): a run began; after running_changed.
        run_net_changed(str): the net of the run that begins, as people read it; empty where only one scores.
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
        photos: PhotoItemModel,
        precision: Precision = Precision.EXACT,
        parent: QObject | None = None,
    ) -> None:
        """Feed these photos from this supervisor's runs; new photos are scored with this precision."""
        super().__init__(parent)
        self._supervisor = supervisor
        self._photos = photos
        self._began = 0.0
        self._begun = 0
        """The run that began last."""
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
        self._orders: dict[int, RunOrder] = {}
        """Runs that have not ended, by their numbers."""
        self._repeats: set[int] = set()
        """Those that only give another net's scores to photos that are here, or that another run finds."""
        self._unread: list[Failure] = []
        """Photos that one net has scored and that could not be read again in this run, for another."""
        self.identities: dict[str, NetIdentity] = {}
        """Of the nets that have scored, by name."""
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

    @property
    def net(self) -> NetIdentity | None:
        """The net whose scores are shown; None until it has scored."""
        return self.identities.get(self._photos.shown_net.id)

    def title_of(self, request: int) -> str:
        """The net of a run that has not ended, as people read it; nothing where only one net scores."""
        order = self._orders.get(request)
        titles = [net.title for net in self._photos.nets if order and net.id == order.net]
        return titles[0] if titles and len(self._photos.nets) > 1 else ""

    def add(self, paths: Sequence[str]) -> None:
        """Score what lies below these paths with every net, as new photos are to be scored."""
        nets = sorted(self._photos.nets, key=lambda net: net != self._photos.shown_net)
        for place, net in enumerate(nets):
            self._start(RunOrder(tuple(paths), self._precision_for(net.id), net=net.id))
            if place and paths:
                self._repeats.add(self._latest)

    def score_with(self, net: NetInfo, keys: Iterable[ImageKey]) -> None:
        """Score photos with one net, too."""
        paths = tuple(key.path for key in keys)
        self._start(RunOrder(paths, self._precision_for(net.id), net=net.id))
        if paths:
            self._repeats.add(self._latest)

    def stop_scoring_with(self, name: str) -> None:
        """Stop this net's runs; the others go on."""
        for request in [request for request, order in self._orders.items() if order.net == name]:
            self._supervisor.cancel_run(request)

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

    def score_rest(self) -> None:
        """Try again what failed or was never scored, and give every net's score to those that lack one."""
        again = self._photos.keys_without_score()
        self.score_again(again)
        for net in self._photos.nets:
            lacking = set(self._photos.keys_lacking(net.id)).difference(again)
            self.score_with(net, sorted(lacking, key=lambda key: key.path))

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
            self._orders[self._latest] = order
            self.running_changed.emit()

    def _precision_for(self, net: str) -> Precision:
        """Only the published net has a fast form."""
        return self.precision if net == RESMEM_ID else Precision.EXACT

    @Slot(int)
    def _on_started(self, request: int) -> None:
        self._begin(request)

    def _begin(self, request: int) -> None:
        # Where the window was kept busy, what a run said may come before the word that it began.
        if request == self._begun:
            return
        self._begun = request
        self._began = time.monotonic()
        self._last_progress = None
        self._net_of_run = self._done_before_refining = None
        self._unread.clear()
        self.run_net_changed.emit(self.title_of(request))
        self.running_changed.emit()
        self.run_began.emit()

    @Slot(int, list)
    def _on_events(self, request: int, events: list[Event]) -> None:
        if request <= self._superseded:
            return
        self._begin(request)
        progress: Progress | None = None
        failed = False
        net = self._orders[request].net if request in self._orders else RESMEM_ID
        for event in events:
            match event:
                case Found() if request not in self._repeats:
                    self._photos.add(key for key in event.keys if self._wanted(key, request))
                case Scored():
                    self._photos.set_scores(event.photos, net)
                case Failed():
                    self._take_failures(
                        [each for each in event.failures if self._wanted(each.key, request)], request
                    )
                    failed = True
                case Progress():
                    progress = event
                case Skipped() if request not in self._repeats:
                    self._skipped += event.count
                    self.skipped_changed.emit(self._skipped)
                case EngineReady():
                    self.engine_changed.emit(event.engine)
                case Started():
                    if self._net_of_run is not None:
                        so_far = progress or self._last_progress
                        self._done_before_refining = so_far.done if so_far else 0
                    self._net_of_run = self.identities[net] = event.net
                case Notice():
                    self.noticed.emit(event)
        if failed:
            self.failures_changed.emit()
        if progress is not None:
            self._last_progress = progress
            self.progressed.emit(progress)

    def _take_failures(self, failures: list[Failure], request: int) -> None:
        """Note failures; a photo that another net has scored keeps that, also where its file is gone."""
        if request in self._repeats:
            self._unread += [
                each for each in failures if each.key not in self._photos or self._photos.has_score(each.key)
            ]
            failures = [each for each in failures if each not in self._unread]
        self._photos.set_failures(failures)

    def _wanted(self, key: ImageKey, request: int) -> bool:
        return self._taken_out.get(key, 0) < request

    @Slot(int, object)
    def _on_failed(self, request: int, problem: Exception) -> None:
        title = self.title_of(request)
        self.not_scored.emit(f"{title} can't score: {problem}" if title else str(problem))

    @Slot(int, bool)
    def _on_finished(self, request: int, cancelled: bool) -> None:
        title = self.title_of(request)
        self._orders.pop(request, None)
        last = self._last_progress
        if last is not None and last.total == 0 and not cancelled and request not in self._repeats:
            self.noticed.emit(Notice(NoticeKind.INFORMATION, "No photos were found there."))
        self._repeats.discard(request)
        self._show_unread(title)
        photos = last.done if last else 0
        if self._done_before_refining is not None:
            photos = self._done_before_refining
        self.ended.emit(photos, time.monotonic() - self._began, cancelled)
        self.running_changed.emit()

    def _show_unread(self, title: str) -> None:
        if not self._unread:
            return
        first, more = self._unread[0], len(self._unread) - 1
        which = f"{first.key.name} and {more:,} more have" if more else f"{first.key.name} has"
        self.noticed.emit(
            Notice(NoticeKind.WARNING, f"{which} no score of {title or 'this net'}: {first.reason}")
        )
        self._unread.clear()
