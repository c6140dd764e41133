"""Tuning of threads and batch size for this computer: measured once, in a few seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from memapp.core.files import make_private_folder, read_json, write_atomically
from memapp.core.machine import usable_cores
from memapp.scoring.engines.engine import Engine
from memapp.scoring.hardware import cpu_model, physical_cores
from memapp.scoring.proof import proof_frames

FILE_NAME = "tuning.json"
"""In MEMAPP_HOME/engines."""
_MOST_BYTES = 1_000_000

BATCH_SIZES = (4, 2, 8, 1)
"""Sizes to try, the most likely first: on a slow computer the time ends before the last one."""

GOOD_ENOUGH = 0.97
"""The smallest batch within 3 % of the fastest is used: it needs less memory and waiting."""

SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """The settings for this computer."""

    threads: int
    batch_size: int


def likely_tuning() -> Tuning:
    """Return what suits most computers, if nothing was measured."""
    return Tuning(threads=physical_cores(), batch_size=BATCH_SIZES[0])


class TuningFile:
    """The stored tunings, one for each computer, engine and graph that used this home."""

    def __init__(self, *, folder: Path, engine: str, graph: str) -> None:
        """Store in a file in folder, for an engine with its version and a graph."""
        self._path = folder / FILE_NAME
        self._key = f"{cpu_model()} | {usable_cores()} cores | {engine} | {graph}"

    def read(self) -> Tuning | None:
        """Return what was measured on this computer, or None; a broken file counts as empty."""
        match self._entries().get(self._key):
            case {"threads": int(threads), "batch_size": int(batch_size)} if (
                1 <= threads <= usable_cores() and batch_size in BATCH_SIZES
            ):
                return Tuning(threads, batch_size)
        return None

    def write(self, tuning: Tuning) -> None:
        """Store it; if the folder can't be written, the tuning is repeated at the next start."""
        self._keep(asdict(tuning))

    def is_first_use(self) -> bool:
        """Return whether nothing was stored here yet; True only for the first call."""
        if self._key in self._entries():
            return False
        self._keep({})
        return True

    def _keep(self, entry: dict[str, int]) -> None:
        entries = {**self._entries(), self._key: entry}
        with suppress(OSError):
            make_private_folder(self._path.parent)
            write_atomically(self._path, json.dumps(entries, indent=1), private=True)

    def _entries(self) -> Mapping[str, Any]:
        try:
            entries = read_json(self._path, most_bytes=_MOST_BYTES)
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}


def tune(
    open_engine: Callable[[int], Engine],
    *,
    threads: Sequence[int] | None = None,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> Tuning:
    """Measure what suits this computer, with the proof frames.

    Args:
        open_engine: loads the net with this many threads.
        threads: numbers to try; None for one thread per core, and one per hyperthread if there are any.
        seconds: how long to measure, without loading.
        clock: returns the time in seconds.

    Raises:
        OutOfDeviceMemoryError, DeviceError: as the engine does.
    """
    candidates = threads or tuple(dict.fromkeys((physical_cores(), usable_cores())))
    rates: dict[Tuning, float] = {}
    for count in candidates:
        engine = open_engine(count)
        try:
            for size, rate in _rates(engine, clock() + seconds / len(candidates), clock).items():
                rates[Tuning(count, size)] = rate
        finally:
            engine.close()
    enough = GOOD_ENOUGH * max(rates.values())
    good = [tuning for tuning, rate in rates.items() if rate >= enough]
    return min(good, key=lambda tuning: (tuning.batch_size, tuning.threads))


def _rates(engine: Engine, end: float, clock: Callable[[], float]) -> dict[int, float]:
    """Return the best rate for each batch size, frames per second: other programs can only lower it."""
    rates: dict[int, float] = {}
    while True:
        for size in BATCH_SIZES:
            frames = np.resize(proof_frames(), (size, *proof_frames().shape[1:]))
            started = clock()
            engine.score(frames)
            rates[size] = max(rates.get(size, 0.0), size / (clock() - started))
            if clock() >= end:
                return rates
