"""Whether maps are right, and how long explanations take: deletion and insertion on varied real photos.

Deletion (Petsiuk, Das & Saenko 2018, "RISE"): the most positive parts of a map are covered, and the score
must fall by more than when other parts of the same size and shape are covered. Maps are kept in MEMAPP_HOME,
so that an interrupted run resumes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Scorer
from memapp.core.control import RunControl
from memapp.core.explanation import (
    Explained,
    ExplainFailed,
    ExplainOrder,
    Layer,
    MapMethod,
    MemorabilityMap,
    Regions,
    SegmenterFactory,
)
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import ImageKey, PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.shared_scorer import SharedScorer
from memapp.scoring.explain.fills import FloatArray, blurred_frame, covered, mean_frame
from memapp.scoring.explain.makers import map_makers
from memapp.scoring.explain.regions import FilledRegions
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.segmentation.folders import SegmenterFolders
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from memapp.store.maps import DiskMapStore
from tests.benchmarks.measurement import Measurement

REAL_PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"
FOLDERS = (
    *("camera", "cameratrap", "cid22", "clic2025", "kodak_png", "landscape_large"),
    *("openimages_coco_tiny", "people", "products_clothing", "scenes_azure"),
)
OF_EACH = 4

TENTH = 0.1
SHARES = (0.05, TENTH, 0.2, 0.4)
"""Of the frame, that are covered (deletion) or left (insertion)."""
RANDOM_PLACES = 3

_TIMES_MOVED = 2
"""The most positive tenth must lower the score so many times as much as the same patches elsewhere."""
_SPEED_LIMITS = {MapMethod.OCCLUSION: 25.0, MapMethod.GRADIENT: 6.0}
_REGIONS_LIMIT = 6.0
_KEPT_LIMIT = 0.1

Mask = npt.NDArray[np.bool_]


class Truth(NamedTuple):
    """What covering did to one photo's score, mean of both fills."""

    photo: str
    score: float
    tenth: float
    """Drop by the map's most positive tenth."""
    moved: float
    """Drop by the same patches, moved to random places; mean."""
    blob: float
    """Drop by a disc of the same area in the middle."""
    deletion: tuple[float, ...]
    """Drops at SHARES."""
    insertion: tuple[float, ...]
    """Scores with nothing but SHARES left."""


def run() -> list[Measurement]:
    """Judge both methods, then measure their times."""
    bench = Bench()
    measurements: list[Measurement] = []
    photos = chosen_photos()
    for method in MapMethod if photos else ():
        truths = bench.judge(photos, method)
        for truth in sorted(truths, key=lambda truth: truth.tenth - truth.moved):
            print(f"{method} {truth.photo}: " + " ".join(f"{value:.3f}" for value in _flat(truth)))
        measurements += _verdict(method, truths)
    measurements += bench.speed(resources_folder() / "samples" / "Astronaut.jpg")
    bench.close()
    return measurements


def chosen_photos() -> list[Path]:
    """Some of each kind, evenly spread over each folder's names."""
    chosen = []
    for folder in FOLDERS:
        files = sorted(
            file
            for file in (REAL_PHOTOS / folder).rglob("*")
            if file.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}
        )
        places = np.linspace(0, len(files) - 1, min(OF_EACH, len(files))).round().astype(int)
        chosen += [files[place] for place in places]
    return chosen


class Bench:
    """The net, the makers of maps and where maps are kept."""

    def __init__(self) -> None:
        home = home_folder()
        weights = WeightsLocator(resources=resources_folder(), home=home)
        self._scorers = SharedScorer(resmem_factory(weights=weights, home=home, device="cpu"))
        self._makers = map_makers(weights)
        self._segmenters: SegmenterFactory = SegmenterFolders(resources=home / "none", home=home / "none")
        self._store = DiskMapStore(home=home)
        self._net: Scorer = self._scorers.build(print)

    def close(self) -> None:
        """Release the nets."""
        self._net.close()
        self._scorers.release()
        for maker in self._makers.values():
            maker.close()

    def explain(
        self, path: Path, layer: Layer, method: MapMethod = MapMethod.OCCLUSION, *, kept: bool = True
    ) -> MemorabilityMap | Regions:
        """One part of a photo's explanation."""
        status = path.stat()
        key = ImageKey(str(path), status.st_size, status.st_mtime_ns)
        explainers = Explainers(
            scorers=self._scorers,
            segmenters=self._segmenters,
            map_makers=self._makers,
            region_maker=FilledRegions(),
        )
        for event in explain_run(
            ExplainOrder(key=key, layers=frozenset({layer}), method=method),
            loader=load_photo,
            explainers=explainers,
            store=self._store if kept else None,
            control=RunControl(),
        ):
            if isinstance(event, ExplainFailed):
                raise RuntimeError(event.reason)
            if isinstance(event, Explained) and isinstance(event.part, MemorabilityMap | Regions):
                return event.part
        raise AssertionError("a run that is not cancelled ends with its part")

    def judge(self, photos: Sequence[Path], method: MapMethod) -> list[Truth]:
        """Cover what each photo's map says, and what it does not say."""
        return [self._judge(path, method, np.random.default_rng(place)) for place, path in enumerate(photos)]

    def _judge(self, path: Path, method: MapMethod, chance: np.random.Generator) -> Truth:
        made = self.explain(path, Layer.MEMORABILITY, method)
        assert isinstance(made, MemorabilityMap)
        frame = load_photo(str(path), frame=True).frame
        assert frame is not None
        tops = [most_positive(made.in_frame, share) for share in SHARES]
        tenth = tops[SHARES.index(TENTH)]
        moved = [
            np.roll(tenth, tuple(chance.integers(0, FRAME_SIDE, 2)), axis=(0, 1))
            for _ in range(RANDOM_PLACES)
        ]
        masks = [*tops, *moved, middle_blob(TENTH), *(~top for top in tops)]
        fills = (blurred_frame(frame), mean_frame(frame))
        versions = [frame, *(version for mask in masks for version in _versions(frame, mask, fills))]
        scores = _scores(self._net, versions)
        without = scores[1:].reshape(len(masks), len(fills)).mean(axis=1)
        drops = scores[0] - without
        places = len(SHARES)
        return Truth(
            photo=f"{path.parent.name}/{path.name}",
            score=float(scores[0]),
            tenth=float(drops[SHARES.index(TENTH)]),
            moved=float(drops[places : places + RANDOM_PLACES].mean()),
            blob=float(drops[places + RANDOM_PLACES]),
            deletion=tuple(drops[:places].tolist()),
            insertion=tuple(without[-places:].tolist()),
        )

    def speed(self, photo: Path) -> Iterator[Measurement]:
        """How long each part takes for one photo, the net being loaded."""
        for method, limit in _SPEED_LIMITS.items():
            self.explain(photo, Layer.MEMORABILITY, method)
            seconds = min(self._seconds(photo, Layer.MEMORABILITY, method, kept=False) for _ in range(2))
            yield Measurement(f"{method} map, exact", seconds, "s", limit)
        found = self.explain(photo, Layer.REGIONS, kept=False)
        assert isinstance(found, Regions)
        seconds = min(self._seconds(photo, Layer.REGIONS, kept=False) for _ in range(2))
        yield Measurement(f"{len(found.regions)} regions", seconds, "s", _REGIONS_LIMIT)
        seconds = statistics.median(self._seconds(photo, Layer.MEMORABILITY, kept=True) for _ in range(9))
        yield Measurement("a kept map", seconds, "s", _KEPT_LIMIT)

    def _seconds(
        self, photo: Path, layer: Layer, method: MapMethod = MapMethod.OCCLUSION, *, kept: bool
    ) -> float:
        begin = time.perf_counter()
        self.explain(photo, layer, method, kept=kept)
        return time.perf_counter() - begin


def most_positive(values: FloatArray, share: float) -> Mask:
    """So large a share of a map's pixels, those with the highest values."""
    order = np.argsort(-values, axis=None, kind="stable")
    mask = np.zeros(values.size, bool)
    mask[order[: round(share * values.size)]] = True
    return mask.reshape(values.shape)


def middle_blob(share: float) -> Mask:
    """A disc of that share of the frame's area, in its middle."""
    places = np.arange(FRAME_SIDE) - (FRAME_SIDE - 1) / 2
    return most_positive(-(places[:, None] ** 2 + places[None, :] ** 2).astype(np.float32), share)


def _versions(frame: PixelArray, mask: Mask, fills: Sequence[FloatArray]) -> list[PixelArray]:
    return [covered(frame, mask.astype(np.float32), fill) for fill in fills]


def _scores(net: Scorer, versions: Sequence[PixelArray]) -> npt.NDArray[np.float64]:
    size = net.batch_size
    batches = [np.stack(versions[start : start + size]) for start in range(0, len(versions), size)]
    return np.concatenate([net.score(batch) for batch in batches]).astype(np.float64)


def _verdict(method: MapMethod, truths: Sequence[Truth]) -> Iterator[Measurement]:
    means: Mapping[str, float] = {
        name: statistics.mean(getattr(truth, name) for truth in truths) for name in ("tenth", "moved", "blob")
    }
    count = len(truths)
    yield Measurement(f"{method}: top tenth lowers the score by ({count})", means["tenth"], "", None)
    yield Measurement(f"{method}: the same patches moved", means["moved"], "", None)
    yield Measurement(f"{method}: a blob in the middle", means["blob"], "", None)
    # Differences: what is moved elsewhere may well take nothing, or less, and a ratio would mean nothing.
    against_moved = means["tenth"] - _TIMES_MOVED * means["moved"]
    yield Measurement(f"{method}: tenth less twice moved", against_moved, "", 0.0, True)
    yield Measurement(f"{method}: tenth less blob", means["tenth"] - means["blob"], "", 0.0, True)
    better = statistics.mean(truth.tenth > truth.moved for truth in truths)
    yield Measurement(f"{method}: photos where it beats moved", 100 * better, "%", None)
    for name, sign in (("deletion", "covered"), ("insertion", "left")):
        for place, share in enumerate(SHARES):
            value = statistics.mean(getattr(truth, name)[place] for truth in truths)
            what = "drop" if name == "deletion" else "score"
            yield Measurement(f"{method}: {what}, {share:.0%} {sign}", value, "", None)
    yield Measurement(f"{method}: score, nothing covered", statistics.mean(t.score for t in truths), "", None)


def _flat(truth: Truth) -> list[float]:
    return [truth.score, truth.tenth, truth.moved, truth.blob, *truth.deletion, *truth.insertion]


if __name__ == "__main__":
    for measurement in run():
        print(measurement.line())
