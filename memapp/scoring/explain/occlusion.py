"""The map by occlusion: patches of the frame are covered, and what that does to the score is laid out.

Two rounds: large patches on a lattice all over the frame, then small ones where the first round says that
most is at stake. Each patch is covered once with the blurred frame and once with its mean colour.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from memapp.core.control import RunControl
from memapp.core.explanation import FrameMap, ScorerOpener, Steps
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.scoring.explain.batches import score_versions
from memapp.scoring.explain.density import DensityField
from memapp.scoring.explain.fills import FloatArray, blurred_frame, covered, mean_frame

MOST_PASSES = 128

COARSE_SIDE = 57.0
"""Of a large patch, in the frame's pixels: a quarter of its side."""
COARSE_LATTICE = 6
FINE_SIDE = 30.0
FINE_LATTICE = 14
"""Places for small patches, across and down; the best of them are measured."""
FILLS = 2


class OcclusionMapMaker:
    """A MapMaker for every engine; at most 128 forward passes."""

    version = "occlusion-1"

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        """Explain the net's frame; see MapMaker."""
        net = scorer()
        [score] = yield from score_versions([frame], scorer=net, control=control, total=MOST_PASSES)
        fills = (blurred_frame(frame), mean_frame(frame))
        field = DensityField()
        passes = 1
        for patches in (_coarse_patches, _fine_patches):
            covers = patches(field, (MOST_PASSES - passes) // FILLS)
            versions = [covered(frame, cover, fill) for cover in covers for fill in fills]
            scores = yield from score_versions(
                versions, scorer=net, control=control, before=passes, total=MOST_PASSES
            )
            passes += len(versions)
            field.add(covers, score - scores.reshape(len(covers), FILLS).mean(axis=1))
        return FrameMap(values=field.in_frame(), score=float(score), forward_passes=passes)

    def close(self) -> None:
        """It holds nothing."""


def _coarse_patches(_field: DensityField, most: int) -> list[FloatArray]:
    centres = np.linspace(COARSE_SIDE * 0.35, FRAME_SIDE - COARSE_SIDE * 0.35, COARSE_LATTICE)
    return [patch(y, x, COARSE_SIDE) for y in centres for x in centres][:most]


def _fine_patches(field: DensityField, most: int) -> list[FloatArray]:
    """Small patches where the change is largest so far."""
    centres = np.linspace(FINE_SIDE / 2, FRAME_SIDE - FINE_SIDE / 2, FINE_LATTICE)
    candidates = [patch(y, x, FINE_SIDE) for y in centres for x in centres]
    strength = np.abs([float((field.in_frame() * cover).sum()) for cover in candidates])
    return [candidates[place] for place in np.argsort(-strength, kind="stable")[:most]]


def patch(y: float, x: float, side: float) -> FloatArray:
    """A square with soft edges round a centre, shape (227, 227), 0..1; y, x and side in pixels."""
    return np.outer(_profile(y, side), _profile(x, side))


def _profile(centre: float, side: float) -> FloatArray:
    distance = np.abs(np.arange(FRAME_SIDE, dtype=np.float32) + np.float32(0.5 - centre))
    soft = side / 8
    profile: FloatArray = np.clip((side / 2 + soft / 2 - distance) / soft, 0, 1)
    return profile
