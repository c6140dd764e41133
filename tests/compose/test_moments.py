"""The search for moments, from the store to stacks: bursts, brackets, RAW and JPEG, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from memapp.compose.moments import search_stacks
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.likeness import FEATURES, Likeness, pack_features
from memapp.core.records import (
    Fingerprint,
    ImageKey,
    NetIdentity,
    PhotoFacts,
    PhotoId,
    PixelArray,
    ScoredPhoto,
)
from memapp.core.stacks import StackChoice, StackKind
from memapp.intake.greys import encode_grey
from memapp.library.found_stacks import FoundStacks, StackedPhoto
from memapp.store.scores import SqliteScoreStore
from memapp.store.stack_choices import StackChoiceStore

NET = NetIdentity("ResMem", "a" * 64, "memapp-3")


def frame(seed: int) -> PixelArray:
    """Return a frame with shapes of several sizes."""
    draws = np.random.Generator(np.random.PCG64(seed))
    whole = np.zeros((227, 227))
    for cells in (6, 14, 28):
        repeats = -(-227 // cells)
        whole += np.kron(draws.normal(0, 1, (cells, cells)), np.ones((repeats, repeats)))[:227, :227]
    grey = np.interp(whole, (whole.min(), whole.max()), (10, 240)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@dataclass
class Shots:
    """Photos in a store, each of a scene."""

    home: Path
    photos: list[StackedPhoto] = field(default_factory=list)

    def add(
        self,
        name: str,
        scene: int,
        taken: str | None = None,
        exposure: str | None = None,
        *,
        grey: bytes | None = None,
        noted: bool = True,
    ) -> PhotoId:
        """Store a photo's score and likeness; return its id."""
        number = len(self.photos) + 1
        key = ImageKey(f"/photos/{name}", number, number)
        facts = PhotoFacts(6000, 4000, "JPEG", taken=taken, camera="Nikon Z 8", exposure=exposure)
        features = np.random.Generator(np.random.PCG64(scene)).normal(0, 2, (1, FEATURES)).astype(np.float32)
        (packed,) = pack_features(features)
        likeness = Likeness(packed, encode_grey(frame(scene)) if grey is None else grey, 10.0 * number)
        store = SqliteScoreStore(home=self.home)
        fingerprint = Fingerprint(number.to_bytes(16, "big"))
        store.put(
            [ScoredPhoto(key, 0.5, facts, fingerprint=fingerprint, likeness=likeness if noted else None)], NET
        )
        store.close()
        self.photos.append(StackedPhoto(PhotoId(number), key, taken, exposure, facts.camera))
        return PhotoId(number)

    def search(self, control: RunControl | None = None) -> FoundStacks:
        return search_stacks(self.photos, home=self.home, control=control or RunControl())


@pytest.fixture
def shots(tmp_path: Path) -> Shots:
    return Shots(tmp_path)


def stacks(found: FoundStacks) -> list[tuple[StackKind, Sequence[PhotoId]]]:
    return [(stack.kind, stack.photos) for stack in found.stacks]


def test_a_burst_is_found_by_parts_of_a_second(shots: Shots) -> None:
    burst = tuple(shots.add(f"{n}.jpg", 1, f"2026-05-01T18:30:05.{n}0+02:00") for n in range(3))
    shots.add("later.jpg", 1, "2026-05-01T18:31:05+02:00")
    shots.add("other.jpg", 2, "2026-05-01T18:30:06+02:00")
    found = shots.search()
    assert stacks(found) == [(StackKind.MOMENT, burst)]
    assert found.sharpness == {PhotoId(number): 10.0 * number for number in range(1, 6)}
    assert found.lacking == ()


def test_a_time_without_seconds_is_no_time(shots: Shots) -> None:
    # Both minutes begin at 18:30:00: by that alone nothing is of one moment, and nothing is not.
    edits = (shots.add("a.jpg", 1, "2026-05-01T18:30"), shots.add("b.jpg", 1, "2026-05-01"))
    assert stacks(shots.search()) == [(StackKind.MOMENT, edits)]


def test_a_bracket_and_a_shot_in_two_files(shots: Shots) -> None:
    exposures = ("1/250 s  f/8  ISO 200", "1/1000 s  f/8  ISO 200", "1/60 s  f/8  ISO 200")
    bracket = tuple(
        shots.add(f"{n}.jpg", 1, f"2026-05-01T18:30:0{n}", exposure) for n, exposure in enumerate(exposures)
    )
    raw, jpeg = (shots.add(name, 3, "2026-05-01T19:00:00") for name in ("DSC_1.NEF", "DSC_1.JPG"))
    found = shots.search()
    assert stacks(found) == [(StackKind.BRACKET, bracket)]
    assert found.companions == {raw: jpeg}


def test_what_is_not_noted_or_not_readable_is_in_no_moment(shots: Shots) -> None:
    first, second = shots.add("a.jpg", 1), shots.add("b.jpg", 1)
    unknown = shots.add("c.jpg", 1, noted=False)
    shots.add("d.jpg", 1, grey=b"no picture")
    found = shots.search()
    assert stacks(found) == [(StackKind.MOMENT, (first, second))]
    assert found.lacking == (shots.photos[unknown - 1].key,)


def test_what_people_said_comes_with_it(shots: Shots, tmp_path: Path) -> None:
    said = {shots.add("a.jpg", 1): StackChoice(alone=True)}
    store = StackChoiceStore(home=tmp_path)
    store.save({**said, PhotoId(99): StackChoice(leader=True)})
    store.close()
    assert shots.search().choices == said


def test_it_can_be_cancelled(shots: Shots) -> None:
    shots.add("a.jpg", 1)
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        shots.search(control)
