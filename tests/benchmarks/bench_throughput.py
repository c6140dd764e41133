"""Photos a second on the CPU: our exact net beside the `resmem` package and the machine's own limit."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from memapp.core.control import RunControl
from memapp.core.events import EngineReady, Scored
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.scoring.factory import NetFactory
from memapp.scoring.hardware import physical_cores
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore
from tests.benchmarks.machine import GFLOP_A_FRAME, MatrixProducts
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement, photos_wanted, seconds_of
from tests.benchmarks.package import Package, Scoring

PHOTOS = 100
FRAMES = 16
PACKAGE_BATCH = 16
ROUNDS = 7


def run() -> list[Measurement]:
    """Measure everything in turns, so that what else the computer does hits all alike; medians of rounds."""
    weights = WeightsLocator(resources=resources_folder(), home=home_folder())
    scorers = resmem_factory(weights=weights, home=home_folder(), device="cpu")
    count = photos_wanted(PHOTOS)
    with tempfile.TemporaryDirectory(prefix="memapp-throughput-") as folder:
        photos = make_photos(Path(folder) / "photos", count=count)
        frames = np.stack([_frame(path) for path in photos[:FRAMES]])
        package = Package()
        rates = _rates(
            ours=_our_scoring(scorers, frames),
            one_by_one=package.one_by_one(frames),
            in_batches=package.in_batches(frames, PACKAGE_BATCH),
        )
        pipeline = _pipeline_rate(Path(folder), scorers)
    ours, one_by_one, in_batches, products = (np.array(each) for each in zip(*rates, strict=True))
    limit = products / GFLOP_A_FRAME
    return [
        _ratio("exact over the package's README loop, batch 1", ours / one_by_one, 2.0),
        _ratio(f"exact over the package, batch {PACKAGE_BATCH}", ours / in_batches, 1.35),
        _ratio("exact over the machine's matrix products", ours / limit, 0.9),
        Measurement("exact", median(ours), "1/s", None),
        Measurement("the package's README loop, batch 1", median(one_by_one), "1/s", None),
        Measurement(f"the package, batch {PACKAGE_BATCH}", median(in_batches), "1/s", None),
        Measurement("the machine's matrix products", median(products), "GFLOP/s", None),
        Measurement("from files of 1600 x 1067 to kept scores", pipeline, "1/s", None),
    ]


def _ratio(name: str, ratios: np.ndarray, least: float) -> Measurement:
    return Measurement(f"{name} (median of {len(ratios)})", median(ratios), "x", least, at_least=True)


def _frame(path: Path) -> PixelArray:
    frame = load_photo(str(path), frame=True).frame
    assert frame is not None
    return frame


def _our_scoring(scorers: NetFactory, frames: PixelArray) -> Scoring:
    scorer = scorers.build(print)
    size = scorer.batch_size
    return lambda: np.concatenate(
        [scorer.score(frames[first : first + size]) for first in range(0, len(frames), size)]
    )


def _rates(*, ours: Scoring, one_by_one: Scoring, in_batches: Scoring) -> list[tuple[float, ...]]:
    """Frames a second of all three, and GFLOP a second of the machine, in each round."""
    torch.set_num_threads(physical_cores())
    products = MatrixProducts()
    # The first time of each is a warm-up, and proof that all do the same.
    np.testing.assert_allclose(ours(), in_batches(), atol=1e-5)
    np.testing.assert_allclose(ours(), one_by_one(), atol=1e-5)
    rounds = []
    for number in range(ROUNDS):
        frames_a_second = [FRAMES / seconds_of(work) for work in (ours, one_by_one, in_batches)]
        rounds.append((*frames_a_second, products.gflop_a_second()))
        print(f"  round {number + 1}: {[round(rate, 2) for rate in rounds[-1]]}", flush=True)
    return rounds


def _pipeline_rate(folder: Path, scorers: NetFactory) -> float:
    """Photos a second of a run, from the moment when its net is loaded."""
    ready = time.perf_counter()
    scored = 0
    for event in score_run(
        [str(folder / "photos")],
        finder=find_photos,
        loader=load_photo,
        scorers=scorers,
        open_store=lambda: SqliteScoreStore(home=folder / "home"),
        control=RunControl(),
    ):
        match event:
            case EngineReady():
                ready = time.perf_counter()
            case Scored():
                scored += len(event.photos)
    return scored / (time.perf_counter() - ready)
