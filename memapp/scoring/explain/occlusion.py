"""The occlusion map: cover patches of the frame and map how much the score falls.

Two rounds: large patches on a lattice across the frame, then smaller ones where the first round found the
largest changes. Each patch is covered twice, with the blurred frame and with its mean colour (Zeiler & Fergus
2014, "Visualizing and Understanding Convolutional Networks", used grey only).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.control import RunControl
from memapp.core.explanation import FrameMap, ScorerOpener, Steps
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.scoring.explain.batches import score_versions
from memapp.scoring.explain.fills import FloatArray, blurred_frame, covered, mean_frame

MOST_PASSES = 128
FILLS = 2

COARSE_SIDE = 57.0
"""Of a large patch, in pixels of the frame: a quarter of its side."""
COARSE_LATTICE = 6
_FIRST = tuple(COARSE_LATTICE * row + column for row in (0, 2, 4) for column in (0, 2, 4))
"""Of the large patches, those that are measured first and make a first map: every other one."""
_FIRST_SIDE = 95.0
"""More than the distance of those patches, 75 pixels, so that no gap is left between them."""
FINE_SIDE = 40.0
FINE_LATTICE = 8
"""Positions for smaller patches, across and down; only those with the largest changes are measured."""
_LEAST_WEIGHT = 1e-3


class OcclusionMapMaker:
    """A MapMaker for every engine; at most 128 forward passes.

    A value of its map is the mean drop of the large patches that cover the pixel; where smaller patches cover
    it, the mean of that and of their mean drop.
    """

    version = "occlusion-2"

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps | FrameMap, None, FrameMap]:
        """Explain the net's frame, with a first map of nine patches; see MapMaker."""
        net = scorer()
        [score] = yield from score_versions([frame], scorer=net, control=control, total=MOST_PASSES)
        fills = (blurred_frame(frame), mean_frame(frame))
        values = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
        passes = 1
        for choose, trust in ((_coarse_patches, 1.0), (_fine_patches, 0.5)):
            patches = choose(values, (MOST_PASSES - passes) // FILLS)
            drops = np.empty(len(patches))
            for some in _in_turn(patches, first=_FIRST if passes == 1 else ()):
                versions = [covered(frame, patches[place], fill) for place in some for fill in fills]
                scores = yield from score_versions(
                    versions, scorer=net, control=control, before=passes, total=MOST_PASSES
                )
                passes += len(versions)
                drops[some] = score - scores.reshape(len(some), FILLS).mean(axis=1)
                if some == list(_FIRST):
                    yield FrameMap(_first_map(drops[some]), score=float(score), forward_passes=passes)
            mean, reach = mean_over(patches, drops)
            values += (mean - values) * reach * np.float32(trust)
        return FrameMap(values=values, score=float(score), forward_passes=passes)

    def close(self) -> None:
        """Do nothing: it holds no resources."""


def _in_turn(patches: Sequence[FloatArray], *, first: Sequence[int]) -> list[list[int]]:
    """Return the places of all patches, those of the first map apart and before the others."""
    others = [place for place in range(len(patches)) if place not in first]
    return [list(first), others] if first else [others]


def _first_map(drops: npt.NDArray[np.float64]) -> FloatArray:
    """Return the map of the nine first patches, each drawn as large as its part of the frame."""
    centres = _centres(COARSE_SIDE, COARSE_LATTICE)
    patches = [
        patch(centres[place // COARSE_LATTICE], centres[place % COARSE_LATTICE], _FIRST_SIDE)
        for place in _FIRST
    ]
    mean, reach = mean_over(patches, drops)
    return mean * reach


def mean_over(patches: Sequence[FloatArray], drops: npt.NDArray[np.float64]) -> tuple[FloatArray, FloatArray]:
    """Return for each pixel the mean drop of the patches over it, and how far it is covered, 0..1."""
    total = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
    weight = np.zeros_like(total)
    for cover, drop in zip(patches, drops, strict=True):
        total += cover * np.float32(drop)
        weight += cover
    mean = np.asarray(total / np.maximum(weight, _LEAST_WEIGHT), dtype=np.float32)
    return mean, np.minimum(weight, np.float32(1))


def _coarse_patches(_values: FloatArray, most: int) -> list[FloatArray]:
    return _lattice(COARSE_SIDE, COARSE_LATTICE)[:most]


def _fine_patches(values: FloatArray, most: int) -> list[FloatArray]:
    """Return smaller patches where the change is largest so far."""
    places = _lattice(FINE_SIDE, FINE_LATTICE)
    strength = np.abs([float((values * cover).sum()) for cover in places])
    return [places[place] for place in np.argsort(-strength, kind="stable")[:most]]


def _lattice(side: float, count: int) -> list[FloatArray]:
    centres = _centres(side, count)
    return [patch(y, x, side) for y in centres for x in centres]


def _centres(side: float, count: int) -> list[float]:
    # The outermost patches reach beyond the frame, so that its edge is covered as often as its middle.
    return [float(at) for at in np.linspace(side * 0.35, FRAME_SIDE - side * 0.35, count)]


def patch(y: float, x: float, side: float) -> FloatArray:
    """Return a square with soft edges around a centre, shape (227, 227), 0..1; y, x and side in pixels."""
    return np.outer(_profile(y, side), _profile(x, side))


def _profile(centre: float, side: float) -> FloatArray:
    distance = np.abs(np.arange(FRAME_SIDE, dtype=np.float32) + np.float32(0.5 - centre))
    soft = side / 8
    profile: FloatArray = np.clip((side / 2 + soft / 2 - distance) / soft, 0, 1)
    return profile
