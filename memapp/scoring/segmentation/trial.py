"""The trial of a new pack, in a child process with limits: its graph may be anybody's work."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memapp.core.control import RunControl
from memapp.core.errors import SegmenterError
from memapp.core.text import tr
from memapp.scoring.child_process import ChildError, ChildLimits, run_in_child
from memapp.scoring.segmentation.description import GRAPH_NAME, PackDescription

SECONDS = 60.0
"""Of computing, for loading the graph and for one small photo."""
MEMORY = 2_000_000_000
"""Bytes, beside the graph's own: three copies of it while it is loaded."""


def try_out(
    folder: Path,
    description: PackDescription,
    *,
    control: RunControl,
    threads: int | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> None:
    """Segment a plain picture with the pack in a folder, so that one that can't is refused now.

    Args:
        folder: of the pack, its graph's hash already checked.
        description: of the pack.
        control: ends the trial at once when it is cancelled.
        threads: for the computation; None for one per core.
        seconds: of computing that it may take.
        memory: bytes that it may take beside its graph's.

    Raises:
        SegmenterError: it does not work.
        Cancelled: control was cancelled.
    """
    size = (folder / GRAPH_NAME).stat().st_size
    limits = ChildLimits(memory=memory + 3 * size, seconds=seconds)
    try:
        problem = run_in_child(_segment, folder, description, threads, control=control, limits=limits)
    except ChildError as error:
        problem = tr(
            "The object finder {name} can't be used: its trial with a small picture "
            "failed ({error}). Ask its author for a correct one.",
            name=description.identity.name,
            error=error,
        )
    if problem is not None:
        raise SegmenterError(str(problem))


def _segment(folder: Path, description: PackDescription, threads: int | None) -> str | None:
    """Run in the child process: return why the pack can't be used, as a sentence, or None."""
    from memapp.scoring.segmentation.folders import open_graph

    ramp = np.linspace(0, 255, 96, dtype=np.uint8)
    picture = np.repeat(np.repeat(ramp[np.newaxis, :, np.newaxis], 64, axis=0), 3, axis=2)
    try:
        segmenter = open_graph(folder, description, threads=threads)
        segmenter.segment(picture)
    except SegmenterError as problem:
        return str(problem)
    return None
