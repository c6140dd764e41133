"""Scoring of many versions of one frame, in batches, with progress and cancellation between them."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Scorer
from memapp.core.control import RunControl
from memapp.core.explanation import Steps
from memapp.core.records import PixelArray


def score_versions(
    frames: Sequence[PixelArray], *, scorer: Scorer, control: RunControl, before: int = 0, total: int
) -> Generator[Steps, None, npt.NDArray[np.float64]]:
    """Score frames, each of shape (227, 227, 3), and yield the steps done after each batch.

    Args:
        frames: the versions.
        scorer: the net.
        control: checked before each batch.
        before: steps already done.
        total: steps of the whole work.

    Returns:
        Shape (n,).

    Raises:
        Cancelled: control was cancelled.
    """
    scores: list[npt.NDArray[np.float32]] = []
    done = 0
    while done < len(frames):
        control.checkpoint()
        batch = frames[done : done + scorer.batch_size]
        scores.append(scorer.score(np.stack(batch)))
        done += len(batch)
        yield before + done, total
    return np.concatenate(scores).astype(np.float64) if scores else np.empty(0)
