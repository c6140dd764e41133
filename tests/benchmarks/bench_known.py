"""How long `memapp score` takes for 100,000 photos that it knows already, and how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from memapp.core.control import RunControl
from memapp.core.records import EngineInfo, FoundFile, PhotoFacts, ScoredPhoto
from memapp.intake.discover import find_photos
from memapp.scoring.resmem_net import RESMEM_IDENTITY
from memapp.store.scores import SqliteScoreStore
from tests.benchmarks.measurement import Measurement, photos_wanted
from tests.window.memapp_window import memapp_command

PHOTOS = 100_000
PHOTOS_A_FOLDER = 1_000
ROUNDS = 5
MOST_SECONDS = 12.0
MOST_MEGABYTES = 600.0

_FACTS = PhotoFacts(
    width=6000,
    height=4000,
    format="JPEG",
    taken="2026-05-01T18:30:05",
    camera="Nikon Z 8",
    lens="NIKKOR Z 24-70mm f/2.8 S",
    exposure="1/250 s  f/2.8  ISO 400  70 mm",
)
_ENGINE = EngineInfo(engine="onnxruntime", device="cpu", device_name="CPU, 2 cores")


def run() -> list[Measurement]:
    """Let it write all of them as JSON, and read what it wrote."""
    count = photos_wanted(PHOTOS)
    seconds, peaks = [], []
    with tempfile.TemporaryDirectory(prefix="memapp-known-") as scratch:
        photos, home, output = (Path(scratch) / name for name in ("photos", "home", "scores.json"))
        _make_known(photos, home, count)
        for _ in range(ROUNDS):
            took, peak = _score(photos, home, output)
            seconds.append(took)
            peaks.append(peak)
            written = json.loads(output.read_text(encoding="utf-8"))
            assert sum(row["score"] is not None for row in written["results"]) == count
    return [
        Measurement(
            f"{count:,} known photos, memapp score (median of {ROUNDS})", median(seconds), "s", MOST_SECONDS
        ),
        Measurement(f"{count:,} known photos, peak memory", max(peaks), "MB", MOST_MEGABYTES),
    ]


def _make_known(photos: Path, home: Path, count: int) -> None:
    """Files whose scores are in the store. None holds a picture: reading a pixel would fail."""
    for number in range(count):
        folder = photos / f"Folder {number // PHOTOS_A_FOLDER:03}"
        if number % PHOTOS_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"Photo {number:06}.jpg").write_bytes(b"no picture")
    store = SqliteScoreStore(home=home)
    found = find_photos([str(photos)], control=RunControl())
    keys = [file.key for file in found if isinstance(file, FoundFile)]
    assert len(keys) == count
    store.put(
        (ScoredPhoto(key, 0.4 + 0.5 * number / count, _FACTS, _ENGINE) for number, key in enumerate(keys)),
        RESMEM_IDENTITY,
    )
    store.close()


def _score(photos: Path, home: Path, output: Path) -> tuple[float, float]:
    """Seconds from the start to the end of the program, and the peak of its memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        memapp_command("score", "--format", "json", "--output", str(output), str(photos)),
        env={**os.environ, "MEMAPP_HOME": str(home)},
    )
    _, status, usage = os.wait4(process.pid, 0)
    # Popen can't see that it has ended, so it is told.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return time.perf_counter() - started, 1024 * usage.ru_maxrss / 1e6
