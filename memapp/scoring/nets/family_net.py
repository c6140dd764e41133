"""Any net of the family as the factory takes it: from its source. Imports no torch."""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.graphs import GraphError
from memapp.scoring.engines.tuning import likely_tuning
from memapp.scoring.factory import Choice, open_torch_cpu
from memapp.scoring.nets.labelled import SegmentedEngine
from memapp.scoring.nets.sources import NetSource
from memapp.scoring.proof import GRAPH_TOLERANCE, prove

if TYPE_CHECKING:
    from torch import nn

_log = logging.getLogger(__name__)


class FamilyNet:
    """Knows one net of the family without loading it. Implements factory.ScorableNet."""

    def __init__(self, source: NetSource) -> None:
        """Take where the net comes from."""
        self._source = source
        self.labelled = source.labelled

    def identity(self) -> NetIdentity:
        """Return which net this is. Raises: MemappError: it can't be used."""
        return self._source.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return none: each net has scores of its own."""
        return ()

    def runs_on_gpu(self) -> bool:
        """Return True, where the net can be used at all. Raises: MemappError."""
        self._source.identity()
        return True

    def load(self) -> nn.Module:
        """Return the net in torch. Raises: MemappError."""
        return self._source.load()

    def open_cpu(self, choice: Choice, notify: Notify) -> tuple[Engine, str | None]:
        """Return onnxruntime on its graph; torch where it was chosen, or where that can't be used."""
        if choice.engine == "torch":
            return open_torch_cpu(self, choice.most_threads), None
        try:
            return self._open_onnx(choice, notify), None
        except (GraphError, DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
            _log.warning("onnxruntime can't be used", exc_info=problem)
            note = tr("The faster engine can't be used: {problem}", problem=problem)
            if importlib.util.find_spec("torch") is None:
                raise DeviceError(note) from problem
        note = tr("{problem} Scoring continues with the slower one.", problem=note)
        notify(note)
        return open_torch_cpu(self, choice.most_threads), note

    def finish(self, engine: Engine) -> Engine:
        """Return the engine with the labeller before it, where frames carry labels."""
        if not self.labelled:
            return engine
        return SegmentedEngine(engine=engine, labeller=self._source.labeller())

    def _open_onnx(self, choice: Choice, notify: Notify) -> Engine:
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        graph = self._source.graph(notify)
        likely = likely_tuning()
        threads = min(likely.threads, choice.most_threads or likely.threads)
        engine = OnnxEngine(graph=graph.path, threads=threads, batch_size=likely.batch_size)
        prove(engine, graph.proof_scores, tolerance=GRAPH_TOLERANCE, labelled=self.labelled)
        return engine
