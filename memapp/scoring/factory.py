"""The one factory of scorers: a net on the best device and engine that prove themselves. Imports no torch."""

from __future__ import annotations

import importlib.util
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from memapp.core.contracts import Notify, Scorer
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.plain_text import one_line
from memapp.core.records import NetIdentity
from memapp.core.text import tr
from memapp.scoring.engines.engine import Engine
from memapp.scoring.engines.gpu import prove_on_gpu
from memapp.scoring.fallback import FallbackScorer
from memapp.scoring.hardware import gpus_that_may_be_here
from memapp.scoring.proof import proof_frames
from memapp.scoring.torch_libraries import load_torch_libraries

if TYPE_CHECKING:
    from torch import nn

DEVICES = ("auto", "cpu", "cuda", "mps")
ENGINES = ("auto", "torch", "onnx")

_LONGEST_WORDS = 300
"""Letters of a driver's words."""

GPU_NAMES = {"cuda": "NVIDIA GPU", "mps": "Apple GPU"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the user chose of how a net is executed."""

    device: str = "auto"
    """One of DEVICES; one that can't be used is replaced by the CPU, with a note."""
    engine: str = "auto"
    """One of ENGINES. auto: torch on a GPU, onnxruntime on the CPU."""
    batch_size: int | None = None
    """Frames at once; None for the engine's own."""
    at_once: bool = False
    """Wait for no graph that must be prepared: with engine "auto", torch scores until it is there. For a
    window; a command that soon ends would never see it finished."""
    most_threads: int | None = None
    """Use no more than these of the CPU; None for as many as are best."""


class ScorableNet(Protocol):
    """One net, not loaded yet, with what its engines need. May be handed to any thread."""

    @property
    def labelled(self) -> bool:
        """Whether its frames carry labels as a fourth channel."""

    def identity(self) -> NetIdentity:
        """Return which net this is. Raises: MemappError: it can't be used; the text says why."""

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return the nets whose known scores this one need not compute again."""

    def runs_on_gpu(self) -> bool:
        """Return whether load() gives a net that a GPU can execute. Raises: MemappError, as identity()."""

    def load(self) -> nn.Module:
        """Return the net in torch. Raises: MemappError."""

    def open_cpu(self, choice: Choice, notify: Notify) -> tuple[Engine, str | None]:
        """Return the CPU's engine, and why it is a slower one than was chosen. Raises: MemappError."""

    def finish(self, engine: Engine) -> Engine:
        """Return the engine with what a photo's frame needs before it. Raises: MemappError."""


class NetFactory:
    """Knows one net without loading it. Implements contracts.ScorerFactory; may be handed to any thread."""

    def __init__(self, net: ScorableNet, choice: Choice | None = None) -> None:
        """Take the net and what the user chose."""
        self._net = net
        self._choice = choice or Choice()

    def identity(self) -> NetIdentity:
        """Return which net this is. Raises: MemappError: it can't be used."""
        return self._net.identity()

    def equivalent_identities(self) -> tuple[NetIdentity, ...]:
        """Return the nets whose known scores this one need not compute again."""
        return self._net.equivalent_identities()

    def build(self, notify: Notify) -> Scorer:
        """Load the net on the best device and engine that prove themselves.

        The first time on a computer without a GPU, a net may be prepared for it; notify is told.

        Raises:
            WeightsError: its weights are missing, truncated or altered.
            DeviceError: not even the CPU computes.
            MemappError: the net or its segmenter can't be used.
        """
        notes: list[str] = []
        for device in self._gpus_to_try(notes) if self._net.runs_on_gpu() else ():
            try:
                gpu = self._finished(open_gpu(self._net, device))
            except (DeviceError, OutOfDeviceMemoryError) as problem:
                notes.append(on_cpu(problem))
            else:
                return FallbackScorer(
                    engine=gpu,
                    fallback=lambda: self._finished(self._net.open_cpu(self._choice, notify)[0]),
                    note=None,
                    notify=notify,
                )
        for note in notes:
            notify(note)
        cpu, why_slower = self._net.open_cpu(self._choice, notify)
        if why_slower:
            notes.append(why_slower)
        return FallbackScorer(
            engine=self._finished(cpu), fallback=None, note=" ".join(notes) or None, notify=notify
        )

    def _gpus_to_try(self, notes: list[str]) -> tuple[str, ...]:
        """Return the GPUs that importing torch may be worth its seconds for; note what was chosen in vain."""
        device, engine = self._choice.device, self._choice.engine
        if device == "cpu":
            return ()
        if device == "auto":
            wanted = () if engine == "onnx" else gpus_that_may_be_here()
            return wanted if importlib.util.find_spec("torch") else ()
        if engine == "onnx":
            notes.append(on_cpu(tr("onnxruntime computes on the processor only.")))
        elif device not in gpus_that_may_be_here():
            notes.append(on_cpu(tr("No {gpu} was found.", gpu=GPU_NAMES[device])))
        elif importlib.util.find_spec("torch") is None:
            notes.append(on_cpu(tr("A graphics card needs torch, which is not installed.")))
        else:
            return (device,)
        return ()

    def _finished(self, engine: Engine) -> Engine:
        engine = self._net.finish(engine)
        if self._choice.batch_size:
            engine.batch_size = self._choice.batch_size
        return engine


def on_cpu(problem: object) -> str:
    """Return the note that the CPU scores, after the sentence that says why."""
    return tr("{problem} Scoring continues on the processor (CPU).", problem=problem)


def open_torch_cpu(net: ScorableNet, threads: int | None = None) -> Engine:
    """Return a net on torch, on the CPU; threads as TorchEngine's. Raises: MemappError."""
    load_torch_libraries()
    from memapp.scoring.engines.torch_engine import TorchEngine

    return TorchEngine(net=net.load(), device="cpu", threads=threads)


def _why_not_here(device: str) -> str:
    """Return why torch has no such GPU, in the driver's own words if it has any: they name the remedy."""
    import torch

    sentence = tr("No {gpu} that torch can use was found.", gpu=GPU_NAMES[device])
    if device != "cuda" or not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
        return sentence
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            torch.cuda.init()  # type: ignore[no-untyped-call]
        # What a driver raises is not documented.
        except Exception as problem:
            words = (str(problem).splitlines() or [""])[0].strip()
        else:
            words = ""
    words = words or next((str(each.message).splitlines()[0] for each in warned if str(each.message)), "")
    return (
        tr(
            "{sentence} The driver says: {problem}.",
            sentence=sentence,
            problem=one_line(words)[:_LONGEST_WORDS].rstrip("."),
        )
        if words
        else sentence
    )


def open_gpu(net: ScorableNet, device: str) -> Engine:
    """Return a net on torch, on a GPU that scores as the CPU does.

    Raises:
        DeviceError: torch finds no such GPU, it fails, or it computes other scores.
        OutOfDeviceMemoryError: the net does not fit.
    """
    load_torch_libraries()
    from memapp.scoring.engines.torch_engine import TorchEngine, available_devices

    if device not in available_devices():
        raise DeviceError(_why_not_here(device))
    cpu = open_torch_cpu(net)
    expected = cpu.score(proof_frames(labelled=net.labelled))
    cpu.close()
    engine = TorchEngine(net=net.load(), device=device, half=device == "cuda")
    prove_on_gpu(engine, expected, labelled=net.labelled)
    return engine
