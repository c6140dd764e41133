"""The best engine for this computer's CPU: onnxruntime with a prepared graph, else torch."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path

from memapp.core.contracts import Notify
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.graphs import GraphError, GraphFolder, PreparedGraph, graph_key
from memapp.scoring.engines.tuning import Tuning, TuningFile, likely_tuning, tune
from memapp.scoring.engines.upgrading import UpgradingEngine
from memapp.scoring.proof import GRAPH_TOLERANCE, prove

_log = logging.getLogger(__name__)


class CpuEngines:
    """Opens one net on the CPU. Safe to pass to any thread."""

    def __init__(
        self,
        *,
        net: NetIdentity,
        weights: Path | None,
        graphs: GraphFolder,
        open_torch: Callable[[], Engine],
        most_threads: int | None = None,
    ) -> None:
        """Store what the engines need.

        Args:
            net: which net, with its hash.
            weights: its file, verified; None if only the graph is installed.
            graphs: the folder of its graph.
            open_torch: loads the net with torch, on the CPU.
            most_threads: the highest number of threads; None for the best number.
        """
        self._net = net
        self._weights = weights
        self._graphs = graphs
        self._open_torch = open_torch
        self._most_threads = most_threads

    def open_best(self, notify: Notify) -> tuple[Engine, str | None]:
        """Return onnxruntime and no note; if it can't be used, torch and a note that says why.

        Raises:
            DeviceError: neither engine works.
            OutOfDeviceMemoryError: the net does not fit the computer's memory.
        """
        try:
            return self.open_onnx(notify), None
        except (GraphError, DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
            _log.warning("onnxruntime can't be used", exc_info=problem)
            note = tr("The faster engine can't be used: {problem}", problem=problem)
            if importlib.util.find_spec("torch") is None:
                raise DeviceError(tr("{problem} Install memapp again.", problem=note)) from problem
        note = tr("{problem} Scoring continues with the slower one.", problem=note)
        notify(note)
        return self._open_torch(), note

    def open_at_once(self, notify: Notify) -> tuple[Engine, str | None]:
        """Return an engine within seconds: if the graph is missing, torch, until the graph was prepared in
        parallel.

        Raises:
            DeviceError: neither engine works.
            OutOfDeviceMemoryError: the net does not fit the computer's memory.
        """
        if self._graphs.find(self._net) is not None or importlib.util.find_spec("torch") is None:
            return self.open_best(notify)
        # Nobody waits for the preparation, so no message is shown.
        return UpgradingEngine(first=self._open_torch(), open_better=lambda: self.open_onnx(_ignore)), None

    def open_onnx(self, notify: Notify) -> Engine:
        """Return onnxruntime, with the existing graph if it passes its checks, else with a newly prepared
        one.

        Raises:
            GraphError: the graph can't be prepared.
            DeviceError: onnxruntime can't run it here.
            OutOfDeviceMemoryError: the net does not fit the computer's memory.
            ImportError: onnxruntime is not installed.
        """
        _onnxruntime_version()
        graph = self._graphs.find(self._net)
        if graph is not None:
            try:
                return self._open(graph)
            except DeviceError as problem:
                _log.warning("the graph can't be used and is exported again: %s", problem)
        if self._weights is None:
            raise GraphError(
                tr("A file of {name} is missing or does not work on this computer.", name=self._net.name)
            )
        graph = self._graphs.prepare(self._net, self._weights, notify)
        # The user has waited long enough: the tuning happens at the next start.
        return self._open_with(graph, self._tunings().read() or likely_tuning())

    def _open(self, graph: PreparedGraph) -> Engine:
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        memory = self._tunings()
        tuning = memory.read()
        shipped = graph.path.parent != self._graphs.folder
        if tuning is None and shipped and memory.is_first_use():
            # The first photos on this computer come first: the tuning happens at the next start.
            tuning = likely_tuning()
        elif tuning is None:
            tuning = tune(lambda threads: OnnxEngine(graph=graph.path, threads=threads))
            memory.write(tuning)
        return self._open_with(graph, tuning)

    def _open_with(self, graph: PreparedGraph, tuning: Tuning) -> Engine:
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        threads = min(tuning.threads, self._most_threads or tuning.threads)
        engine = OnnxEngine(graph=graph.path, threads=threads, batch_size=tuning.batch_size)
        prove(engine, graph.proof_scores, tolerance=GRAPH_TOLERANCE)
        return engine

    def _tunings(self) -> TuningFile:
        return TuningFile(
            folder=self._graphs.folder,
            engine=f"onnxruntime {_onnxruntime_version()}",
            graph=graph_key(self._net),
        )


def _ignore(_text: str) -> None:
    pass


def _onnxruntime_version() -> str:
    """Raise ImportError if onnxruntime is not installed (PackageNotFoundError is one)."""
    return importlib.metadata.version("onnxruntime")
