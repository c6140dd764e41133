"""The one owner of threads: runs, pictures, explanations, drawing and jobs; it stops them all at the end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.events import Event
from memapp.core.explanation import ExplainEvent, ExplainOrder
from memapp.core.file_state import check_file
from memapp.core.machine import usable_cores
from memapp.core.records import FileCheck, ImageKey, RunOrder
from memapp.pipeline.contents_run import contents_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.workers.in_turn_explainer import InTurnExplainer
from memapp.workers.jobs import Jobs
from memapp.workers.newest_worker import NewestWorker
from memapp.workers.preview_pool import PreviewPool
from memapp.workers.request_sets import View
from memapp.workers.run_worker import RunMaker, RunWorker

ExplainMaker: TypeAlias = Callable[[ExplainOrder, RunControl], Iterator[ExplainEvent]]
"""Makes the generator that explains one photo."""

IdleMaker: TypeAlias = Callable[[RunControl], Iterator[object]]
"""Makes the generator of what can be done while nothing else is."""

EXPLAIN_QUIET_SECONDS = 0.2
"""While a person steps through photos none is explained: an order waits this long for a newer one."""

EVENTS_EVERY_MS = 33
PAUSED_EVERY_MS = 500
"""A paused run has hardly any events, and waiting for them should cost nothing."""


class _Worker(Protocol):
    """One or more threads: stop() lets them end, join() waits for that."""

    def stop(self) -> None: ...

    def join(self, seconds: float) -> bool: ...


class _Run(NamedTuple):
    request: int
    order: RunOrder
    control: RunControl


class Supervisor(QObject):
    """Takes the window's commands and sends it records. Lives on the GUI thread.

    Signals:
        run_started(int): the run with this request number begins.
        events_ready(int, list): its new events, about 30 times a second.
        run_failed(int, object): it ended with this exception.
        run_finished(int, bool): it ended, exactly once for each requested run; True when cancelled.
        preview_ready, picture_ready, picture_failed: as PreviewPool's.
        explained, explain_failed, explain_finished: as NewestWorker's event_ready, failed, finished.
        explain_started(int): a photo is to be explained.
        looked(int, object LookedAt), looking_ended(int, bool): as NewestWorker's event_ready, finished.
    """

    run_started = Signal(int)
    events_ready = Signal(int, list)
    run_failed = Signal(int, object)
    run_finished = Signal(int, bool)
    preview_ready = Signal(object, QImage, int)
    picture_ready = Signal(object, QImage, int)
    picture_failed = Signal(object, str, int)
    explain_started = Signal(int)
    explained = Signal(int, object)
    explain_failed = Signal(int, object)
    explain_finished = Signal(int, bool)
    looked = Signal(int, object)
    looking_ended = Signal(int, bool)

    _run_wanted = Signal(int, object, object)

    def __init__(
        self,
        *,
        make_run: RunMaker,
        loader: PhotoLoader,
        thumbnails: ThumbnailCache | None = None,
        preview_threads: int | None = None,
        make_explain: ExplainMaker | None = None,
        make_idle: IdleMaker | None = None,
    ) -> None:
        """Start the threads, idle.

        Args:
            make_run: makes the generator of a run.
            loader: loads thumbnails and pictures.
            thumbnails: where previews are looked for first, and put; None to keep none.
            preview_threads: how many previews at once; None for one a core, four at most.
            make_explain: makes the generator that explains a photo; None where nothing is to be explained.
            make_idle: makes the generator of what is done while memapp is idle; None where there is nothing.
        """
        super().__init__()
        self._buffer: deque[tuple[int, Event]] = deque()
        self._last_request = 0
        self._current: _Run | None = None
        self._waiting: deque[_Run] = deque()

        self._thread = QThread()
        self._thread.setObjectName("memapp run")
        self._worker = RunWorker(make_run=make_run, buffer=self._buffer)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.prepare)
        self._run_wanted.connect(self._worker.run, Qt.ConnectionType.QueuedConnection)
        self._worker.started.connect(self.run_started)
        self._worker.failed.connect(self._on_failed)
        self._worker.finished.connect(self._on_finished)
        self._thread.start()

        self._timer = QTimer(self)
        self._timer.timeout.connect(self._hand_over)

        self._previews = PreviewPool(
            loader=loader,
            threads=preview_threads or min(4, max(2, usable_cores())),
            thumbnails=thumbnails,
            parent=self,
        )
        self._previews.preview_ready.connect(self.preview_ready)
        self._previews.picture_ready.connect(self.picture_ready)
        self._previews.picture_failed.connect(self.picture_failed)

        self._jobs, self._long_jobs = Jobs(parent=self), Jobs(parent=self)
        self._saving = Jobs(finish_all=True, parent=self)
        self._drawing = NewestWorker(name="memapp drawing", parent=self)
        self._looking_up = NewestWorker(name="memapp tile overlays", parent=self)
        self._checking = NewestWorker(name="memapp file checks", parent=self)
        self._make_idle = make_idle
        self._idle = NewestWorker(name="memapp idle", parent=self)
        self._moments = NewestWorker(name="memapp moments", parent=self)
        self._contents = NewestWorker(name="memapp contents", parent=self)
        self._contents.event_ready.connect(self.looked)
        self._contents.finished.connect(self.looking_ended)
        self.in_turn = InTurnExplainer(make_explain=make_explain, is_busy=self.is_busy, parent=self)
        self._workers: list[_Worker] = [
            self._checking,
            self.in_turn,
            self._idle,
            self._contents,
            self._moments,
            self._previews,
            self._drawing,
            self._looking_up,
            self._jobs,
            self._long_jobs,
            self._saving,
        ]
        self._make_explain = make_explain
        self._explainer: NewestWorker | None = None
        if make_explain is not None:
            self._explainer = NewestWorker(
                name="memapp explain", quiet_seconds=EXPLAIN_QUIET_SECONDS, parent=self
            )
            self._explainer.event_ready.connect(self.explained)
            self._explainer.failed.connect(self.explain_failed)
            self._explainer.finished.connect(self._give_way)
            self._explainer.finished.connect(self.explain_finished)
            self._workers.append(self._explainer)

    @property
    def jobs(self) -> Jobs:
        """The thread for work on files."""
        return self._jobs

    @property
    def saving(self) -> Jobs:
        """The thread that saves at once what a person did; nothing that waits there is dropped at the end."""
        return self._saving

    @property
    def long_jobs(self) -> Jobs:
        """The thread for what takes minutes."""
        return self._long_jobs

    def start_run(self, order: RunOrder) -> int:
        """Queue this run after the earlier ones; return its request number."""
        self._idle.cancel()
        self._last_request += 1
        self._waiting.append(_Run(self._last_request, order, RunControl()))
        if self._current is None:
            self._start_next()
        return self._last_request

    def pause(self) -> None:
        """Pause the run after the batch in hand."""
        if self._current:
            self._current.control.pause()
            self._timer.setInterval(PAUSED_EVERY_MS)

    def resume(self) -> None:
        """Resume the run."""
        if self._current:
            self._current.control.resume()
            self._timer.setInterval(EVENTS_EVERY_MS)

    def cancel(self) -> None:
        """Stop the run after the batch in hand, and drop those that wait; scores so far are kept."""
        waiting, self._waiting = self._waiting, deque()
        if self._current:
            self._current.control.cancel()
        for run in waiting:
            self.run_finished.emit(run.request, True)

    def cancel_run(self, request: int) -> None:
        """Stop one run, or drop it if it waits; the others go on."""
        if self._current and self._current.request == request:
            self._current.control.cancel()
        elif waiting := [run for run in self._waiting if run.request == request]:
            self._waiting.remove(waiting[0])
            self.run_finished.emit(request, True)

    @property
    def running(self) -> bool:
        """Whether a run is going on or waiting."""
        return self._current is not None

    @property
    def paused(self) -> bool:
        """Whether the run is paused."""
        return self._current is not None and self._current.control.paused

    def request_previews(
        self, view: View, keys: Sequence[ImageKey], side: int, *, nearby: bool = False
    ) -> None:
        """Load thumbnails for a view, in the place of those it asked for before; as PreviewPool's."""
        self._previews.request_previews(view, keys, side, nearby=nearby)

    def request_pictures(self, view: View, keys: Sequence[ImageKey], side: int) -> None:
        """Load up to four large pictures for a view, in the place of those before; as PreviewPool's."""
        self._previews.request_pictures(view, keys, side)

    def explain(self, order: ExplainOrder) -> int:
        """Explain a photo, in place of any earlier order; return the request number."""
        make_explain = self._make_explain
        assert self._explainer is not None, "there is nothing here that explains"
        assert make_explain is not None
        self._idle.cancel()
        request = self._explainer.start(lambda control: make_explain(order, control))
        self._give_way()
        self.explain_started.emit(request)
        return request

    def cancel_explaining(self) -> None:
        """Cancel the explanation in hand and the one that waits."""
        if self._explainer is not None:
            self._explainer.cancel()

    def look_at(self, keys: Sequence[ImageKey], *, segmenter: str) -> int:
        """Find what is in these photos, behind all other work; return the request number."""
        make_explain = self._make_explain
        assert make_explain is not None
        return self._contents.start(
            lambda control: contents_run(
                keys, segmenter=segmenter, explain=make_explain, is_busy=self.is_busy, control=control
            )
        )

    @property
    def moments(self) -> NewestWorker:
        """The thread that finds photos of one moment, and notes what that needs."""
        return self._moments

    def is_busy(self) -> bool:
        """Return whether scoring or an explanation is going on, to which background work gives way."""
        return (self.running and not self.paused) or self.explaining

    def stop_looking(self) -> None:
        """Stop finding what is in photos after the one in hand."""
        self._contents.cancel()

    @property
    def explaining(self) -> bool:
        """Whether a photo is being explained, or waits for it."""
        return self._explainer is not None and self._explainer.busy

    @Slot()
    def _give_way(self) -> None:
        """Let the run wait while a photo is explained: the person who looks at it waits for that."""
        if self._current is not None:
            self._current.control.set_giving_way(self.explaining)

    @Slot()
    def start_idle_work(self) -> None:
        """Do what can be done while memapp is idle; the next run or explanation ends it."""
        if self._make_idle is not None and not self.running and not self.explaining:
            self._idle.start(self._make_idle)

    def draw(self, job: Callable[[], Any], *, done: Callable[[Any], None]) -> None:
        """Draw something off the GUI thread; done is called on it, unless a newer drawing was ordered."""
        self._drawing.start_job(lambda _control: job(), done=done)

    def look_up(
        self,
        orders: Sequence[ExplainOrder],
        *,
        draw: Callable[[ExplainEvent], QImage],
        done: Callable[[dict[ImageKey, QImage]], None],
    ) -> None:
        """Draw the kept parts of these orders small, off the GUI thread.

        done is called on the GUI thread, unless newer orders came. The orders must be for kept
        parts only; photos of which nothing is kept get an empty image.
        """
        make_explain = self._make_explain
        if make_explain is None:
            return

        def work(control: RunControl) -> dict[ImageKey, QImage]:
            drawn = {order.key: QImage() for order in orders}
            for order in orders:
                for event in make_explain(order, control):
                    drawn[order.key] = draw(event)
            return drawn

        self._looking_up.start_job(work, done=done)

    def find_changed(self, keys: Sequence[ImageKey], *, done: Callable[[list[ImageKey]], None]) -> None:
        """Look which of these files were changed or replaced since they were in the state of their keys.

        done is called with them on the GUI thread, unless another look was asked for meanwhile. Files that
        are gone are not among them: a drive that is away changes no photo.
        """

        def work(control: RunControl) -> list[ImageKey]:
            changed: list[ImageKey] = []
            for key in keys:
                control.checkpoint()
                if check_file(key) is FileCheck.CHANGED:
                    changed.append(key)
            return changed

        self._checking.start_job(work, done=done)

    def stop(self, *, seconds: float) -> bool:
        """Stop everything for good.

        Returns:
            Whether every thread has ended within the time. One that has not hangs in a library or a driver.
        """
        until = time.monotonic() + seconds
        self.cancel()
        for worker in self._workers:
            worker.stop()
        self._thread.quit()
        ended = self._thread.wait(max(1, round(1000 * seconds)))
        self._timer.stop()
        joined = [worker.join(max(0.0, until - time.monotonic())) for worker in self._workers]
        return all(joined) and ended

    def _start_next(self) -> None:
        self._current = self._waiting.popleft()
        self._give_way()
        self._timer.start(EVENTS_EVERY_MS)
        self._run_wanted.emit(*self._current)

    @Slot()
    def _hand_over(self) -> None:
        events: dict[int, list[Event]] = {}
        # Events that arrive meanwhile are for the next time.
        for _ in range(len(self._buffer)):
            request, event = self._buffer.popleft()
            events.setdefault(request, []).append(event)
        for request, some in events.items():
            self.events_ready.emit(request, some)

    @Slot(int, object)
    def _on_failed(self, request: int, problem: Exception) -> None:
        self._hand_over()
        self.run_failed.emit(request, problem)

    @Slot(int)
    def _on_finished(self, request: int) -> None:
        self._hand_over()
        assert self._current is not None
        cancelled = self._current.control.cancelled
        self._current = None
        if self._waiting:
            self._start_next()
        else:
            self._timer.stop()
        self.run_finished.emit(request, cancelled)
