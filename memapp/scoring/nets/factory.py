"""Builds the scorer of any net of the family on the best device and engine. No torch before it is needed."""

from __future__ import annotations

import importlib.util
import logging

from memapp.core.contracts import Notify, Scorer
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.gpu import prove_on_gpu
from memapp.scoring.engines.graphs import GraphError
from memapp.scoring.engines.tuning import likely_tuning
from memapp.scoring.fallback import FallbackScorer
from memapp.scoring.hardware import gpus_that_may_be_here
from memapp.scoring.nets.labelled import SegmentedEngine
from memapp.scoring.nets.sources import NetSource
from memapp.scoring.proof import GRAPH_TOLERANCE, proof_frames, prove
from memapp.scoring.torch_libraries import load_torch_libraries

_log = logging.getLogger(__name__)


class NetFactory:
    """Knows one net without loading it. Implements contracts.ScorerFactory; may be handed to any thread."""

    def __init__(
        self,
        source: NetSource,
        *,
        device: str = "auto",
        engine: str = "auto",
        batch_size: int | None = None,
        most_threads: int | None = None,
    ) -> None:
        """Take what the user chose.

        Args:
            source: where the net comes from.
            device: "auto", "cpu", "cuda" or "mps"; one that can't be used gives way to the CPU, with a note.
            engine: "auto", "torch" or "onnx". auto: torch on a GPU, onnxruntime on the CPU.
            batch_size: frames at once; None for the engine's own.
            most_threads: use no more than these of the CPU; None for as many as are best.
        """
        self._source = source
        self._device = device
        self._engine = engine
        self._batch_size = batch_size
        self._most_threads = most_threads

    def identity(self) -> NetIdentity:
        """Which net this is. Raises: MemappError: it can't be had."""
        return self._source.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """None: each net has scores of its own."""
        return ()

    def build(self, notify: Notify) -> Scorer:
        """Load the net on the best device and engine that prove themselves.

        Raises:
            MemappError: the net or its segmenter can't be had, or not even the CPU computes.
        """
        self._source.identity()
        notes: list[str] = []
        for device in self._gpus_to_try():
            try:
                gpu = self._finished(self._open_gpu(device))
            except (DeviceError, OutOfDeviceMemoryError) as problem:
                notes.append(tr("{problem} Scoring goes on with the CPU.", problem=problem))
            else:
                return FallbackScorer(
                    engine=gpu,
                    fallback=lambda: self._finished(self._open_cpu(notify)[0]),
                    note=None,
                    notify=notify,
                )
        if not notes and self._device not in ("auto", "cpu"):
            notes.append(
                tr("{device} can't be used here. Scoring goes on with the CPU.", device=self._device)
            )
        for note in notes:
            notify(note)
        engine, why_slower = self._open_cpu(notify)
        if why_slower:
            notes.append(why_slower)
        return FallbackScorer(
            engine=self._finished(engine), fallback=None, note=" ".join(notes) or None, notify=notify
        )

    def _gpus_to_try(self) -> tuple[str, ...]:
        if self._device == "cpu" or self._engine == "onnx" or importlib.util.find_spec("torch") is None:
            return ()
        here = gpus_that_may_be_here()
        return here if self._device == "auto" else tuple(each for each in here if each == self._device)

    def _open_gpu(self, device: str) -> Engine:
        from memapp.scoring.engines.torch_engine import TorchEngine, available_devices

        if device not in available_devices():
            raise DeviceError(f"No {device} GPU that torch can use was found.")
        cpu = self._open_torch_cpu()
        expected = cpu.score(proof_frames(labelled=self._source.labelled))
        cpu.close()
        engine = TorchEngine(net=self._source.load(), device=device, half=device == "cuda")
        prove_on_gpu(engine, expected, labelled=self._source.labelled)
        return engine

    def _open_cpu(self, notify: Notify) -> tuple[Engine, str | None]:
        if self._engine == "torch":
            return self._open_torch_cpu(), None
        try:
            return self._open_onnx(notify), None
        except (GraphError, DeviceError, OutOfDeviceMemoryError, ImportError) as problem:
            _log.warning("onnxruntime can't be used", exc_info=problem)
            note = tr("The faster engine can't be used: {problem}", problem=problem)
            if importlib.util.find_spec("torch") is None:
                raise DeviceError(note) from problem
        note = tr("{problem} Scoring goes on with the slower one.", problem=note)
        notify(note)
        return self._open_torch_cpu(), note

    def _open_onnx(self, notify: Notify) -> Engine:
        from memapp.scoring.engines.onnx_engine import OnnxEngine

        graph = self._source.graph(notify)
        likely = likely_tuning()
        threads = min(likely.threads, self._most_threads or likely.threads)
        engine = OnnxEngine(graph=graph.path, threads=threads, batch_size=likely.batch_size)
        prove(engine, graph.proof_scores, tolerance=GRAPH_TOLERANCE, labelled=self._source.labelled)
        return engine

    def _open_torch_cpu(self) -> Engine:
        load_torch_libraries()
        from memapp.scoring.engines.torch_engine import TorchEngine

        return TorchEngine(net=self._source.load(), device="cpu", threads=self._most_threads)

    def _finished(self, engine: Engine) -> Engine:
        if self._source.labelled:
            engine = SegmentedEngine(engine=engine, labeller=self._source.labeller())
        if self._batch_size:
            engine.batch_size = self._batch_size
        return engine
