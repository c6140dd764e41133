"""Builds the scorer that a run asks for: weights checked, engine proved. No torch before it is needed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from memapp.core.contracts import Notify, Scorer
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError, WeightsError
from memapp.core.frame import PREPROCESSING
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.cpu import CpuEngines
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.export_process import export_resmem
from memapp.scoring.engines.gpu import prove_on_gpu
from memapp.scoring.engines.graphs import GraphFolder
from memapp.scoring.fallback import FallbackScorer
from memapp.scoring.hardware import gpus_that_may_be_here
from memapp.scoring.proof import proof_frames
from memapp.scoring.torch_libraries import load_torch_libraries
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

DEVICES = ("auto", "cpu", "cuda", "mps")
ENGINES = ("auto", "torch", "onnx")

RESMEM = NetIdentity(name=RESMEM_WEIGHTS.net, sha256=RESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING)
"""The published net, as memapp prepares photos for it."""

GPU_NAMES = {"cuda": "NVIDIA GPU", "mps": "Apple GPU"}


class ResMemFactory:
    """Knows the published ResMem without loading it. May be handed to any thread."""

    def __init__(
        self,
        *,
        weights: WeightsLocator,
        home: Path,
        device: str = "auto",
        engine: str = "auto",
        batch_size: int | None = None,
        at_once: bool = False,
        most_threads: int | None = None,
    ) -> None:
        """Take what the user chose.

        Args:
            weights: where weights are looked for.
            home: where graphs are kept, in a folder of their own.
            device: one of DEVICES; one that can't be used gives way to the CPU, with a note.
            engine: one of ENGINES. auto: torch on a GPU, onnxruntime on the CPU.
            batch_size: frames at once; None for the engine's own.
            at_once: let nobody wait for a graph that is to be prepared: with engine "auto", torch scores
                until it is there. For a window; a command that soon ends would never see it finished.
            most_threads: use no more than these of the CPU; None for as many as are best.
        """
        self._weights = weights
        self._graphs = GraphFolder(home=home, export=export_resmem)
        self._device = device
        self._engine = engine
        self._batch_size = batch_size
        self._at_once = at_once
        self._most_threads = most_threads

    def identity(self) -> NetIdentity:
        """The published ResMem, as memapp prepares photos for it.

        Raises:
            WeightsError: its weights are missing, truncated or altered, and so is its shipped graph.
        """
        if self._graphs.shipped(RESMEM) is None:
            self._find_weights()
        return RESMEM

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """None: there is nothing better than the published net, exactly computed."""
        return ()

    def build(self, notify: Notify) -> Scorer:
        """Load ResMem on the best device and engine that prove themselves.

        The first time on a computer without a GPU, the net is prepared for it; notify is told.

        Raises:
            WeightsError: its weights are missing, truncated or altered.
            DeviceError: not even the CPU computes.
        """
        weights = self._find_weights()

        def open_cpu() -> tuple[Engine, str | None]:
            return self._open_cpu(weights, notify)

        notes: list[str] = []
        for device in self._gpus_to_try(notes) if weights else ():
            assert weights is not None
            try:
                gpu = self._sized(open_gpu(weights, device))
            except (DeviceError, OutOfDeviceMemoryError) as problem:
                notes.append(tr("{problem} Scoring goes on with the CPU.", problem=problem))
            else:
                return FallbackScorer(engine=gpu, fallback=lambda: open_cpu()[0], note=None, notify=notify)
        for note in notes:
            notify(note)
        cpu, why_slower = open_cpu()
        if why_slower:
            notes.append(why_slower)
        return FallbackScorer(engine=cpu, fallback=None, note=" ".join(notes) or None, notify=notify)

    def _find_weights(self) -> Path | None:
        """The published weights, checked; None where the graph that was shipped serves without them."""
        try:
            return self._weights.find(RESMEM_WEIGHTS)
        except WeightsError as problem:
            if self._graphs.shipped(RESMEM) is not None:
                return None
            if self._graphs.is_damaged(RESMEM):
                raise WeightsError(
                    f"The net {RESMEM.name} that came with memapp is damaged: install memapp again."
                ) from problem
            raise

    def _gpus_to_try(self, notes: list[str]) -> tuple[str, ...]:
        """The GPUs that importing torch may be worth its seconds for; notes what was asked for in vain."""
        if self._device == "cpu":
            return ()
        if self._device == "auto":
            wanted = () if self._engine == "onnx" else gpus_that_may_be_here()
            return wanted if importlib.util.find_spec("torch") else ()
        if self._engine == "onnx":
            notes.append("onnxruntime computes on the CPU only. Scoring goes on with the CPU.")
        elif self._device not in gpus_that_may_be_here():
            notes.append(f"No {GPU_NAMES[self._device]} was found. Scoring goes on with the CPU.")
        elif importlib.util.find_spec("torch") is None:
            notes.append("A GPU needs torch, which is not installed. Scoring goes on with the CPU.")
        else:
            return (self._device,)
        return ()

    def _open_cpu(self, weights: Path | None, notify: Notify) -> tuple[Engine, str | None]:
        def open_torch() -> Engine:
            if weights is None:
                raise DeviceError(
                    f"torch needs the weights of {RESMEM.name}, which are not on this computer."
                )
            return open_torch_cpu(weights, self._most_threads)

        there = importlib.util.find_spec("torch") is not None and weights is not None
        if self._engine == "torch" and there:
            return self._sized(open_torch()), None
        engines = CpuEngines(
            net=RESMEM,
            weights=weights,
            graphs=self._graphs,
            open_torch=open_torch,
            most_threads=self._most_threads,
        )
        hurried = self._at_once and self._engine == "auto"
        engine, note = engines.open_at_once(notify) if hurried else engines.open_best(notify)
        if self._engine == "torch":
            note = tr("torch is not part of this memapp: onnxruntime scores.")
        return self._sized(engine), note

    def _sized(self, engine: Engine) -> Engine:
        if self._batch_size:
            engine.batch_size = self._batch_size
        return engine


def open_torch_cpu(weights: Path, threads: int | None = None) -> Engine:
    """ResMem on torch, on the CPU; threads as TorchEngine's."""
    load_torch_libraries()
    from memapp.scoring.engines.torch_engine import TorchEngine
    from memapp.scoring.resmem import load_resmem

    return TorchEngine(net=load_resmem(weights), device="cpu", threads=threads)


def open_gpu(weights: Path, device: str) -> Engine:
    """ResMem on torch, on a GPU that scores as the CPU does.

    Raises:
        DeviceError: torch finds no such GPU, it fails, or it computes other scores.
        OutOfDeviceMemoryError: the net does not fit.
    """
    load_torch_libraries()
    from memapp.scoring.engines.torch_engine import TorchEngine, available_devices
    from memapp.scoring.resmem import load_resmem

    if device not in available_devices():
        raise DeviceError(f"No {GPU_NAMES[device]} that torch can use was found.")
    cpu = open_torch_cpu(weights)
    expected = cpu.score(proof_frames())
    cpu.close()
    engine = TorchEngine(net=load_resmem(weights), device=device, half=device == "cuda")
    prove_on_gpu(engine, expected)
    return engine
