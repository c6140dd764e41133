"""Builds the scorer that a run asks for: weights checked, device proved. No torch before build()."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from memapp.core.contracts import Notify, Scorer
from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.frame import PREPROCESSING
from memapp.core.records import NetIdentity
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

DEVICES = ("auto", "cpu", "cuda", "mps")

_PLAIN_NAMES = {"cuda": "NVIDIA GPU", "mps": "Apple GPU"}


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """What came of trying one device for real."""

    device: str
    works: bool
    text: str


class ResMemFactory:
    """Knows the published ResMem without loading it. May be handed to any thread."""

    def __init__(
        self, *, weights: WeightsLocator, device: str = "auto", batch_size: int | None = None
    ) -> None:
        """Take what the user chose.

        Args:
            weights: where weights are looked for.
            device: one of DEVICES; one that can't be used gives way to the CPU, with a note.
            batch_size: frames at once; None for the device's own.
        """
        self._weights = weights
        self._device = device
        self._batch_size = batch_size

    def identity(self) -> NetIdentity:
        """The published ResMem, as memapp prepares photos for it.

        Raises:
            WeightsError: its weights are missing, truncated or altered.
        """
        self._weights.find(RESMEM_WEIGHTS)
        return NetIdentity(name=RESMEM_WEIGHTS.net, sha256=RESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING)

    def as_good(self) -> tuple[NetIdentity, ...]:
        """None: there is nothing better than the published net, exactly computed."""
        return ()

    def build(self, notify: Notify) -> Scorer:
        """Load ResMem on the best device that proves itself.

        Raises:
            WeightsError: its weights are missing, truncated or altered.
            DeviceError: not even the CPU computes.
        """
        # torch takes seconds to import: not before someone waits for scores.
        from memapp.scoring.resmem import load_resmem
        from memapp.scoring.steady import SteadyScorer
        from memapp.scoring.torch_engine import TorchEngine, available_devices, proof_frames, prove

        path = self._weights.find(RESMEM_WEIGHTS)

        def open_on(device: str) -> TorchEngine:
            engine = TorchEngine(net=load_resmem(path), device=device)
            if self._batch_size:
                engine.batch_size = self._batch_size
            return engine

        cpu = open_on("cpu")
        expected = cpu.score(proof_frames())
        note: str | None = None
        available = available_devices()
        wanted = available if self._device == "auto" else [self._device]
        for device in wanted:
            if device == "cpu":
                break
            if device not in available:
                note = f"No {_PLAIN_NAMES[device]} was found. Scoring goes on with the CPU."
                notify(note)
                break
            try:
                engine = open_on(device)
                prove(engine, expected)
            except (DeviceError, OutOfDeviceMemoryError) as problem:
                note = f"{problem} Scoring goes on with the CPU."
                notify(note)
                continue
            cpu.close()
            return SteadyScorer(engine=engine, fallback=lambda: open_on("cpu"), note=None, notify=notify)
        return SteadyScorer(engine=cpu, fallback=None, note=note, notify=notify)


def prove_devices(weights: WeightsLocator) -> Iterator[DeviceProof]:
    """Load ResMem on every kind of device there is and let it score two frames; the CPU first.

    Raises:
        WeightsError: its weights are missing, truncated or altered.
    """
    from memapp.scoring.resmem import load_resmem
    from memapp.scoring.torch_engine import TorchEngine, available_devices, proof_frames, prove

    path = weights.find(RESMEM_WEIGHTS)
    try:
        cpu = TorchEngine(net=load_resmem(path), device="cpu")
        expected = cpu.score(proof_frames())
        yield DeviceProof("cpu", True, f"{cpu.engine.device_name}: works")
    except (DeviceError, OutOfDeviceMemoryError) as problem:
        yield DeviceProof("cpu", False, str(problem))
        return
    available = available_devices()
    for device in ("cuda", "mps"):
        if device not in available:
            yield DeviceProof(device, False, f"no {_PLAIN_NAMES[device]} was found; the CPU is used")
            continue
        try:
            engine = TorchEngine(net=load_resmem(path), device=device)
            prove(engine, expected)
        except (DeviceError, OutOfDeviceMemoryError) as problem:
            yield DeviceProof(device, False, f"{problem} The CPU is used.")
        else:
            yield DeviceProof(device, True, f"{engine.engine.device_name}: agrees with the CPU")
            engine.close()
