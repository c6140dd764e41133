"""Fast ResMem as the factory takes it: a graph of 8-bit numbers, made once on this computer."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from memapp.core.contracts import Notify
from memapp.core.control import RunControl
from memapp.core.errors import DeviceError, MemappError
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.child_process import missing_package, run_in_child
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.graphs import GraphError, GraphFolder, graph_key
from memapp.scoring.engines.tuning import TuningFile, likely_tuning
from memapp.scoring.factory import Choice, NetFactory
from memapp.scoring.fast.recipe import fast_resmem, recipe_path, shipped_recipe
from memapp.scoring.proof import prove
from memapp.scoring.resmem_net import RESMEM_IDENTITY
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

if TYPE_CHECKING:
    from torch import nn

TOLERANCE = 0.02
"""How far the proof frames' scores may be from those of the computer that made the graph: whole numbers are
multiplied the same everywhere, but sums of floats between them may fall to the other side of a rounding."""


class FastNet:
    """Knows fast ResMem without loading it. Implements factory.ScorableNet.

    It always computes on the CPU, with onnxruntime.
    """

    labelled = False

    def __init__(self, *, weights: WeightsLocator, home: Path) -> None:
        """Take where weights are looked for, and MEMAPP_HOME, where graphs are kept."""
        self._weights = weights
        self._exact = GraphFolder(home=home, export=export_resmem)
        self._graphs = GraphFolder(home=home, export=_build_in_child)

    def why_not(self) -> str | None:
        """Return why fast scores are not available here, or None if they are. Read no weights."""
        if not recipe_path().is_file():
            return tr("Fast scores are not available: this memapp came without them.")
        if self._graphs.is_there(fast_resmem()):
            return None
        if missing_package("onnx") or (
            missing_package("torch") and not self._exact.is_there(RESMEM_IDENTITY)
        ):
            return tr("Fast scores are not available: this memapp came without them.")
        return None

    def identity(self) -> NetIdentity:
        """Return fast ResMem. Raise WeightsError if it is not available."""
        net = fast_resmem()
        if not self._graphs.is_there(net) and not self._exact.is_there(RESMEM_IDENTITY):
            self._weights.find(RESMEM_WEIGHTS)
        return net

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Exact ResMem: what is known exactly need not be scored fast."""
        return (RESMEM_IDENTITY,)

    def runs_on_gpu(self) -> bool:
        """Return False: 8-bit convolutions are for the CPU."""
        return False

    def load(self) -> nn.Module:
        """Raise DeviceError: there is no fast net in torch."""
        raise DeviceError(tr("Only onnxruntime can compute fast scores."))

    def finish(self, engine: Engine) -> Engine:
        """Return the engine as it is: frames need nothing more."""
        return engine

    def open_cpu(self, choice: Choice, notify: Notify) -> tuple[Engine, str | None]:
        """Return the engine; the first time on a computer its graph is made, and the exact one before it.

        Raises:
            WeightsError: the weights that it is made of are missing or altered.
            DeviceError: it can't be made, or does not compute here.
        """
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        net = fast_resmem()
        try:
            graph = self._graphs.find(net) or self._graphs.prepare(net, self._exact_graph(notify), notify)
        except GraphError as problem:
            raise DeviceError(
                tr("Fast scores are not available: {problem} Score exactly instead.", problem=problem)
            ) from problem
        kept = TuningFile(
            folder=self._graphs.folder,
            engine=f"onnxruntime {importlib.metadata.version('onnxruntime')}",
            graph=graph_key(RESMEM_IDENTITY),
        ).read()
        # What suits the exact net suits this one: both spend their time in the same convolutions.
        best = kept or likely_tuning()
        threads = min(best.threads, choice.most_threads or best.threads)
        engine = OnnxEngine(graph=graph.path, threads=threads, batch_size=best.batch_size)
        try:
            prove(engine, graph.proof_scores, tolerance=TOLERANCE)
        except MemappError:
            engine.close()
            raise
        return engine, None

    def _exact_graph(self, notify: Notify) -> Path:
        found = self._exact.find(RESMEM_IDENTITY)
        if found is None:
            found = self._exact.prepare(RESMEM_IDENTITY, self._weights.find(RESMEM_WEIGHTS), notify)
        return found.path


def fast_factory(*, weights: WeightsLocator, home: Path, batch_size: int | None = None) -> NetFactory:
    """Return the factory of fast ResMem."""
    return NetFactory(FastNet(weights=weights, home=home), Choice(batch_size=batch_size))


def _build_in_child(exact: Path, target: Path) -> npt.NDArray[np.float32]:
    """Make the fast graph in a process of its own: onnx takes the net's memory three times over."""
    if missing := missing_package("onnx"):
        raise DeviceError(tr("{missing} is not installed", missing=missing))
    scores: npt.NDArray[np.float32] = run_in_child(build_fast_graph, exact, target, control=RunControl())
    return scores


def build_fast_graph(exact: Path, target: Path) -> npt.NDArray[np.float32]:
    """Make the fast graph of an exact one, with the recipe that travels with memapp; see write_fast_graph."""
    from memapp.scoring.fast.graph import write_fast_graph

    return write_fast_graph(exact, target, shipped_recipe())
