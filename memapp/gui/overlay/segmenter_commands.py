"""Lists, installs, removes and downloads segmenters, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Qt, Signal, Slot

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import SegmenterIdentity
from memapp.core.text import tr
from memapp.workers.jobs import Jobs

BytesProgress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all, from any thread."""


@dataclass(frozen=True, slots=True)
class SegmenterRow:
    """One pack, as a list shows it."""

    name: str
    title: str
    size: int
    """Bytes."""
    built_in: bool
    """Whether it came with memapp; then it can't be removed."""
    problem: str = ""
    """Why it can't be used; empty where it can."""


@dataclass(frozen=True, slots=True)
class SegmenterOffer:
    """A pack that can be downloaded."""

    name: str
    size: int
    """Bytes of the download."""
    fetch: Callable[[RunControl, BytesProgress], str]
    """Downloads and installs it; returns its name."""


@dataclass(frozen=True, slots=True)
class SegmenterWork:
    """Work on packs, handed in by the composition root; slow. Raises: SegmenterError, Cancelled."""

    rows: Callable[[], tuple[SegmenterRow, ...]]
    """Returns all packs, unusable ones too, the default first."""
    installed: Callable[[], tuple[SegmenterIdentity, ...]]
    """Returns the usable segmenters, the default first."""
    install: Callable[[Path, RunControl, BytesProgress], str]
    """Installs a pack from a folder or a file; returns its name."""
    remove: Callable[[str], None]
    offers: tuple[SegmenterOffer, ...] = ()
    """The packs that can be downloaded, the recommended one first."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The packs that are installed now."""

    rows: tuple[SegmenterRow, ...] = ()
    usable: tuple[SegmenterIdentity, ...] = ()


class SegmenterCommands(QObject):
    """Runs the work on packs, one piece after another. Lives on the GUI thread.

    Signals:
        changed(): other packs are installed, or work began or ended.
        progressed(object, object): bytes done, bytes in all.
        outcome(str): what was done, or why not, in a sentence.
    """

    changed = Signal()
    progressed = Signal(object, object)
    outcome = Signal(str)
    _reported = Signal(object, object, object)

    def __init__(self, *, work: SegmenterWork, jobs: Jobs, parent: QObject) -> None:
        """Take the work and the thread that does it, and look up the packs."""
        super().__init__(parent)
        self.work = work
        self._jobs = jobs
        self._control: RunControl | None = None
        self.installed = Installed()
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether a pack is being installed or downloaded."""
        return self._control is not None

    def refresh(self) -> None:
        """Look up what is installed."""
        self._jobs.start(
            lambda: Installed(self.work.rows(), self.work.installed()),
            done=self._on_looked_up,
            failed=lambda problem: self.outcome.emit(str(problem)),
        )

    def install(self, source: Path) -> None:
        """Install a pack from a folder or a file."""
        self._begin(lambda control, progress: self.work.install(source, control, progress))

    def fetch(self, offer: SegmenterOffer) -> None:
        """Download a pack."""
        self._begin(offer.fetch)

    def remove(self, name: str) -> None:
        """Remove a pack."""
        self._jobs.start(
            lambda: self.work.remove(name),
            done=lambda _: self._end(tr("{name} was removed.", name=name)),
            failed=lambda problem: self._end(str(problem)),
        )

    def cancel(self) -> None:
        """Stop installing or downloading; the next download resumes where this one stopped."""
        if self._control is not None:
            self._control.cancel()

    def _begin(self, job: Callable[[RunControl, BytesProgress], str]) -> None:
        if self._control is not None:
            return
        control = self._control = RunControl()

        def report(done: int, total: int) -> None:
            self._reported.emit(control, done, total)

        self._jobs.start(
            lambda: job(control, report),
            done=lambda name: self._end(tr("{name} is installed.", name=name)),
            failed=lambda problem: self._end(
                tr("Cancelled.") if isinstance(problem, Cancelled) else str(problem)
            ),
        )
        self.changed.emit()

    def _end(self, text: str) -> None:
        self._control = None
        self.outcome.emit(text)
        self.changed.emit()
        self.refresh()

    def _on_looked_up(self, installed: Installed) -> None:
        self.installed = installed
        self.changed.emit()

    @Slot(object, object, object)
    def _on_reported(self, control: RunControl, done: int, total: int) -> None:
        if control is self._control:
            self.progressed.emit(done, total)
