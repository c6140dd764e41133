"""How much memory the real `memapp score` takes, and whether a longer run takes more."""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psutil

from memapp.scoring.weights import RESMEM_WEIGHTS
from memapp.store.scores import FILE_NAME
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement
from tests.window.memapp_window import memapp_command

PHOTOS = 2_000
SETTLED = 500
"""By then, everything that is made once has been made."""

SIZE = (640, 427)
"""Small, since the net takes its time for each anyway."""

_MEGABYTE = 1e6
_LOOK_EVERY_SECONDS = 0.5
_AROUND = 50
"""Photos before and after a number of photos, over which the memory is averaged."""


class _Look(NamedTuple):
    """Memory in bytes when so many photos had been scored."""

    photos: int
    resident: int
    """All that is in physical memory: the weights' file, too, which the system may take back at any time."""
    own: int
    """What no file and no other process could give: what would be free if the process ended (USS)."""


def run() -> list[Measurement]:
    """Score 2,000 photos and look twice a second."""
    with tempfile.TemporaryDirectory(prefix="memapp-memory-") as folder:
        home, photos = Path(folder) / "home", Path(folder) / "photos"
        make_photos(photos, count=PHOTOS, size=SIZE)
        started = time.perf_counter()
        looks, peak = _watch_scoring(photos, home)
        seconds = time.perf_counter() - started
    limit = (RESMEM_WEIGHTS.size + 1.2e9) / _MEGABYTE
    resident_growth, own_growth = (
        _around(PHOTOS, looks, kind) - _around(SETTLED, looks, kind) for kind in ("resident", "own")
    )
    return [
        Measurement("peak memory, the weights' file with it", peak / _MEGABYTE, "MB", limit),
        Measurement("peak of its own memory", max(look.own for look in looks) / _MEGABYTE, "MB", None),
        Measurement("growth from 500 to 2,000 photos", resident_growth / _MEGABYTE, "MB", 50.0),
        Measurement("growth of its own memory", own_growth / _MEGABYTE, "MB", None),
        Measurement("photos a second, from the start", PHOTOS / seconds, "1/s", None),
    ]


def _watch_scoring(photos: Path, home: Path) -> tuple[list[_Look], int]:
    """What was seen while `memapp score` ran, and the peak that the system itself noted, in bytes."""
    looks = []
    process = subprocess.Popen(
        memapp_command("score", "--device", "cpu", str(photos)),
        env={**os.environ, "MEMAPP_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    watched = psutil.Process(process.pid)
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        memory = watched.memory_full_info()
        looks.append(_Look(_count_scores(home / FILE_NAME), memory.rss, memory.uss))
        time.sleep(_LOOK_EVERY_SECONDS)
    # Popen can't see that it has ended, so it is told.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return looks, 1024 * usage.ru_maxrss


def _count_scores(database: Path) -> int:
    # At first there is no file, and no table in it.
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM scores").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _around(photos: int, looks: Sequence[_Look], kind: str) -> float:
    """The median memory when about so many photos had been scored, in bytes."""
    near: list[int] = [getattr(look, kind) for look in looks if abs(look.photos - photos) <= _AROUND]
    return statistics.median(near)
