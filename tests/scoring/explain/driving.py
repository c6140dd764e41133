"""Run makers of explanations to their end."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import numpy as np

from memapp.core.explanation import FrameMap, Steps
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray

Result = TypeVar("Result")


def drive(work: Generator[Steps | FrameMap, None, Result]) -> tuple[Result, list[Steps]]:
    """Return a maker's result and the steps that it reported, without a first map."""
    steps = []
    while True:
        try:
            step = next(work)
            if not isinstance(step, FrameMap):
                steps.append(step)
        except StopIteration as ended:
            return ended.value, steps


def grey_frame_with(level: int, *, top: int, left: int, side: int, ground: int = 100) -> PixelArray:
    """Return a grey frame with a square of another grey."""
    frame = np.full((FRAME_SIDE, FRAME_SIDE, 3), ground, np.uint8)
    frame[top : top + side, left : left + side] = level
    return frame
