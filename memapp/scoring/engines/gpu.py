"""The precision on a GPU: 16 bits if the scores stay close to the CPU's, else 32."""

from __future__ import annotations

import logging
from typing import Protocol

import numpy as np
import numpy.typing as npt

from memapp.core.errors import DeviceError
from memapp.scoring.engines.engine import Engine
from memapp.scoring.proof import DEVICE_TOLERANCE, prove

HALF_TOLERANCE = DEVICE_TOLERANCE / 2
"""Largest allowed difference between 16-bit scores of the proof frames and the CPU's. Photos must stay within
DEVICE_TOLERANCE, and among thousands some differ more than two frames show."""

_log = logging.getLogger(__name__)


class HalvableEngine(Engine, Protocol):
    """An engine that can compute with 16 bits."""

    half: bool


def prove_on_gpu(
    engine: HalvableEngine, expected: npt.NDArray[np.float32], *, labelled: bool = False
) -> None:
    """Verify an engine with its current precision; if it fails with 16 bits, with 32.

    Args:
        engine: loaded; its `half` is set to the verified precision.
        expected: the CPU's scores of the proof frames.
        labelled: whether its frames have labels.

    Raises:
        DeviceError: the engine fails, or its scores differ even with 32 bits.
        OutOfDeviceMemoryError: not even two frames fit.
    """
    if engine.half:
        try:
            prove(engine, expected, tolerance=HALF_TOLERANCE, labelled=labelled)
        except DeviceError as problem:
            _log.info("scoring with 32 bits; 16 bits failed: %s", problem)
            engine.half = False
        else:
            return
    prove(engine, expected, labelled=labelled)
