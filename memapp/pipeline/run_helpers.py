"""A run's other threads besides decoding: find the photos, identify the net, load it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from memapp.core.contracts import PhotoFinder, Scorer, ScorerFactory
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.events import Notice, NoticeKind
from memapp.core.machine import lower_this_thread
from memapp.core.records import Failure, FoundFile, NetIdentity, SkippedFile
from memapp.core.text import tr

FOUND_BATCH = 512
"""Photos delivered at once."""
_FOUND_SECONDS = 0.05

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """Every photo was found."""


@dataclass(frozen=True, slots=True)
class NetReady:
    """The net is loaded; its receiver must close it."""

    scorer: Scorer


@dataclass(frozen=True, slots=True)
class NetProblem:
    """The net is not available."""

    problem: Exception


HelperMessage: TypeAlias = (
    list[FoundFile | Failure | SkippedFile] | SearchEnded | NetIdentity | NetReady | NetProblem | Notice
)
"""The results of the helpers."""


class RunHelpers:
    """Threads with one task each that pass their results to a callback, called on those threads.

    Its methods are called by one thread.
    """

    def __init__(
        self,
        *,
        finder: PhotoFinder,
        scorers: ScorerFactory,
        control: RunControl,
        deliver: Callable[[HelperMessage], None],
    ) -> None:
        self._finder = finder
        self._scorers = scorers
        self._control = control
        self._deliver = deliver
        self._threads: list[threading.Thread] = []

    def search(self, paths: Sequence[str]) -> None:
        """Find the photos below these paths: batches of them, then SearchEnded."""
        self._start("memapp finder", lambda: self._search(paths))

    def identify_net(self) -> None:
        """Identify the net: a NetIdentity or a NetProblem."""
        self._start("memapp net", self._identify)

    def build_net(self) -> None:
        """Load the net: Notices, then NetReady or NetProblem."""
        self._start("memapp net", self._build)

    def join(self, seconds: float) -> None:
        """Wait for the threads to end, at most this long in total."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _start(self, name: str, work: Callable[[], None]) -> None:
        # Daemons: a network folder or a graphics driver that hangs must not keep the program from exiting.
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _search(self, paths: Sequence[str]) -> None:
        lower_this_thread()
        batch: list[FoundFile | Failure | SkippedFile] = []
        due = time.monotonic() + _FOUND_SECONDS
        try:
            for found in self._finder(paths, control=self._control):
                batch.append(found)
                if len(batch) >= FOUND_BATCH or time.monotonic() >= due:
                    self._deliver(batch)
                    batch = []
                    due = time.monotonic() + _FOUND_SECONDS
        except Cancelled:
            pass
        except Exception as problem:
            _log.exception("the search for photos failed")
            text = tr(
                "The search for photos stopped early: {problem}. Some may be missing. Add the folder again.",
                problem=problem,
            )
            self._deliver(Notice(NoticeKind.WARNING, text))
        if batch:
            self._deliver(batch)
        self._deliver(SearchEnded())

    def _identify(self) -> None:
        lower_this_thread()
        try:
            self._deliver(self._scorers.identity())
        except Exception as problem:
            self._deliver(NetProblem(problem))

    def _build(self) -> None:
        lower_this_thread()
        try:
            scorer = self._scorers.build(lambda text: self._deliver(Notice(NoticeKind.WARNING, text)))
            self._deliver(NetReady(scorer))
        except Exception as problem:
            self._deliver(NetProblem(problem))
