"""The proof that every engine gives before it is used: two frames, scored for real. Imports no torch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.scoring.engines.engine import Engine

DEVICE_TOLERANCE = 1e-3
"""How far a device's scores may be from the CPU's."""

GRAPH_TOLERANCE = 1e-5
"""How far the scores of one net may be apart on two engines of the CPU; they are within 1e-6."""


def proof_frames(*, labelled: bool = False) -> PixelArray:
    """Two frames that are the same everywhere: a colour gradient and seeded noise, shape (2, 227, 227, 3).

    Args:
        labelled: for an engine whose frames carry labels as a fourth channel: bars and chequers of them.
    """
    ramp = np.linspace(0, 255, FRAME_SIDE, dtype=np.uint8)
    gradient = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], ramp[::-1, None]), axis=-1)
    noise = np.random.Generator(np.random.PCG64(1968)).integers(0, 256, gradient.shape, dtype=np.uint8)
    frames = np.stack((gradient, noise))
    if not labelled:
        return frames
    places = np.arange(FRAME_SIDE) // 20
    labels = np.stack(np.broadcast_arrays(places[:, None], (places[:, None] + 5 * places[None, :]) % 13))
    return np.concatenate((frames, labels[..., None].astype(np.uint8)), axis=-1)


def prove(
    engine: Engine,
    expected: npt.NDArray[np.float32],
    *,
    tolerance: float = DEVICE_TOLERANCE,
    labelled: bool = False,
) -> None:
    """Let an engine score the proof frames for real.

    Args:
        engine: what is to be proved.
        expected: the true scores of proof_frames().
        tolerance: how far each score may be off.
        labelled: whether its frames carry labels.

    Raises:
        DeviceError: the engine fails or computes other scores.
        OutOfDeviceMemoryError: not even two frames fit.
    """
    difference = float(np.abs(engine.score(proof_frames(labelled=labelled)) - expected).max())
    # Written so that a difference that is no number fails, too.
    if not difference <= tolerance:
        raise DeviceError(
            f"{engine.engine.device_name} computes other scores than it should (off by {difference:.2g})."
        )
