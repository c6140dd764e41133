"""Waiting times for the window and for the first score: the real program, in a real X window."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from memapp.core.resources import resource_path
from memapp.store.scores import FILE_NAME
from tests.benchmarks.frame_buffer import frame_buffer
from tests.benchmarks.made_photos import CAMERA_SIZE, make_photos
from tests.benchmarks.measurement import Measurement
from tests.window.memapp_window import memapp_command
from tests.window.screen import Screen, wait_until

STARTS = 5
FIRST_SCORES = 3
_CAMERA_PHOTOS = 8
_WAIT_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.005


class _FirstPaint(NamedTuple):
    seconds: float
    """From the start of the process to the first picture on the screen."""
    torch_files: int
    """How many of torch's shared libraries the process had in memory by then."""


def run() -> list[Measurement]:
    """Measure; each start has a MEMAPP_HOME of its own, as the very first one has."""
    samples = resource_path("samples")
    with tempfile.TemporaryDirectory(prefix="memapp-photos-") as folder:
        camera = Path(folder)
        make_photos(camera, count=_CAMERA_PHOTOS, size=CAMERA_SIZE)
        _first_paint()  # reads from the disk what the others find in memory
        empty = [_first_paint() for _ in range(STARTS)]
        filling = [_first_paint(samples) for _ in range(STARTS)]
        first_scores = {path: [_first_score(path) for _ in range(FIRST_SCORES)] for path in (samples, camera)}
    torch_files = max(start.torch_files for start in (*empty, *filling))
    return [
        Measurement("window painted, empty", _median_seconds(empty), "s", 0.6),
        Measurement("window painted, given photos", _median_seconds(filling), "s", 0.6),
        Measurement("libraries of torch loaded by then", torch_files, "files", 0),
        Measurement("first score, from the start", statistics.median(first_scores[samples]), "s", 15.0),
        Measurement("first score of 24 megapixels", statistics.median(first_scores[camera]), "s", 15.0),
    ]


def _median_seconds(starts: Sequence[_FirstPaint]) -> float:
    return statistics.median(start.seconds for start in starts)


def _first_paint(*paths: Path) -> _FirstPaint:
    with _start(*paths) as start, frame_buffer(start.home) as picture:
        start.wait_until(picture.is_painted, "the window")
        return _FirstPaint(start.seconds(), start.torch_files())


def _first_score(path: Path) -> float:
    with _start(path) as start:
        start.wait_until(start.has_scores, "a score")
        return start.seconds()


class _Start:
    """One start of memapp, looked at from outside."""

    def __init__(self, *paths: Path, screen: Screen, home: Path) -> None:
        self.home = home
        self._started = time.perf_counter()
        self.process = subprocess.Popen(
            memapp_command(*map(str, paths)), env={**screen.environment, "MEMAPP_HOME": str(home)}
        )

    def seconds(self) -> float:
        """How long ago it was started."""
        return time.perf_counter() - self._started

    def wait_until(self, ask: Callable[[], bool], what: str) -> None:
        """Wait for something that memapp does."""

        def answer() -> bool:
            assert self.process.poll() is None, f"memapp ended with {self.process.returncode}"
            return ask()

        wait_until(answer, what, seconds=_WAIT_SECONDS, every=_LOOK_EVERY_SECONDS)

    def torch_files(self) -> int:
        """How many of torch's shared libraries are in its memory."""
        maps = Path(f"/proc/{self.process.pid}/maps").read_text(encoding="utf-8").splitlines()
        return len({line.split()[-1] for line in maps if "/torch/lib/" in line})

    def has_scores(self) -> bool:
        """Whether it has stored a score."""
        database = self.home / FILE_NAME
        # At first there is no file, and no table in it.
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection,
        ):
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM scores)").fetchone()[0])
        return False


@contextmanager
def _start(*paths: Path) -> Iterator[_Start]:
    """Start memapp on a screen of its own, in a home of its own, in which the screen keeps its files, too."""
    with tempfile.TemporaryDirectory(prefix="memapp-home-", ignore_cleanup_errors=True) as home:
        screen = Screen(folder=Path(home))
        try:
            start = _Start(*paths, screen=screen, home=Path(home))
            try:
                yield start
            finally:
                start.process.terminate()
                start.process.wait()
        finally:
            screen.stop()
