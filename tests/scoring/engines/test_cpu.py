"""The CPU engine is onnxruntime if possible, else torch with a note."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.errors import DeviceError
from memapp.core.nets import PREPARING
from memapp.scoring.engines.cpu import CpuEngines
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.engines.onnx_engine import OnnxEngine
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.engines.tuning import likely_tuning
from memapp.scoring.engines.upgrading import UpgradingEngine
from memapp.scoring.proof import proof_frames
from tests.scoring.standing_in import SMALL_NET, SmallExport, SmallNet, brightness

Export = Callable[[Path, Path], npt.NDArray[np.float32]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def engines(home: Path, export: Export) -> CpuEngines:
    weights = home.parent / "weights.pt"
    weights.write_bytes(b"weights")
    return CpuEngines(
        net=SMALL_NET,
        weights=weights,
        graphs=GraphFolder(home=home, export=export),
        open_torch=lambda: TorchEngine(net=SmallNet().requires_grad_(False), device="cpu"),
    )


def check_scores(engine: Engine) -> None:
    np.testing.assert_allclose(engine.score(proof_frames()), brightness(proof_frames()), atol=1e-5)
    engine.close()


def test_the_net_is_prepared_only_once(home: Path) -> None:
    export, messages = SmallExport(), list[str]()
    for _ in range(2):
        engine, note = engines(home, export).open_best(messages.append)
        assert engine.engine.engine == "onnxruntime"
        assert note is None
        check_scores(engine)
    assert export.count == 1
    assert messages == [str(PREPARING)]


def test_tuning_happens_at_the_second_start_and_is_used(home: Path) -> None:
    path = home / "engines" / "tuning.json"
    first, _ = engines(home, SmallExport()).open_best(print)
    first.close()
    assert first.batch_size == likely_tuning().batch_size
    assert not path.exists()
    engine, _ = engines(home, SmallExport()).open_best(pytest.fail)
    engine.close()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"batch_size": {engine.batch_size}', '"batch_size": 8'), encoding="utf-8")
    again, _ = engines(home, SmallExport()).open_best(pytest.fail)
    assert again.batch_size == 8
    again.close()


def test_a_graph_with_a_valid_record_but_other_scores_is_exported_again(home: Path) -> None:
    weights = home.parent / "weights.pt"
    weights.write_bytes(b"weights")
    graph = GraphFolder(home=home, export=SmallExport(offset=0.25)).prepare(SMALL_NET, weights, print)
    record = graph.path.with_suffix(".json")
    foreign = graph.proof_scores.tolist()
    text = record.read_text(encoding="utf-8")
    for score in foreign:
        text = text.replace(str(score), str(score + 0.25))
    record.write_text(text, encoding="utf-8")
    messages: list[str] = []
    engine, note = engines(home, SmallExport()).open_best(messages.append)
    assert (engine.engine.engine, note, messages) == ("onnxruntime", None, [str(PREPARING)])
    check_scores(engine)


def failing(text: str) -> Export:
    def fail(_weights: Path, _target: Path) -> npt.NDArray[np.float32]:
        raise DeviceError(text)

    return fail


def test_if_the_net_can_not_be_prepared_torch_scores_with_a_note(home: Path) -> None:
    messages: list[str] = []
    engine, note = engines(home, failing("the operator is unknown")).open_best(messages.append)
    assert engine.engine.engine == "torch"
    assert note == messages[-1]
    assert "the operator is unknown" in messages[-1]
    assert messages[-1].endswith("Scoring continues with the slower one.")
    check_scores(engine)


def test_with_a_read_only_home_torch_scores(home: Path) -> None:
    home.write_text("a file where the folder should be", encoding="utf-8")
    messages: list[str] = []
    engine, note = engines(home, SmallExport()).open_best(messages.append)
    assert engine.engine.engine == "torch"
    assert messages == [note]
    assert str(home) in messages[0]
    check_scores(engine)


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == package else real(name, *rest)
    )


def test_without_both_engines_the_error_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "torch")
    with pytest.raises(DeviceError, match=r"can't be used.*Install memapp again"):
        engines(home, failing("torch is not installed")).open_best(print)


def test_opening_at_once_does_not_wait_for_the_preparation(home: Path) -> None:
    engine, note = engines(home, SmallExport()).open_at_once(pytest.fail)
    assert isinstance(engine, UpgradingEngine)
    assert engine.engine.engine == "torch"
    assert note is None
    np.testing.assert_allclose(engine.score(proof_frames()), brightness(proof_frames()), atol=1e-5)
    assert engine.wait(60)
    check_scores(engine)
    assert engine.engine.engine == "onnxruntime"
    again, _ = engines(home, SmallExport()).open_at_once(pytest.fail)
    assert again.engine.engine == "onnxruntime"
    again.close()


def test_no_more_threads_are_used_than_allowed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, _ = engines(home, SmallExport()).open_best(print)
    engine.close()
    used: list[int] = []
    real = OnnxEngine.__init__

    def noting(self: OnnxEngine, *, graph: Path, threads: int, batch_size: int = 4) -> None:
        used.append(threads)
        real(self, graph=graph, threads=threads, batch_size=batch_size)

    monkeypatch.setattr(OnnxEngine, "__init__", noting)
    sparing = CpuEngines(
        net=SMALL_NET,
        weights=home.parent / "weights.pt",
        graphs=GraphFolder(home=home, export=SmallExport()),
        open_torch=lambda: TorchEngine(net=SmallNet().requires_grad_(False), device="cpu"),
        most_threads=1,
    )
    engine, _ = sparing.open_best(pytest.fail)
    check_scores(engine)
    assert used[-1] == 1
