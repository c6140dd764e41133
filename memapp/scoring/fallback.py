"""A scorer that goes on: out of memory halves the batch, then the CPU takes over. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.engine import Engine


class FallbackScorer:
    """Wraps an engine so that a run survives its failures. Used by one thread at a time."""

    def __init__(
        self, *, engine: Engine, fallback: Callable[[], Engine] | None, note: str | None, notify: Notify
    ) -> None:
        """Take an engine that is loaded.

        Args:
            engine: scores until it can't.
            fallback: loads the CPU's engine; None where the engine is the CPU's already.
            note: why this engine is not the one that was asked for.
            notify: told when the engine changes.
        """
        self._engine = engine
        self._fallback = fallback
        self._note = note
        self._notify = notify
        self._batch_size = engine.batch_size

    @property
    def engine(self) -> EngineInfo:
        """What executes the net now, with a note where that is not what was asked for."""
        return dataclasses.replace(self._engine.engine, note=self._note)

    @property
    def batch_size(self) -> int:
        """The batch that fits, as far as is known."""
        return self._batch_size

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8, whatever n; gives n scores, 0..1.

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
                self._make_room(problem, tried=len(part))
            except DeviceError as problem:
                self._fall_back(problem)
            else:
                done += len(part)
        return scores

    def close(self) -> None:
        """Give back the net's memory."""
        self._engine.close()

    def _make_room(self, problem: OutOfDeviceMemoryError, *, tried: int) -> None:
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
        self._note = f"{problem} Scoring goes on with the CPU."
        self._notify(self._note)
