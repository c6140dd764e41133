"""Export of a net from torch to a graph file, verified. Runs in a separate process: see export_process."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from torch import Tensor, nn

from memapp.core.records import PixelArray
from memapp.scoring.engines.onnx_engine import FEATURES, FRAMES, SCORES, OnnxEngine
from memapp.scoring.engines.torch_engine import TorchEngine
from memapp.scoring.hardware import physical_cores
from memapp.scoring.proof import GRAPH_TOLERANCE, proof_frames, prove

OPSET = 17


def export(
    net: nn.Module,
    target: Path,
    *,
    labelled: bool = False,
    features: bool = False,
    tolerance: float = GRAPH_TOLERANCE,
) -> npt.NDArray[np.float32]:
    """Write a net as a graph from frames to scores, and verify that both give the same scores.

    Args:
        net: (n, 3, 227, 227) floats in 0..1 to n scores; on the CPU; unusable afterwards.
        target: the file to write, flushed to the disk.
        labelled: whether its frames have labels as a fourth channel.
        features: whether it is a part of a net, which returns rows of features instead of scores.
        tolerance: largest allowed difference between the graph's and the net's scores.

    Returns:
        torch's scores of the proof frames.

    Raises:
        OSError: the file can't be written.
        DeviceError: the graph's scores differ from the net's.
    """
    frames = proof_frames(labelled=labelled)
    _write(_FromFrames(net).eval(), frames, target)
    reference = TorchEngine(net=net, device="cpu", features=features)
    expected = reference.score(frames)
    reference.close()
    graph = OnnxEngine(graph=target, threads=physical_cores(), features=features)
    prove(graph, expected, tolerance=tolerance, labelled=labelled)
    graph.close()
    return expected


class _FromFrames(nn.Module):
    """A net that takes frames as intake makes them, and gives its features too if it keeps them."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.outputs = [SCORES, FEATURES] if hasattr(net, "scores_and_features") else [SCORES]

    def forward(self, frames: Tensor) -> Tensor | tuple[Tensor, ...]:
        batch = frames.permute(0, 3, 1, 2).to(torch.float32).div(255)
        given: Tensor | tuple[Tensor, ...] = (
            self.net(batch) if FEATURES not in self.outputs else self.net.scores_and_features(batch)  # type: ignore[operator]
        )
        return given


def _write(net: _FromFrames, frames: PixelArray, target: Path) -> None:
    # torch would hold three copies of the weights while it writes them (3 GB for ResMem). So it writes only
    # the structure, and the weights are appended one by one: protobuf merges consecutive messages.
    graph = onnx.load_model_from_string(_structure(net, frames))
    weights: Mapping[str, Tensor] = net.state_dict()
    names = [node.name for node in graph.graph.input if node.name in weights]
    true_inputs = [node for node in graph.graph.input if node.name not in weights]
    del graph.graph.input[:]
    graph.graph.input.extend(true_inputs)
    with target.open("wb") as file:
        file.write(graph.SerializeToString())
        for name in names:
            part = onnx.ModelProto()
            part.graph.initializer.append(onnx.numpy_helper.from_array(weights[name].numpy(), name))
            file.write(part.SerializeToString())
        file.flush()
        os.fsync(file.fileno())


def _structure(net: _FromFrames, frames: PixelArray) -> bytes:
    written = io.BytesIO()
    with warnings.catch_warnings():
        # This exporter is deprecated; the new one needs packages that memapp does not otherwise use.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net,
            (torch.from_numpy(frames),),
            written,  # type: ignore[arg-type]  # a file object works like a path
            dynamo=False,
            opset_version=OPSET,
            input_names=[FRAMES],
            output_names=net.outputs,
            dynamic_axes={name: {0: "count"} for name in (FRAMES, *net.outputs)},
            export_params=False,
            do_constant_folding=False,
        )
    return written.getvalue()
