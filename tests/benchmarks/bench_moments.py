"""Whether photos of one moment are found, and no others, and how long 5,000 take.

On a labelled set made of real photos, and on 1,600 photos of natural scenes, each of another place. Every
picture is scored by the real net, which takes some minutes.
"""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from memapp.core.contracts import Scorer, score_with_features
from memapp.core.likeness import pack_features, unit_features
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.core.stacks import StackKind
from memapp.intake.greys import decode_grey, encode_grey
from memapp.intake.load import load_photo
from memapp.intake.render import net_frame
from memapp.library.stacks import Compared, Stack, find_stacks
from memapp.scoring.resmem_net import resmem_factory
from memapp.scoring.weights import WeightsLocator
from memapp.store.home import home_folder
from tests.benchmarks.measurement import Measurement, photos_wanted
from tests.benchmarks.moment_photos import BRACKET, Picture, labelled_pictures

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ORIGINALS = 160
MANY = 5_000
MOST_SECONDS = 5.0
LEAST = 0.95


def run() -> list[Measurement]:
    """Find the stacks of the labelled set, of the scenes, and of many photos."""
    home = home_folder()
    weights = WeightsLocator(resources=resources_folder(), home=home)
    scorer = resmem_factory(weights=weights, home=home, device="cpu").build(print)
    try:
        labelled = _Set(scorer)
        for picture in labelled_pictures(DATA / "photos", originals=photos_wanted(ORIGINALS)):
            labelled.add(net_frame(picture.image), picture)
        scenes = _Set(scorer)
        for path in sorted((DATA / "scenes_memorability" / "images").glob("*.jpg")):
            frame = load_photo(str(path), frame=True).frame
            assert frame is not None
            scenes.add(frame)
    finally:
        scorer.close()
    stacks = find_stacks(labelled.compared())
    found, true = _pairs(stack.rows for stack in stacks), _pairs(labelled.moments())
    for first, second in sorted(found - true):
        print(f"not one moment: {labelled.names[first]} | {labelled.names[second]}")
    of_scenes = find_stacks(scenes.compared())
    for stack in of_scenes:
        print(f"scenes: {stack.rows}")
    return [
        Measurement("pairs of photos found", len(found), "", None),
        Measurement("precision", len(found & true) / len(found), "", LEAST, at_least=True),
        Measurement("recall", len(found & true) / len(true), "", LEAST, at_least=True),
        Measurement("brackets recognised as such", _brackets(labelled, stacks), "", LEAST, at_least=True),
        Measurement(f"stacks among {len(scenes.names):,} scenes", len(of_scenes), "", 0),
        *(
            Measurement(f"{MANY:,} photos, {what}", _seconds(scenes, taken), "s", MOST_SECONDS)
            for what, taken in (("without times", 0), ("half of them in bursts", MANY // 2), ("bursts", MANY))
        ),
    ]


class _Set:
    """Pictures, and what was noted of each."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.names: list[str] = []
        self._pictures: list[Picture | None] = []
        self._features: list[bytes] = []
        self._greys: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []

    def add(self, frame: PixelArray, picture: Picture | None = None) -> None:
        """Add what the net sees of a picture."""
        _, features = score_with_features(self._scorer, frame[np.newaxis])
        assert features is not None
        grey = decode_grey(encode_grey(frame))
        assert grey is not None
        self._features += pack_features(features)
        self._greys.append(grey)
        self._pictures.append(picture)
        self.names.append(picture.name if picture else f"scene {len(self.names)}")

    def compared(self) -> Compared:
        """Return what is compared."""
        seconds = [each.seconds if each else None for each in self._pictures]
        return Compared(
            features=unit_features(self._features),
            greys=np.stack(self._greys),
            known=np.ones(len(self.names), np.bool_),
            seconds=np.array([np.nan if each is None else each for each in seconds]),
            exposures=[each.exposure if each else None for each in self._pictures],
            cameras=[each.camera if each else None for each in self._pictures],
        )

    def moments(self) -> list[list[int]]:
        """Return the rows of each moment, as labelled."""
        members = defaultdict(list)
        for row, picture in enumerate(self._pictures):
            members[picture.moment if picture else row].append(row)
        return list(members.values())


def _pairs(groups: Iterable[Sequence[int]]) -> set[tuple[int, int]]:
    return {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}


def _brackets(labelled: _Set, stacks: Sequence[Stack]) -> float:
    """Return the share of brackets that are whole, alone and known as one."""
    found = {stack.rows for stack in stacks if stack.kind is StackKind.BRACKET}
    true = [tuple(rows) for rows in labelled.moments() if f" {BRACKET} " in labelled.names[rows[0]]]
    return sum(rows in found for rows in true) / len(true)


def _seconds(scenes: _Set, timed: int) -> float:
    """Return how long it takes for many photos: the scenes, and for each some that are near-duplicates.

    Args:
        scenes: the photos.
        timed: how many of them are in bursts of five; the others do not say when they were taken.
    """
    base = scenes.compared()
    draws = np.random.Generator(np.random.PCG64(5))
    rows = np.sort(np.arange(MANY) % len(base.known))
    features = base.features[rows] + draws.normal(0, 0.012, (MANY, base.features.shape[1])).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    noise = draws.normal(0, 6, (MANY, 64, 64))
    greys = np.clip(base.greys[rows] + noise, 0, 255).astype(np.uint8)
    seconds = np.full(MANY, np.nan)
    seconds[:timed] = 1e9 + np.arange(timed) // 5 * 60 + np.arange(timed) % 5
    photos = Compared(features, greys, np.ones(MANY, np.bool_), seconds, [None] * MANY, [None] * MANY)
    started = time.perf_counter()
    find_stacks(photos)
    return time.perf_counter() - started
