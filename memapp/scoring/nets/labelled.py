"""Nets that see a segmentation, behind the engines' protocol: labels travel as a frame's fourth channel.

So every engine, graph and proof serves them as it serves the others; SegmentedEngine makes the channel.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.explanation import LabelArray, Segmenter
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.engine import Engine
from memapp.scoring.nets.checkpoint import SegmenterOfNet

NO_CATEGORY = 255
"""The label of a pixel of which nothing is known."""


class FrameLabeller(Protocol):
    """Says what is where in a frame, in the net's own categories."""

    def __call__(self, frame: PixelArray) -> LabelArray:
        """(227, 227, 3) to (227, 227): 0 to 12, or NO_CATEGORY."""

    def close(self) -> None:
        """Give back its memory."""


class NothingKnown:
    """Labels nothing: for an M3M that does not look at its segmentation yet."""

    def __call__(self, frame: PixelArray) -> LabelArray:
        """NO_CATEGORY everywhere."""
        return np.full(frame.shape[:2], NO_CATEGORY, dtype=np.uint8)

    def close(self) -> None:
        """Nothing to give back."""


class LabelledBySegmenter:
    """Labels frames with an installed segmenter, which sees what the net sees: the frame."""

    def __init__(self, *, segmenter: Segmenter, categories: SegmenterOfNet) -> None:
        """Take a segmenter that is loaded, and how its labels become the net's."""
        self._segmenter = segmenter
        self._table = np.full(256, NO_CATEGORY, dtype=np.uint8)
        self._table[: len(categories.table)] = categories.table

    def __call__(self, frame: PixelArray) -> LabelArray:
        """The segmenter's labels, as the net's categories."""
        labels: LabelArray = self._table[self._segmenter.segment(frame).labels]
        return labels

    def close(self) -> None:
        """Give back the segmenter's memory."""
        self._segmenter.close()


class SegmentedEngine:
    """An engine of a net that sees a segmentation, with who makes it. Implements engines.Engine."""

    def __init__(self, *, engine: Engine, labeller: FrameLabeller) -> None:
        """Take an engine that is given frames of four channels, and who labels frames."""
        self._engine = engine
        self._labeller = labeller

    @property
    def batch_size(self) -> int:
        """How many frames score() is best given at once."""
        return self._engine.batch_size

    @batch_size.setter
    def batch_size(self, size: int) -> None:
        self._engine.batch_size = size

    @property
    def engine(self) -> EngineInfo:
        """What executes the net."""
        return self._engine.engine

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Label frames of shape (n, 227, 227, 3), uint8, then score them; gives n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: the device failed or gives numbers that are none.
        """
        return self._engine.score(with_labels(frames, np.stack([self._labeller(each) for each in frames])))

    def close(self) -> None:
        """Give back the memory of both."""
        self._engine.close()
        self._labeller.close()


def with_labels(frames: PixelArray, labels: npt.NDArray[np.uint8]) -> PixelArray:
    """(n, 227, 227, 3) and (n, 227, 227) to (n, 227, 227, 4)."""
    return np.concatenate((frames, labels[..., None]), axis=-1)
