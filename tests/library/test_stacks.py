"""Which photos belong together: what features and time propose, the pictures decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.stacks import StackKind
from memapp.library.registration import Registration
from memapp.library.stacks import (
    BURST_SECONDS,
    Compared,
    Stack,
    best_of_each,
    find_stacks,
    raw_companions,
    stops_of,
)

Picture = npt.NDArray[np.float64]
NAN = float("nan")


def scene(seed: int, *, side: int = 160) -> Picture:
    """Return a picture with shapes of all sizes, (side, side), 0..1."""
    draws = np.random.Generator(np.random.PCG64(seed))
    whole = np.zeros((side, side))
    for cells in (4, 8, 16, 32):
        coarse = draws.normal(0, 1, (cells, cells))
        at = np.linspace(0, cells - 1.001, side)
        low, part = at.astype(int), at % 1
        rows = coarse[low] * (1 - part)[:, None] + coarse[np.minimum(low + 1, cells - 1)] * part[:, None]
        whole += rows[:, low] * (1 - part) + rows[:, np.minimum(low + 1, cells - 1)] * part
    found: Picture = (whole - whole.min()) / np.ptp(whole)
    return found


def grey(picture: Picture, *, left: float = 0, top: float = 0, share: float = 1) -> npt.NDArray[np.uint8]:
    """Return a part of a picture as it is noted, (64, 64)."""
    side = len(picture)
    across = ((left + share * (np.arange(64) + 0.5) / 64) * side).astype(int)
    down = ((top + share * (np.arange(64) + 0.5) / 64) * side).astype(int)
    found: npt.NDArray[np.uint8] = (255 * picture[down][:, across]).astype(np.uint8)
    return found


@dataclass
class Shot:
    """One photo of a test; the same scene has nearly the same features."""

    picture: npt.NDArray[np.uint8]
    scene: int
    seconds: float = NAN
    exposure: str | None = None
    camera: str | None = "Nikon Z 8"
    known: bool = True


def compared(shots: Sequence[Shot], *, alike: float = 0.9) -> Compared:
    """Return what is compared.

    Args:
        shots: the photos.
        alike: the cosine of the features of two photos of one scene; others have about 0.
    """
    draws = np.random.Generator(np.random.PCG64(9))
    own = draws.normal(0, 1, (len(shots), 1000))
    scenes = draws.normal(0, 1, (max(shot.scene for shot in shots) + 1, 1000))
    features = np.sqrt(alike) * scenes[[shot.scene for shot in shots]] + np.sqrt(1 - alike) * own
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return Compared(
        features=features.astype(np.float32),
        greys=np.stack([shot.picture for shot in shots]),
        known=np.array([shot.known for shot in shots]),
        seconds=np.array([shot.seconds for shot in shots]),
        exposures=[shot.exposure for shot in shots],
        cameras=[shot.camera for shot in shots],
    )


def moments(shots: Sequence[Shot], *, alike: float = 0.9) -> list[tuple[int, ...]]:
    stacks = find_stacks(compared(shots, alike=alike))
    assert all(stack.kind is StackKind.MOMENT for stack in stacks)
    return [stack.rows for stack in stacks]


BEACH, WOOD = scene(1), scene(2)


@pytest.mark.parametrize(
    ("first", "second", "mirrored"),
    [
        (grey(BEACH), grey(BEACH, left=0.08, top=0.02, share=0.88), False),
        (grey(BEACH, left=0.1, share=0.9), grey(BEACH, top=0.1, share=0.9), False),
        (grey(BEACH), (255 * (grey(BEACH) / 255) ** 0.6).astype(np.uint8), False),
        (grey(BEACH), grey(BEACH)[:, ::-1], True),
        (grey(BEACH, share=0.9), grey(BEACH)[:, ::-1], True),
    ],
    ids=["crop", "shift", "exposure", "mirror", "mirrored crop"],
)
def test_the_same_scene_is_registered(
    first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8], mirrored: bool
) -> None:
    found = Registration(np.stack((first, second))).compare(np.array([[0, 1], [1, 0]]))
    assert (found.match > 0.9).all()
    assert (found.mirrored == mirrored).all()
    assert (found.shift < 0.17).all()


def test_other_scenes_and_blank_pictures_are_not() -> None:
    blank = np.full((64, 64), 128, np.uint8)
    found = Registration(np.stack((grey(BEACH), grey(WOOD), blank, blank))).compare(
        np.array([[0, 1], [0, 2], [2, 3]])
    )
    assert (found.match < 0.5).all()
    assert len(Registration(blank[None]).compare(np.zeros((0, 2), np.intp)).match) == 0


def test_edits_without_a_time_are_one_moment_and_others_are_none() -> None:
    shots = [
        Shot(grey(BEACH), 0),
        Shot(grey(WOOD), 0),  # another place, with the same features: a homogeneous shoot
        Shot(grey(BEACH, left=0.05, share=0.92), 0),
        Shot(grey(WOOD)[:, ::-1], 1),
        Shot(grey(BEACH), 2),  # the same place, but the net sees something else in it
    ]
    assert moments(shots) == [(0, 2)]


def test_a_burst_is_one_moment_and_the_same_place_later_is_another() -> None:
    step = BURST_SECONDS * 0.9
    burst = [Shot(grey(BEACH, left=0.01 * n, share=0.9), 0, 100 + step * n) for n in range(4)]
    later = [
        Shot(grey(BEACH, left=0.02 * n, share=0.9), 0, burst[-1].seconds + BURST_SECONDS * 1.1 + n)
        for n in range(2)
    ]
    # In the order of a list, not of time.
    assert moments([later[0], *burst, later[1]]) == [(0, 5), (1, 2, 3, 4)]
    assert moments([burst[0], later[0]]) == []


def test_a_mirror_image_is_an_edit_and_no_second_frame() -> None:
    assert moments([Shot(grey(BEACH), 0, 100), Shot(grey(BEACH)[:, ::-1], 0, 100)]) == [(0, 1)]
    assert moments([Shot(grey(BEACH), 0, 100), Shot(grey(BEACH)[:, ::-1], 0, 101)]) == []


def test_frames_of_a_panorama_are_left_alone() -> None:
    wide = np.concatenate((BEACH, WOOD), axis=1)
    frames = [Shot(grey(wide[:, start : start + 160]), 0, 100 + start / 50) for start in (0, 60, 120)]
    assert moments(frames) == []


def test_no_chain_leads_to_another_scene() -> None:
    draws = np.random.Generator(np.random.PCG64(4))
    path = draws.normal(0, 1, (2, 1000))
    angles = np.linspace(0, 0.7 * np.pi, 6)
    features = np.cos(angles)[:, None] * path[0] + np.sin(angles)[:, None] * path[1]
    shots = [Shot(grey(BEACH), 0, 100 + n) for n in range(6)]
    photos = compared(shots)
    photos.features[:] = features / np.linalg.norm(features, axis=1, keepdims=True)
    stacks = find_stacks(photos)
    assert all({0, 5} - set(stack.rows) for stack in stacks)


EXPOSURES = ("1/250 s  f/8  ISO 200", "1/1000 s  f/8  ISO 200", "1/60 s  f/8  ISO 200")


def bracket(start: float, *, exposures: Sequence[str] = EXPOSURES) -> list[Shot]:
    gains = (1.0, 0.45, 1.6)
    return [
        Shot(np.clip(gain * grey(BEACH), 0, 255).astype(np.uint8), 0, start + 0.4 * n, exposure)
        for n, (gain, exposure) in enumerate(zip(gains, exposures, strict=True))
    ]


def test_a_bracket_is_a_group_of_its_own() -> None:
    shots = [*bracket(100), *bracket(101.2)]
    assert find_stacks(compared(shots)) == [
        Stack(StackKind.BRACKET, (0, 1, 2)),
        Stack(StackKind.BRACKET, (3, 4, 5)),
    ]


def test_exposures_that_an_editor_or_the_light_made_are_no_bracket() -> None:
    edited = bracket(100, exposures=EXPOSURES[:1] * 3)
    assert find_stacks(compared(edited)) == [Stack(StackKind.MOMENT, (0, 1, 2))]
    drifting = bracket(100, exposures=["1/250 s  f/8", "1/200 s  f/8", "1/250 s  f/8"])
    assert find_stacks(compared(drifting)) == [Stack(StackKind.MOMENT, (0, 1, 2))]
    two_cameras = bracket(100)
    for shot in two_cameras[1:]:
        shot.camera = None
    assert find_stacks(compared(two_cameras)) == [Stack(StackKind.MOMENT, (0, 1, 2))]


def test_what_is_not_known_or_belongs_to_another_is_in_no_stack() -> None:
    shots = [Shot(grey(BEACH), 0) for _ in range(4)]
    shots[1].known = False
    assert [stack.rows for stack in find_stacks(compared(shots), without=[3])] == [(0, 2)]
    assert find_stacks(compared(shots[:2])) == []


def test_the_work_can_be_ended() -> None:
    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_stacks(compared([Shot(grey(BEACH), 0)] * 3), checkpoint=end)


def test_a_raw_file_and_its_jpeg_are_one_shot() -> None:
    paths = ["/a/DSC_1.NEF", "/a/dsc_1.jpg", "/b/DSC_1.jpg", "/a/DSC_2.nef", "/a/DSC_2.JPG", "/a/DSC_3.dng"]
    assert raw_companions(paths, np.array([10, 11, 10, 10, 60, NAN])) == {0: 1}
    assert raw_companions(paths, np.full(6, NAN)) == {0: 1, 3: 4}
    # Three files of one name: which two belong together can't be said.
    assert raw_companions(["/a/1.nef", "/a/1.jpg", "/a/1.heic"], np.full(3, NAN)) == {}


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("1/250 s  f/8  ISO 200  85 mm", np.log2(1 / 250 / 64 * 2)),
        ("2.5 s  f/2.8", np.log2(2.5 / 2.8**2)),
        ("f/8  ISO 200", NAN),
        ("1/250 s  ISO 200", NAN),
        ("1/0 s  f/8", NAN),
        ("0 s  f/0", NAN),
        (None, NAN),
    ],
)
def test_stops(text: str | None, stops: float) -> None:
    assert stops_of(text) == pytest.approx(stops, nan_ok=True)


def test_the_best_stands_for_a_moment_and_among_ties_the_sharpest() -> None:
    scores = np.array([0.9, 0.85, 0.5, NAN])
    sharp = np.array([10.0, 90.0, 200.0, 300.0])

    def best(tie_width: float, *, rising: bool = False, sharpness: npt.NDArray[np.float64] = sharp) -> int:
        groups = [[3], [0, 1, 2, 3], [1, 2]]
        found = best_of_each(groups, scores=scores, tie_width=tie_width, sharpness=sharpness, rising=rising)
        assert found[0] == 3
        assert found[2] == (2 if rising else 1)
        return found[1]

    assert best(0.01) == 0
    assert best(0.1) == 1
    assert best(0.1, sharpness=np.full(4, NAN)) == 0
    assert best(0.01, rising=True) == 2
    assert best_of_each([], scores=scores, tie_width=0.1, sharpness=sharp) == []
