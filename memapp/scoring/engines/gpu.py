"""With how many bits a GPU computes: 16 where its scores stay near the CPU's all the same, else 32."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.scoring.engines.engine import Engine
from memapp.scoring.proof import DEVICE_TOLERANCE, prove

HALF_TOLERANCE = DEVICE_TOLERANCE / 2
"""How far 16 bits may bring the proof frames' scores from the CPU's. Photos must stay within
DEVICE_TOLERANCE, and among thousands some lie further off than two frames show."""

_log = logging.getLogger(__name__)


class HalvableEngine(Engine, Protocol):
    """An engine that can compute with 16 bits."""

    half: bool


def prove_on_gpu(
    engine: HalvableEngine, expected: npt.NDArray[np.float32], *, labelled: bool = False
) -> None:
    """Prove an engine as it is, and where it fails with 16 bits, with 32.

    Args:
        engine: loaded; its `half` says how it goes on.
        expected: the CPU's scores of the proof frames.
        labelled: whether its frames carry labels.

    Raises:
        DeviceError: the engine fails, or computes other scores even with 32 bits.
        OutOfDeviceMemoryError: not even two frames fit.
    """
    if engine.half:
        try:
            prove(engine, expected, tolerance=HALF_TOLERANCE, labelled=labelled)
        except DeviceError as problem:
            _log.info("scoring with 32 bits: with 16, %s", problem)
            engine.half = False
        else:
            return
    prove(engine, expected, labelled=labelled)
