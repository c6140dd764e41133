"""The verification of every engine before its use: two scored frames. Does not import torch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.scoring.engines.engine import Engine

DEVICE_TOLERANCE = 1e-3
"""Largest allowed difference between a device's scores and the CPU's."""

GRAPH_TOLERANCE = 1e-5
"""Largest allowed difference between two CPU engines' scores of one net; in fact they agree within 1e-6."""


def proof_frames(*, labelled: bool = False) -> PixelArray:
    """Return two constant frames: a colour gradient and seeded noise, shape (2, 227, 227, 3).

    Args:
        labelled: for an engine whose frames have labels as a fourth channel: bars and checks of labels.
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
    """Score the proof frames with an engine and compare.

    Args:
        engine: the engine to verify.
        expected: the correct scores of proof_frames().
        tolerance: largest allowed difference per score.
        labelled: whether its frames have labels.

    Raises:
        DeviceError: the engine fails or its scores differ.
        OutOfDeviceMemoryError: not even two frames fit.
    """
    difference = float(np.abs(engine.score(proof_frames(labelled=labelled)) - expected).max())
    # Written so that a difference of NaN fails, too.
    if not difference <= tolerance:
        raise DeviceError(f"{engine.engine.device_name} computes wrong scores (off by {difference:.2g}).")
