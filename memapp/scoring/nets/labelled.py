"""Nets that see a segmentation, behind the engines' protocol: labels are a frame's fourth channel.

So engines, graphs and proofs treat them like other nets; SegmentedEngine adds the channel.
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
"""The label of a pixel without a category."""


class FrameLabeller(Protocol):
    """Labels a frame with the net's own categories."""

    def __call__(self, frame: PixelArray) -> LabelArray:
        """Map (227, 227, 3) to (227, 227): 0 to 12, or NO_CATEGORY."""

    def close(self) -> None:
        """Release its memory."""


class NothingKnown:
    """Labels nothing: for an M3M that does not use its segmentation yet."""

    def __call__(self, frame: PixelArray) -> LabelArray:
        """Return NO_CATEGORY everywhere."""
        return np.full(frame.shape[:2], NO_CATEGORY, dtype=np.uint8)

    def close(self) -> None:
        """Do nothing: it holds no memory."""


class LabelledBySegmenter:
    """Labels frames with an installed segmenter, which sees what the net sees: the frame."""

    def __init__(self, *, segmenter: Segmenter, categories: SegmenterOfNet) -> None:
        """Use a loaded segmenter, and a map from its labels to the net's."""
        self._segmenter = segmenter
        self._table = np.full(256, NO_CATEGORY, dtype=np.uint8)
        self._table[: len(categories.table)] = categories.table

    def __call__(self, frame: PixelArray) -> LabelArray:
        """Return the segmenter's labels as the net's categories."""
        labels: LabelArray = self._table[self._segmenter.segment(frame).labels]
        return labels

    def close(self) -> None:
        """Release the segmenter's memory."""
        self._segmenter.close()


class SegmentedEngine:
    """An engine of a net that sees a segmentation, with its labeller. Implements engines.Engine."""

    def __init__(self, *, engine: Engine, labeller: FrameLabeller) -> None:
        """Combine an engine for frames of four channels with a labeller."""
        self._engine = engine
        self._labeller = labeller

    @property
    def batch_size(self) -> int:
        """The best number of frames per call of score()."""
        return self._engine.batch_size

    @batch_size.setter
    def batch_size(self, size: int) -> None:
        self._engine.batch_size = size

    @property
    def engine(self) -> EngineInfo:
        """What executes the net."""
        return self._engine.engine

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Label frames of shape (n, 227, 227, 3), uint8, then score them; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: the device failed or returned values that are not numbers.
        """
        return self._engine.score(with_labels(frames, np.stack([self._labeller(each) for each in frames])))

    def close(self) -> None:
        """Release the memory of both."""
        self._engine.close()
        self._labeller.close()


def with_labels(frames: PixelArray, labels: npt.NDArray[np.uint8]) -> PixelArray:
    """Combine (n, 227, 227, 3) and (n, 227, 227) into (n, 227, 227, 4)."""
    return np.concatenate((frames, labels[..., None]), axis=-1)
