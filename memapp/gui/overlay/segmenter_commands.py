"""Which segmenters there are: installing, removing and fetching them, off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, Signal, Slot

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import SegmenterIdentity
from memapp.workers.jobs import Jobs

BytesProgress: TypeAlias = Callable[[int, int], None]
"""Told how many bytes are done, and how many there are; from any thread."""


@dataclass(frozen=True, slots=True)
class SegmenterRow:
    """One pack, as a list shows it."""

    name: str
    title: str
    size: int
    """Bytes."""
    built_in: bool
    """Came with memapp; can't be removed."""
    problem: str = ""
    """Why it can't be used; empty where it can."""


@dataclass(frozen=True, slots=True)
class SegmenterWork:
    """What the composition root lends; it takes its time. Raises: SegmenterError, Cancelled."""

    rows: Callable[[], tuple[SegmenterRow, ...]]
    """All packs, those that are refused too, the default first."""
    installed: Callable[[], tuple[SegmenterIdentity, ...]]
    """Those that may be used, the default first."""
    install: Callable[[Path, RunControl, BytesProgress], str]
    """From a folder or a file; gives the pack's name."""
    remove: Callable[[str], None]
    fetch: Callable[[RunControl, BytesProgress], str] | None = None
    """Get the default pack from where it was published; None where that can't be done."""
    fetch_name: str = ""
    fetch_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Installed:
    """What is there now."""

    rows: tuple[SegmenterRow, ...] = ()
    usable: tuple[SegmenterIdentity, ...] = ()


class SegmenterCommands(QObject):
    """Does one thing after another to the packs. Lives on the GUI thread.

    Signals:
        changed(): other packs are installed, or something began or ended.
        progressed(object, object): bytes done, and all.
        said(str): what came of it, in a sentence.
    """

    changed = Signal()
    progressed = Signal(object, object)
    said = Signal(str)
    _told = Signal(object, object, object)

    def __init__(self, *, work: SegmenterWork, jobs: Jobs, parent: QObject) -> None:
        """Take the work and the thread that does it; the packs are looked up at once."""
        super().__init__(parent)
        self.work = work
        self._jobs = jobs
        self._control: RunControl | None = None
        self.installed = Installed()
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether something is being installed or fetched."""
        return self._control is not None

    def refresh(self) -> None:
        """Look up what is installed."""
        self._jobs.start(
            lambda: Installed(self.work.rows(), self.work.installed()),
            done=self._on_looked_up,
            failed=lambda problem: self.said.emit(str(problem)),
        )

    def install(self, source: Path) -> None:
        """Install a pack from a folder or a file."""
        self._begin(lambda control, progress: self.work.install(source, control, progress))

    def fetch(self) -> None:
        """Get the default pack."""
        if self.work.fetch is not None:
            self._begin(self.work.fetch)

    def remove(self, name: str) -> None:
        """Remove a pack."""
        self._jobs.start(
            lambda: self.work.remove(name),
            done=lambda _: self._end(f"{name} was removed."),
            failed=lambda problem: self._end(str(problem)),
        )

    def cancel(self) -> None:
        """Stop installing or fetching; what was fetched so far serves the next time."""
        if self._control is not None:
            self._control.cancel()

    def _begin(self, job: Callable[[RunControl, BytesProgress], str]) -> None:
        if self._control is not None:
            return
        control = self._control = RunControl()

        def report(done: int, total: int) -> None:
            self._told.emit(control, done, total)

        self._jobs.start(
            lambda: job(control, report),
            done=lambda name: self._end(f"{name} is installed."),
            failed=lambda problem: self._end(
                "Cancelled." if isinstance(problem, Cancelled) else str(problem)
            ),
        )
        self.changed.emit()

    def _end(self, words: str) -> None:
        self._control = None
        self.said.emit(words)
        self.changed.emit()
        self.refresh()

    def _on_looked_up(self, installed: Installed) -> None:
        self.installed = installed
        self.changed.emit()

    @Slot(object, object, object)
    def _on_told(self, control: RunControl, done: int, total: int) -> None:
        if control is self._control:
            self.progressed.emit(done, total)
