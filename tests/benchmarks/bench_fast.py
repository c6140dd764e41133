"""The accuracy of fast scores on photos that were not used for the quantisation, and their speed.

The photos are those of shared/data beside the checkout, except the files that the recipe lists.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Scorer
from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FoundFile, PixelArray, Precision
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from memapp.scoring.fast.fast_net import fast_factory
from memapp.scoring.fast.recipe import shipped_recipe
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator
from tests.benchmarks.measurement import Measurement

ROOT = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDERS = (
    *(
        f"photos/{name}"
        for name in (
            "camera",
            "cameratrap",
            "cid22",
            "clic2025",
            "kodak_png",
            "landscape_large",
            "objects_azure",
            "openimages_ade20k_tiny",
            "openimages_coco_tiny",
            "openimages_imagenet_tiny",
            "people",
            "products_clothing",
            "scenes_azure",
        )
    ),
    "labelled/images",
    "masks/images",
)
"""Photographs, each once: no variants of formats and orientations."""

AT_ONCE = 8
ROUNDS = 7


def run() -> list[Measurement]:
    """Score everything both ways."""
    if not ROOT.is_dir():
        print(f"skipped: the photos are not there ({ROOT})")
        return []
    frames = list(_frames())
    exact_frames = np.stack([exact for exact, _ in frames])
    fast_frames = np.stack([fast for _, fast in frames])
    with tempfile.TemporaryDirectory(prefix="memapp-bench-fast-") as home:
        weights = WeightsLocator(resources=resources_folder(), home=Path(home))
        exact = resmem_factory(weights=weights, home=Path(home), device="cpu").build(print)
        fast = fast_factory(weights=weights, home=Path(home)).build(print)
        true = _scores(exact.score, exact_frames)
        alone = _scores(fast.score, exact_frames)
        quick = _scores(fast.score, fast_frames)
        times: dict[str, list[float]] = {"exact": [], "fast": []}
        for number in range(ROUNDS):
            part = exact_frames[number * AT_ONCE : (number + 1) * AT_ONCE]
            for name, scorer in (("exact", exact), ("fast", fast)):
                started = time.perf_counter()
                scorer.score(part)
                times[name].append(time.perf_counter() - started)
        maps = {
            name: median(_map_seconds(scorer, frame) for frame in exact_frames[:3])
            for name, scorer in (("exact", exact), ("fast", fast))
        }
        exact.close()
        fast.close()
    ratio = median(slow / quick_ for slow, quick_ in zip(times["exact"], times["fast"], strict=True))
    off, alone_off = np.abs(true - quick), np.abs(true - alone)
    return [
        Measurement(
            "photos that were not used for the quantisation", len(true), "photos", 300, at_least=True
        ),
        Measurement("fast against exact scores: Spearman", _spearman(true, quick), "", 0.99, at_least=True),
        Measurement("fast against exact scores: mean difference", float(off.mean()), "", 0.01),
        Measurement("fast against exact scores: 99th percentile", float(np.percentile(off, 99)), "", None),
        Measurement("fast against exact scores: largest difference", float(off.max()), "", 0.06),
        Measurement("the same without reduced decode: mean", float(alone_off.mean()), "", None),
        Measurement("the same without reduced decode: largest", float(alone_off.max()), "", None),
        Measurement("fast net / exact net, same frames, median", ratio, "x", 1.6, at_least=True),
        Measurement("a map by occlusion, exact", maps["exact"], "s", 25.0),
        Measurement("a map by occlusion, fast", maps["fast"], "s", 14.0),
        Measurement("fast net", AT_ONCE / median(times["fast"]), "frames/s", None),
    ]


def _map_seconds(scorer: Scorer, frame: PixelArray) -> float:
    started = time.perf_counter()
    for _ in OcclusionMapMaker().make(frame, scorer=lambda: scorer, control=RunControl()):
        pass
    return time.perf_counter() - started


def _frames() -> Iterator[tuple[PixelArray, PixelArray]]:
    """Yield each photo's exact frame and its fast one."""
    quantised = shipped_recipe().quantised_on
    seen: set[str] = set()
    folders = [str(ROOT / folder) for folder in FOLDERS]
    for found in find_photos(folders, control=RunControl()):
        if not isinstance(found, FoundFile):
            continue
        digest = hashlib.sha256(Path(found.key.path).read_bytes()).hexdigest()[:16]
        if digest in quantised or digest in seen:
            continue
        seen.add(digest)
        try:
            exact, fast = (
                load_photo(found.key.path, frame=True, precision=precision).frame
                for precision in (Precision.EXACT, Precision.FAST)
            )
        except PhotoError:
            continue
        assert exact is not None
        assert fast is not None
        yield exact, fast


def _scores(score: object, frames: PixelArray) -> npt.NDArray[np.float64]:
    assert callable(score)
    parts = [score(frames[at : at + AT_ONCE]) for at in range(0, len(frames), AT_ONCE)]
    return np.concatenate(parts).astype(np.float64)


def _spearman(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    first, second = (np.argsort(np.argsort(values)).astype(np.float64) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])
