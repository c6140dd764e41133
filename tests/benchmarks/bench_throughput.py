"""Photos a second: our engine beside the `resmem` package on the same frames, and the whole pipeline."""

from __future__ import annotations

import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import resmem  # type: ignore[import-untyped]
import torch

from memapp.core.control import RunControl
from memapp.core.events import EngineReady, Scored
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.scoring.factory import ResMemFactory
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from memapp.store.scores import SqliteScoreStore
from tests.benchmarks.made_photos import make_photos
from tests.benchmarks.measurement import Measurement

PHOTOS = 100
FRAMES = 32
PACKAGE_BATCH = 16
PAIRS = 5

Scoring = Callable[[], npt.NDArray[np.float32]]


def run() -> list[Measurement]:
    """Measure on the CPU, which every computer has."""
    weights = WeightsLocator(resources=resources_folder(), home=home_folder())
    scorers = ResMemFactory(weights=weights, home=home_folder(), device="cpu")
    with tempfile.TemporaryDirectory(prefix="memapp-throughput-") as folder:
        photos = make_photos(Path(folder) / "photos", count=PHOTOS)
        frames = np.stack([_frame(path) for path in photos[:FRAMES]])
        ours, theirs = _compare(_our_scoring(scorers, frames), _package_scoring(frames))
        pipeline = _pipeline_rate(Path(folder), scorers)
    ratios = [our_rate / their_rate for our_rate, their_rate in zip(ours, theirs, strict=True)]
    return [
        Measurement("ours over the package's, median", statistics.median(ratios), "x", 1.0, at_least=True),
        Measurement("our net", statistics.median(ours), "1/s", None),
        Measurement(f"the package's net, batch {PACKAGE_BATCH}", statistics.median(theirs), "1/s", None),
        Measurement("from files of 1600 x 1067 to kept scores", pipeline, "1/s", None),
    ]


def _frame(path: Path) -> PixelArray:
    frame = load_photo(str(path), frame=True).frame
    assert frame is not None
    return frame


def _our_scoring(scorers: ResMemFactory, frames: PixelArray) -> Scoring:
    scorer = scorers.build(print)
    size = scorer.batch_size
    return lambda: np.concatenate(
        [scorer.score(frames[first : first + size]) for first in range(0, len(frames), size)]
    )


def _package_scoring(frames: PixelArray) -> Scoring:
    with warnings.catch_warnings():
        # It calls torchvision the old way.
        warnings.simplefilter("ignore", UserWarning)
        net = resmem.ResMem(pretrained=True).eval()
    # As its own transformer gives them: floats, colour by colour. This preparation is not measured.
    tensor = torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous().float().div(255)
    batches = torch.split(tensor, PACKAGE_BATCH)

    @torch.inference_mode()
    def score() -> npt.NDArray[np.float32]:
        scores: npt.NDArray[np.float32] = torch.cat([net(batch) for batch in batches]).squeeze(1).numpy()
        return scores

    return score


def _compare(ours: Scoring, theirs: Scoring) -> tuple[list[float], list[float]]:
    """Photos a second of both, in turns, so that whatever else the computer does hits both alike."""
    # The first time of each is a warm-up, and proof that both do the same.
    np.testing.assert_allclose(ours(), theirs(), atol=1e-5)
    pairs = [(_rate(ours), _rate(theirs)) for _ in range(PAIRS)]
    return [our_rate for our_rate, _ in pairs], [their_rate for _, their_rate in pairs]


def _rate(scoring: Scoring) -> float:
    started = time.perf_counter()
    count = len(scoring())
    return count / (time.perf_counter() - started)


def _pipeline_rate(folder: Path, scorers: ResMemFactory) -> float:
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
