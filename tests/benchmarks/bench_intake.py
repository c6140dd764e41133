"""Whether intake keeps every core busy: a run with a net that costs nothing, against one decoding thread."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from memapp.core.control import RunControl
from memapp.core.events import Scored
from memapp.core.machine import lower_this_thread, usable_cores
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.thumbnails import ThumbnailStore
from tests.benchmarks.made_photos import CAMERA_SIZE, SCREEN_SIZE, make_photos
from tests.benchmarks.measurement import Measurement
from tests.fakes import BrightnessFactory, BrightnessScorer

REPEATS = 5
BATCH = 16
LEAST_SHARE = 0.85


def run() -> list[Measurement]:
    """Measure large and small photos, each way in turn, so that what else the machine does hits all alike."""
    measurements = []
    with tempfile.TemporaryDirectory(prefix="memapp-intake-") as folder:
        for name, size, count in (("24 megapixels", CAMERA_SIZE, 24), ("2 megapixels", SCREEN_SIZE, 160)):
            photos = make_photos(Path(folder) / name, count=count, size=size)
            measurements += _measure(name, photos, Path(folder))
    return measurements


def _measure(name: str, photos: Sequence[Path], scratch: Path) -> list[Measurement]:
    alone, run_rates, shares, thumbnail_costs = [], [], [], []
    _rate_alone(photos[:8])  # the disk's cache, libraries
    for repeat in range(REPEATS):
        one = _rate_alone(photos)
        many = _rate_of_run(photos, None)
        cache = ThumbnailCache(ThumbnailStore(home=scratch / f"{name} {repeat}"))
        with_thumbnails = _rate_of_run(photos, cache)
        alone.append(one)
        run_rates.append(many)
        shares.append(many / (usable_cores() * one))
        thumbnail_costs.append(1000 * usable_cores() * (1 / with_thumbnails - 1 / many))
    cores = usable_cores()
    return [
        Measurement(f"{name}: decoded by one thread", median(alone), "/s", None),
        Measurement(f"{name}: run, net that costs nothing", median(run_rates), "/s", None),
        Measurement(f"{name}: share of {cores} cores", median(shares), "x", LEAST_SHARE, at_least=True),
        Measurement(f"{name}: a thumbnail costs one core", median(thumbnail_costs), "ms", None),
    ]


def _rate_alone(photos: Sequence[Path]) -> float:
    """Photos a second of one thread, of the priority that the run's threads have."""

    def work() -> float:
        lower_this_thread()
        start = time.perf_counter()
        for path in photos:
            load_photo(str(path), frame=True)
        return len(photos) / (time.perf_counter() - start)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _rate_of_run(photos: Sequence[Path], thumbnails: ThumbnailCache | None) -> float:
    start = time.perf_counter()
    events = score_run(
        [str(path) for path in photos],
        finder=find_photos,
        loader=load_photo,
        scorers=BrightnessFactory(BrightnessScorer(batch_size=BATCH)),
        open_store=None,
        control=RunControl(),
        thumbnails=thumbnails,
    )
    scored = sum(len(event.photos) for event in events if isinstance(event, Scored))
    assert scored == len(photos)
    return scored / (time.perf_counter() - start)


if __name__ == "__main__":
    for measurement in run():
        print(measurement.line())
