"""A folder of 24-megapixel JPEGs to scores: our run beside the `resmem` package's README loop, in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image

from memapp.core.contracts import ScorerFactory
from memapp.core.control import RunControl
from memapp.core.events import Scored
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.scoring.fast.fast_net import fast_factory
from memapp.scoring.hardware import physical_cores
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore
from tests.benchmarks.machine import GFLOP_A_FRAME, MatrixProducts
from tests.benchmarks.made_photos import CAMERA_SIZE, make_photos
from tests.benchmarks.measurement import Measurement, photos_wanted, seconds_of
from tests.benchmarks.package import Package

PHOTOS = 100
ROUNDS = 5
NEAR_ENOUGH = {"exact": 0.002, "fast": 0.06}
"""How far scores may be from the package's, which ignores colour profiles and EXIF: here there are none."""
LEAST = {"exact": 2.5, "fast": 4.0}


def run() -> list[Measurement]:
    """Score the folder each way in turn. Nets are loaded before: a folder is more than its first photo."""
    count = photos_wanted(PHOTOS)
    with tempfile.TemporaryDirectory(prefix="memapp-folder-") as folder:
        photos = make_photos(Path(folder) / "photos", count=count, size=CAMERA_SIZE)
        torch.set_num_threads(physical_cores())
        package = Package()
        ours = {name: SharedScorer(factory) for name, factory in _factories().items()}
        rates = _rates(photos, package, ours, Path(folder))
        limit = median(_most(photos[0], MatrixProducts()) for _ in range(ROUNDS))
    theirs = rates.pop("package")
    measurements = []
    for name, own in rates.items():
        ratios = [our_rate / their_rate for our_rate, their_rate in zip(own, theirs, strict=True)]
        title = f"{count} of 24 megapixels, {name}, over README's loop (median of {ROUNDS})"
        measurements.append(Measurement(title, median(ratios), "x", LEAST[name], at_least=True))
        measurements.append(Measurement(f"24 megapixels, {name}", median(own), "1/s", None))
    return [
        *measurements,
        Measurement("24 megapixels, README's loop", median(theirs), "1/s", None),
        Measurement("exact, the most that this machine could", limit, "1/s", None),
        Measurement("... over README's loop", limit / median(theirs), "x", None),
    ]


def _most(photo: Path, products: MatrixProducts) -> float:
    """Photos a second if nothing cost anything but libjpeg's full decode and the net's multiplications."""
    decoding = seconds_of(lambda: Image.open(photo).load()) / physical_cores()
    return 1 / (decoding + GFLOP_A_FRAME / products.gflop_a_second())


def _factories() -> Mapping[str, ScorerFactory]:
    """Each way in which we score."""
    weights = WeightsLocator(resources=resources_folder(), home=home_folder())
    return {
        "exact": resmem_factory(weights=weights, home=home_folder(), device="cpu"),
        "fast": fast_factory(weights=weights, home=home_folder()),
    }


def _rates(
    photos: Sequence[Path], package: Package, ours: Mapping[str, SharedScorer], folder: Path
) -> dict[str, list[float]]:
    """Photos a second of each way, in each round."""
    rates: dict[str, list[float]] = {name: [] for name in (*ours, "package")}
    # The first few photos are a warm-up, and proof that all do the same.
    few = photos[:4]
    for name, factory in ours.items():
        factory.build(print).close()
        scores = _score(few, factory, folder / f"home {name}")
        np.testing.assert_allclose(scores, package.readme_loop(few), atol=NEAR_ENOUGH[name])
    for number in range(ROUNDS):
        for name, factory in ours.items():
            home = folder / f"home {name} {number}"
            seconds = seconds_of(lambda: _score(photos, factory, home))  # noqa: B023 - called here
            rates[name].append(len(photos) / seconds)
        rates["package"].append(len(photos) / seconds_of(lambda: package.readme_loop(photos)))
        print(
            f"  round {number + 1}: { ({name: round(each[-1], 2) for name, each in rates.items()}) }",
            flush=True,
        )
    return rates


def _score(photos: Sequence[Path], scorers: ScorerFactory, home: Path) -> list[float]:
    """The scores of a run over the photos, in their order; kept as the app keeps them, all of them new."""
    scores: dict[str, float] = {}
    for event in score_run(
        [str(path) for path in photos],
        finder=find_photos,
        loader=load_photo,
        scorers=scorers,
        open_store=lambda: SqliteScoreStore(home=home),
        control=RunControl(),
    ):
        if isinstance(event, Scored):
            scores.update((photo.key.path, photo.score) for photo in event.photos)
    return [scores[str(path)] for path in photos]
