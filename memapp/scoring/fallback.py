"""A scorer with fallbacks: out of memory halves the batch, then the CPU takes over. Does not import torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import EngineInfo, PixelArray
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine


class FallbackScorer:
    """Wraps an engine so that a run survives its failures. Used by one thread at a time."""

    def __init__(
        self, *, engine: Engine, fallback: Callable[[], Engine] | None, note: str | None, notify: Notify
    ) -> None:
        """Wrap an engine that is loaded.

        Args:
            engine: scores until it fails.
            fallback: loads the CPU's engine; None if the engine is already the CPU's.
            note: why this engine differs from the requested one.
            notify: called when the engine changes.
        """
        self._engine = engine
        self._fallback = fallback
        self._note = note
        self._notify = notify
        self._batch_size = engine.batch_size

    @property
    def engine(self) -> EngineInfo:
        """The engine that executes the net now, with a note if it differs from the requested one."""
        return dataclasses.replace(self._engine.engine, note=self._note)

    @property
    def batch_size(self) -> int:
        """The largest batch known to fit."""
        return self._batch_size

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score any number of frames, shape (n, 227, 227, 3), uint8; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: not even one frame fits the computer's memory.
            DeviceError: the CPU itself failed.
        """
        scores = np.empty(len(frames), dtype=np.float32)
        done = 0
        while done < len(frames):
            part = frames[done : done + self._batch_size]
            try:
                scores[done : done + len(part)] = self._engine.score(part)
            except OutOfDeviceMemoryError as problem:
                self._reduce_batch(problem, tried=len(part))
            except DeviceError as problem:
                self._fall_back(problem)
            else:
                done += len(part)
        return scores

    def close(self) -> None:
        """Release the net's memory."""
        self._engine.close()

    def _reduce_batch(self, problem: OutOfDeviceMemoryError, *, tried: int) -> None:
        if tried > 1:
            self._batch_size = tried // 2
        else:
            self._fall_back(problem)

    def _fall_back(self, problem: OutOfDeviceMemoryError | DeviceError) -> None:
        if self._fallback is None:
            raise problem
        self._engine.close()
        self._engine = self._fallback()
        self._fallback = None
        self._batch_size = self._engine.batch_size
        self._note = tr("{problem} Scoring continues on the processor (CPU).", problem=problem)
        self._notify(self._note)
