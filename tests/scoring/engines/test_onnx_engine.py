"""The onnxruntime engine gives torch's scores, and reports what it can't do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from memapp.core.errors import DeviceError
from memapp.scoring.engines.export import OPSET, export
from memapp.scoring.engines.onnx_engine import OnnxEngine
from tests.scoring.standing_in import SmallExport, SmallNet, brightness


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "smäll net.onnx"
    SmallExport()(path, path)
    return path


@pytest.mark.parametrize("count", [1, 3, 8])
def test_any_number_of_frames_is_scored(graph: Path, count: int) -> None:
    frames = np.random.default_rng(count).integers(0, 256, (count, 227, 227, 3), dtype=np.uint8)
    engine = OnnxEngine(graph=graph, threads=2)
    np.testing.assert_allclose(engine.score(frames), brightness(frames), atol=1e-5)
    assert engine.engine.engine == "onnxruntime"
    assert engine.engine.device == "cpu"
    engine.close()


def test_a_file_that_is_not_a_graph_is_refused_with_a_message(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(DeviceError, match="onnxruntime failed"):
        OnnxEngine(graph=path, threads=1)


def test_a_graph_with_another_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    pixels, positive = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1])
        for name in ("pixels", "positive")
    )
    relu = onnx.helper.make_node("Relu", ["pixels"], ["positive"])
    opset = onnx.helper.make_opsetid("", OPSET)
    graph = onnx.helper.make_graph([relu], "other", [pixels], [positive])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    with pytest.raises(DeviceError, match="belongs to another scoring model"):
        OnnxEngine(graph=path, threads=1)


def test_results_that_are_not_numbers_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    with pytest.raises(DeviceError, match="not scores"):
        export(SmallNet(float("nan")).requires_grad_(False), path)
    engine = OnnxEngine(graph=path, threads=1)
    with pytest.raises(DeviceError, match="not scores"):
        engine.score(np.zeros((1, 227, 227, 3), dtype=np.uint8))


class Fickle(nn.Module):
    """A net that scores differently while it is exported."""

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        return frames.mean(dim=(1, 2, 3)) + (0.1 if torch.onnx.is_in_onnx_export() else 0.0)


def test_a_graph_that_scores_differently_than_torch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"wrong scores \(off by 0.1\)"):
        export(Fickle(), tmp_path / "fickle.onnx")
