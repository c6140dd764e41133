"""A scorer with fallbacks: out of memory halves the batch, then the CPU takes over. Does not import torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify, score_with_features
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
        return self._score(frames)[0]

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Return score(frames), and the net's features of the same pass; None if it gives none.

        Raises what score() raises.
        """
        return self._score(frames)

    def _score(self, frames: PixelArray) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        scores = np.empty(len(frames), dtype=np.float32)
        features: list[npt.NDArray[np.float32] | None] = []
        done = 0
        while done < len(frames):
            part = frames[done : done + self._batch_size]
            try:
                scores[done : done + len(part)], seen = score_with_features(self._engine, part)
            except OutOfDeviceMemoryError as problem:
                self._reduce_batch(problem, tried=len(part))
            except DeviceError as problem:
                self._fall_back(problem)
            else:
                features.append(seen)
                done += len(part)
        known = [each for each in features if each is not None]
        return scores, np.concatenate(known) if known and len(known) == len(features) else None

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
