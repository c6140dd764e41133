"""Whether memory stays flat however long a run is: 10,000 small photos and a net that costs nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil

from memapp.core.control import RunControl
from memapp.core.events import Scored
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.scores import SqliteScoreStore
from memapp.store.thumbnails import ThumbnailStore
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement
from tests.fakes import BrightnessFactory, BrightnessScorer

PHOTOS = 10_000
SETTLED = 1_000
MADE = 100
SMALL = (480, 320)
MOST_GROWTH_MB = 40.0


def run() -> list[Measurement]:
    """Score 10,000 files, with everything that a window's run writes: scores and thumbnails."""
    process = psutil.Process()
    settled = peak = 0
    scored = 0
    with tempfile.TemporaryDirectory(prefix="memapp-flat-") as scratch:
        _many_photos(Path(scratch) / "photos")
        home = Path(scratch) / "home"
        for event in score_run(
            [str(Path(scratch) / "photos")],
            finder=find_photos,
            loader=load_photo,
            scorers=BrightnessFactory(BrightnessScorer(batch_size=16)),
            open_store=lambda: SqliteScoreStore(home=home),
            control=RunControl(),
            thumbnails=ThumbnailCache(ThumbnailStore(home=home)),
        ):
            if not isinstance(event, Scored):
                continue
            scored += len(event.photos)
            memory = process.memory_info().rss
            if scored <= SETTLED:
                settled = max(settled, memory)
            peak = max(peak, memory)
    assert scored == PHOTOS
    return [
        Measurement(f"memory at the {SETTLED:,}th photo", settled / 1e6, "MB", None),
        Measurement(
            f"growth from the {SETTLED:,}th to the {PHOTOS:,}th", (peak - settled) / 1e6, "MB", MOST_GROWTH_MB
        ),
    ]


def _many_photos(folder: Path) -> None:
    """Different files by name; a hundred different pictures are enough."""
    made = make_photos(folder, count=MADE, size=SMALL)
    for number in range(PHOTOS - MADE):
        # Copies, not links: links to one file are one photo.
        (folder / f"Copy {number:05}.jpg").write_bytes(made[number % MADE].read_bytes())


if __name__ == "__main__":
    for measurement in run():
        print(measurement.line())
