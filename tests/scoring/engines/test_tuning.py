"""Tuning measures what suits a computer, prefers small batches, and is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.records import EngineInfo, PixelArray
from memapp.scoring.engines.tuning import (
    BATCH_SIZES,
    FILE_NAME,
    Tuning,
    TuningFile,
    tune,
)

HERE = Tuning(threads=1, batch_size=2)


class Clock:
    """A clock that advances only when something computes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TimedEngine:
    """Computes nothing; advances the clock by the given seconds."""

    def __init__(self, clock: Clock, seconds: Callable[[int], float]) -> None:
        self.batch_size = 1
        self.sizes: list[int] = []
        self.closed = False
        self._clock = clock
        self._seconds = seconds

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo("test", "cpu", "CPU")

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        assert frames.shape[1:] == (227, 227, 3)
        self.sizes.append(len(frames))
        self._clock.now += self._seconds(len(frames))
        return np.zeros(len(frames), dtype=np.float32)

    def close(self) -> None:
        self.closed = True


def tune_with(seconds: Callable[[int, int], float], threads: tuple[int, ...] = (2,)) -> Tuning:
    clock = Clock()
    engines: list[TimedEngine] = []

    def open_engine(count: int) -> TimedEngine:
        assert all(engine.closed for engine in engines)
        engines.append(TimedEngine(clock, lambda size: seconds(count, size)))
        return engines[-1]

    found = tune(open_engine, threads=threads, seconds=3.0, clock=clock)
    assert all(engine.closed for engine in engines)
    return found


def test_the_fastest_batch_is_used() -> None:
    # 0.2 s for each call, 0.02 s for each frame: larger is better.
    assert tune_with(lambda _, size: 0.2 + 0.02 * size) == Tuning(threads=2, batch_size=8)


def test_a_smaller_batch_is_used_if_it_is_nearly_as_fast() -> None:
    assert tune_with(lambda _, size: 0.1 * size + (0.002 if size < 8 else 0)).batch_size == 1
    assert tune_with(lambda _, size: 0.1 * size + (0.02 if size == 1 else 0)).batch_size == 2


def test_the_faster_number_of_threads_is_used_and_the_smaller_one_if_equal() -> None:
    assert tune_with(lambda count, size: size / count, threads=(4, 8)).threads == 8
    assert tune_with(lambda count, size: size * count, threads=(4, 8)).threads == 4
    assert tune_with(lambda count, size: size * (1 - count / 1000), threads=(4, 8)).threads == 4


def test_one_slow_measurement_does_not_decide() -> None:
    calls: list[int] = []

    def seconds(_: int, size: int) -> float:
        calls.append(size)
        # Another program interfered once.
        return 0.2 + 0.02 * size + (0.5 if calls.count(8) == 1 and size == 8 else 0)

    assert tune_with(seconds).batch_size == 8


def test_a_slow_computer_is_not_kept_busy() -> None:
    assert tune_with(lambda _, size: 5.0 * size) == Tuning(threads=2, batch_size=BATCH_SIZES[0])


def tuning_file(folder: Path, *, engine: str = "onnxruntime 1", graph: str = "graph") -> TuningFile:
    return TuningFile(folder=folder, engine=engine, graph=graph)


def test_it_is_stored_per_engine_and_graph(tmp_path: Path) -> None:
    tuning_file(tmp_path).write(HERE)
    assert tuning_file(tmp_path).read() == HERE
    assert tuning_file(tmp_path, engine="onnxruntime 2").read() is None
    assert tuning_file(tmp_path, graph="other").read() is None
    tuning_file(tmp_path, graph="other").write(Tuning(threads=1, batch_size=8))
    assert tuning_file(tmp_path).read() == HERE


@pytest.mark.parametrize("text", ["", "{", "[]", '{"x": 1}'])
def test_a_broken_file_is_ignored_and_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    assert tuning_file(tmp_path).read() is None
    tuning_file(tmp_path).write(HERE)
    assert tuning_file(tmp_path).read() == HERE


@pytest.mark.parametrize(
    "entry", [{}, {"threads": 0, "batch_size": 4}, {"threads": 1, "batch_size": 1000}, {"threads": "1"}, 3]
)
def test_invalid_numbers_are_ignored(tmp_path: Path, entry: object) -> None:
    tuning_file(tmp_path).write(HERE)
    path = tmp_path / FILE_NAME
    (key,) = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: entry}), encoding="utf-8")
    assert tuning_file(tmp_path).read() is None


def test_a_read_only_folder_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    tuning_file(tmp_path / "file" / "engines").write(HERE)
    assert tuning_file(tmp_path / "file" / "engines").read() is None


def test_the_first_use_is_reported_once(tmp_path: Path) -> None:
    assert tuning_file(tmp_path).is_first_use()
    assert not tuning_file(tmp_path).is_first_use()
    assert tuning_file(tmp_path).read() is None
    tuning_file(tmp_path).write(HERE)
    assert tuning_file(tmp_path).read() == HERE
    assert not tuning_file(tmp_path).is_first_use()


def test_a_missing_folder_is_created(tmp_path: Path) -> None:
    tuning_file(tmp_path / "home" / "engines").write(HERE)
    assert tuning_file(tmp_path / "home" / "engines").read() == HERE
