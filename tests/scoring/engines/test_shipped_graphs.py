"""Graphs shipped with the built app: found without weights and torch, verified, never written to."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from memapp.core.errors import WeightsError
from memapp.doctor import examine
from memapp.scoring.engines import graphs as graphs_module
from memapp.scoring.engines.cpu import CpuEngines
from memapp.scoring.engines.graphs import GraphError, GraphFolder, graph_key
from memapp.scoring.proof import proof_frames
from memapp.scoring.resmem_net import RESMEM_IDENTITY, resmem_factory
from memapp.scoring.weights import WeightsLocator
from tests.scoring.standing_in import SMALL_NET, SmallExport, brightness


def refuse(_weights: Path, _target: Path) -> np.ndarray:
    pytest.fail("nothing should be exported")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Return a folder as in the built app, with the small net's graph."""
    maker = tmp_path / "maker"
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"weights")
    GraphFolder(home=maker, export=SmallExport()).prepare(SMALL_NET, weights, print)
    folder = tmp_path / "nets"
    shutil.copytree(maker / "engines", folder)
    return folder


def change_a_bit(folder: Path) -> None:
    graph = folder / f"{graph_key(SMALL_NET)}.onnx"
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)


def test_a_shipped_graph_is_used_and_nothing_is_written_beside_it(tmp_path: Path, shipped: Path) -> None:
    before = sorted(shipped.iterdir())
    graphs = GraphFolder(home=tmp_path / "home", export=refuse, shipped=shipped)
    found = graphs.find(SMALL_NET)
    assert found is not None
    assert found.path.parent == shipped
    engines = CpuEngines(net=SMALL_NET, weights=None, graphs=graphs, open_torch=lambda: pytest.fail("torch"))
    engine, note = engines.open_best(pytest.fail)
    assert note is None
    np.testing.assert_allclose(engine.score(proof_frames()), brightness(proof_frames()), atol=1e-5)
    engine.close()
    assert sorted(shipped.iterdir()) == before
    assert [path.name for path in (tmp_path / "home" / "engines").iterdir()] == ["tuning.json"]


def test_a_damaged_shipped_graph_is_replaced_by_a_new_export(tmp_path: Path, shipped: Path) -> None:
    change_a_bit(shipped)
    graphs = GraphFolder(home=tmp_path / "maker", export=refuse, shipped=shipped)
    assert graphs.shipped(SMALL_NET) is None
    assert graphs.is_damaged(SMALL_NET)
    found = graphs.find(SMALL_NET)
    assert found is not None
    assert found.path.parent == tmp_path / "maker" / "engines"


def test_without_weights_a_broken_graph_is_not_exported_again(tmp_path: Path) -> None:
    graphs = GraphFolder(home=tmp_path / "home", export=refuse, shipped=tmp_path / "none")
    engines = CpuEngines(net=SMALL_NET, weights=None, graphs=graphs, open_torch=lambda: pytest.fail("torch"))
    with pytest.raises(GraphError, match="missing or does not work"):
        engines.open_onnx(pytest.fail)


def no_weights(tmp_path: Path) -> WeightsLocator:
    return WeightsLocator(resources=tmp_path, home=tmp_path / "home", distribution_file=lambda _: None)


@pytest.mark.weights
def test_resmem_scores_from_its_shipped_graph_alone(
    tmp_path: Path, prepared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphs_module, "resource_path", lambda _name: prepared_home / "engines")
    factory = resmem_factory(weights=no_weights(tmp_path), home=tmp_path / "home", device="cpu")
    assert factory.identity() == RESMEM_IDENTITY
    scorer = factory.build(pytest.fail)
    assert (scorer.engine.engine, scorer.engine.note) == ("onnxruntime", None)
    assert scorer.score(np.zeros((1, 227, 227, 3), np.uint8)).shape == (1,)
    scorer.close()


@pytest.mark.weights
def test_torch_without_weights_is_replaced_by_the_shipped_graph_with_a_note(
    tmp_path: Path, prepared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphs_module, "resource_path", lambda _name: prepared_home / "engines")
    factory = resmem_factory(
        weights=no_weights(tmp_path), home=tmp_path / "home", device="cpu", engine="torch"
    )
    scorer = factory.build(pytest.fail)
    assert scorer.engine.engine == "onnxruntime"
    assert "torch is not part" in (scorer.engine.note or "")
    scorer.close()


def test_a_damaged_net_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{graph_key(RESMEM_IDENTITY)}.onnx").write_bytes(b"half of a net")
    monkeypatch.setattr(graphs_module, "resource_path", lambda _name: tmp_path)
    factory = resmem_factory(weights=no_weights(tmp_path), home=tmp_path / "home")
    with pytest.raises(WeightsError, match=r"came with memapp is damaged. Install memapp again"):
        factory.identity()


@pytest.mark.weights
def test_the_doctor_accepts_a_shipped_net_without_weights_or_torch(
    tmp_path: Path, prepared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graphs_module, "resource_path", lambda _name: prepared_home / "engines")
    # As in the built app, which has no torch.
    monkeypatch.setitem(sys.modules, "torch", None)
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find_spec(name, *rest)
    )
    findings = {
        found.subject: found for found in examine(weights=no_weights(tmp_path), home=tmp_path / "home")
    }
    assert "included with memapp" in findings["net"].text
    assert "works" in findings["onnx on cpu"].text
    assert not any(found.stops_scoring for found in findings.values())
