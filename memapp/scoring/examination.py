"""Test every engine on every kind of device, for the doctor."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.factory import GPU_NAMES, open_gpu, open_torch_cpu
from memapp.scoring.hardware import physical_cores
from memapp.scoring.proof import GRAPH_TOLERANCE, proof_frames, prove
from memapp.scoring.resmem_net import RESMEM_IDENTITY, ResMemNet
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator


@dataclass(frozen=True, slots=True)
class EngineProof:
    """The result of testing one engine on one device."""

    engine: str
    """ "onnx" or "torch"."""
    device: str
    works: bool
    text: str


def prove_engines(weights: WeightsLocator, home: Path) -> Iterator[EngineProof]:
    """Score two frames with ResMem on every engine and kind of device, the CPU first.

    Nothing is prepared for the test: a missing graph is not a failure.

    Raises:
        WeightsError: the weights are missing, truncated or changed.
    """
    if importlib.util.find_spec("torch") is None:
        yield _prove_onnx(home)
        yield EngineProof("torch", "cpu", False, "is not part of this memapp; onnxruntime scores")
        return
    weights.find(RESMEM_WEIGHTS)
    net = ResMemNet(weights=weights, home=home)
    yield _prove_onnx(home)
    yield _prove_torch(net)
    for device in GPU_NAMES:
        try:
            gpu = open_gpu(net, device)
        except (DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
            yield EngineProof("torch", device, False, f"{problem} The CPU is used.")
        else:
            yield EngineProof("torch", device, True, f"{gpu.engine.device_name}: agrees with the CPU")
            gpu.close()


def shipped_graph(home: Path) -> Path | None:
    """Return ResMem's graph that is shipped with the built app, verified; None if there is none."""
    graph = GraphFolder(home=home, export=export_resmem).shipped(RESMEM_IDENTITY)
    return graph.path if graph else None


def _prove_onnx(home: Path) -> EngineProof:
    try:
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        graph = GraphFolder(home=home, export=export_resmem).find(RESMEM_IDENTITY)
        if graph is None:
            return EngineProof("onnx", "cpu", True, "the net will be prepared at the first run")
        engine = OnnxEngine(graph=graph.path, threads=physical_cores())
        prove(engine, graph.proof_scores, tolerance=GRAPH_TOLERANCE)
    except (DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
        return EngineProof("onnx", "cpu", False, str(problem))
    works = EngineProof("onnx", "cpu", True, f"{engine.engine.device_name}: works")
    engine.close()
    return works


def _prove_torch(net: ResMemNet) -> EngineProof:
    try:
        engine = open_torch_cpu(net)
        engine.score(proof_frames())
    except (DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
        return EngineProof("torch", "cpu", False, str(problem))
    works = EngineProof("torch", "cpu", True, f"{engine.engine.device_name}: works")
    engine.close()
    return works
