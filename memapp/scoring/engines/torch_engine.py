"""A net on torch, on any device that torch supports."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import EngineInfo, PixelArray
from memapp.core.text import tr
from memapp.scoring.engines.engine import check_features, check_scores
from memapp.scoring.hardware import cpu_name, physical_cores

BATCH_SIZES = {"cpu": 16, "mps": 16, "cuda": 64}


class TorchEngine:
    """Scores frames on one device. Used by one thread at a time."""

    def __init__(
        self,
        *,
        net: nn.Module,
        device: str,
        threads: int | None = None,
        half: bool = False,
        features: bool = False,
    ) -> None:
        """Move the net to a device that torch supports.

        Args:
            net: built and ready to score.
            device: "cpu", "cuda" or "mps".
            threads: for the computation on the CPU; None for one per physical core.
            half: see the attribute.
            features: whether the net is a part of one, which returns rows of features instead of scores.

        Raises:
            OutOfDeviceMemoryError: the net does not fit.
            DeviceError: the device can't be used; the text says why.
        """
        if device == "cpu":
            torch.set_num_threads(threads or physical_cores())
        self.device = device
        self.batch_size = BATCH_SIZES[device]
        self._check = check_features if features else check_scores
        self.half = half
        """Whether convolutions and products use 16 bits. Must be verified: see gpu.prove_on_gpu."""
        if device == "cuda":
            # Else convolutions with 32 bits would round their factors to 19 bits (TF32).
            torch.backends.cudnn.allow_tf32 = False
        # Convolutions are fastest with channels last on every device.
        self._net = _guarded(
            device, lambda: net.to(torch.device(device)).to(memory_format=torch.channels_last)
        )

    @property
    def engine(self) -> EngineInfo:
        """The engine, for the badge."""
        return EngineInfo(engine="torch", device=self.device, device_name=_device_name(self.device))

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        """Score frames of shape (n, 227, 227, 3), uint8; return n scores, 0..1.

        Raises:
            OutOfDeviceMemoryError: the batch did not fit; the engine is usable with a smaller one.
            DeviceError: the device failed or returned values that are not scores.
        """
        (scores,) = _guarded(self.device, lambda: self._forward(frames, self._net))
        self._check(scores, frames, _device_name(self.device))
        return scores

    def score_with_features(
        self, frames: PixelArray
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]:
        """Return score(frames), and the net's features of the same pass; None if the net keeps none.

        Raises what score() raises.
        """
        both = getattr(self._net, "scores_and_features", None)
        if both is None:
            return self.score(frames), None
        scores, features = _guarded(self.device, lambda: self._forward(frames, both))
        self._check(scores, frames, _device_name(self.device))
        check_features(features, frames, _device_name(self.device))
        return scores, features

    def close(self) -> None:
        """Release the device's memory."""
        del self._net
        if self.device == "cuda":
            torch.cuda.empty_cache()
        elif self.device == "mps":
            torch.mps.empty_cache()

    @torch.inference_mode()
    def _forward(
        self, frames: PixelArray, net: Callable[[Tensor], Tensor | tuple[Tensor, ...]]
    ) -> list[npt.NDArray[np.float32]]:
        # (n, height, width, 3) viewed as (n, 3, height, width) is channels last already: nothing is copied.
        batch = torch.from_numpy(frames).to(self.device).permute(0, 3, 1, 2).float().div(255)
        with torch.autocast(self.device, dtype=torch.float16, enabled=self.half):
            given = net(batch)
        outputs = given if isinstance(given, tuple) else (given,)
        return [output.float().cpu().numpy() for output in outputs]


def available_devices() -> list[str]:
    """Return the devices that torch reports, fastest first; each must still be verified."""
    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.insert(0, "mps")
    # Of a driver that fails torch warns on the terminal; factory.open_gpu() says it in a sentence.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        has_cuda = torch.cuda.is_available()
    if has_cuda:
        devices.insert(0, "cuda")
    return devices


Result = TypeVar("Result")


def _guarded(device: str, work: Callable[[], Result]) -> Result:
    """Run a piece of work and convert torch's exceptions to one of our two errors."""
    try:
        return work()
    except (RuntimeError, MemoryError) as problem:
        text = str(problem)
        if isinstance(problem, torch.OutOfMemoryError | MemoryError) or _says_out_of_memory(text):
            if device == "cuda":
                # After a real failure of the device even this may fail; the first error is the important one.
                with suppress(RuntimeError):
                    torch.cuda.empty_cache()
            raise OutOfDeviceMemoryError(
                tr("{device_name} does not have enough memory.", device_name=_device_name(device))
            ) from problem
        first_line = text.splitlines()[0] if text else type(problem).__name__
        raise DeviceError(
            tr("{device} failed ({reason}).", device=_device_name(device), reason=first_line)
        ) from problem


def _says_out_of_memory(text: str) -> bool:
    # The CPU's allocator and MPS raise plain RuntimeErrors.
    return any(
        words in text.lower() for words in ("out of memory", "can't allocate memory", "not enough memory")
    )


def _device_name(device: str) -> str:
    if device == "cuda":
        with suppress(RuntimeError, AssertionError):
            return torch.cuda.get_device_name()
    if device == "mps":
        return f"Apple GPU ({platform.processor() or 'arm'})"
    return cpu_name() if device == "cpu" else device.upper()
