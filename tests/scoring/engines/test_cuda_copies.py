"""Calls to an NVIDIA GPU and their order. The GPU is a fake, because no machine with one was available.

Everything except torch.cuda is real: the engine, the copies and the net, on the CPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from memapp.core.errors import DeviceError, OutOfDeviceMemoryError
from memapp.core.records import PixelArray
from memapp.scoring.engines.cuda_copies import CudaCopies
from memapp.scoring.engines.torch_engine import TorchEngine
from tests.scoring.standing_in import SmallNet, brightness


@dataclass
class FakeCuda:
    """Replaces torch.cuda and records the calls, with the current stream."""

    log: list[str] = field(default_factory=list)
    streams: int = 0
    chosen: str = "work"

    def Stream(self) -> str:  # noqa: N802 - torch's name
        self.streams += 1
        return "copies"

    @contextmanager
    def stream(self, stream: str) -> Iterator[None]:
        self.chosen, before = stream, self.chosen
        yield
        self.chosen = before

    def Event(self) -> FakeEvent:  # noqa: N802 - torch's name
        return FakeEvent(self)

    def current_stream(self) -> FakeStream:
        return FakeStream(self)

    def synchronize(self) -> None:
        self.log.append("synchronize")


@dataclass
class FakeEvent:
    """Its number is that of the copy that it follows."""

    cuda: FakeCuda
    number: int = -1

    def record(self, stream: str) -> None:
        assert stream == self.cuda.chosen == "copies"
        self.number = sum(line.startswith("copy") for line in self.cuda.log)
        self.cuda.log.append(f"copy {self.number}")


@dataclass
class FakeStream:
    """The stream on which the net works."""

    cuda: FakeCuda

    def wait_event(self, event: FakeEvent) -> None:
        assert self.cuda.chosen == "work", "the net must not work on the stream of the copies"
        self.cuda.log.append(f"wait {event.number}")


class RecordingNet(SmallNet):
    """The small net, which records when it runs and on how many frames; runs out of memory on demand."""

    def __init__(self, cuda: FakeCuda, *, fits: int = 1000) -> None:
        super().__init__()
        self._cuda = cuda
        self._fits = fits

    def forward(self, frames: Tensor) -> Tensor:
        assert self._cuda.chosen == "work"
        assert frames.is_contiguous(memory_format=torch.channels_last)
        if len(frames) > self._fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        self._cuda.log.append(f"net {len(frames)}")
        return super().forward(frames)


def engine(cuda: FakeCuda, net: nn.Module) -> TorchEngine:
    copies = CudaCopies(cuda=cuda, device="cpu", pin=False)
    return TorchEngine(net=net.requires_grad_(False), device="cpu", threads=1, copies=copies)


def frames(count: int, seed: int = 0) -> PixelArray:
    chance = np.random.default_rng(seed)
    # Each frame differs in its mean: noise alone would give all frames the same mean.
    levels = chance.integers(0, 256, (count, 1, 1, 1), dtype=np.uint8)
    return np.broadcast_to(levels, (count, 227, 227, 3)).copy()


def test_the_second_half_is_copied_while_the_net_works_on_the_first() -> None:
    cuda = FakeCuda()
    scores = engine(cuda, RecordingNet(cuda)).score(frames(64))
    assert cuda.log == ["copy 0", "wait 0", "net 32", "copy 1", "wait 1", "net 32"]
    np.testing.assert_allclose(scores, brightness(frames(64)), atol=1e-6)


@pytest.mark.parametrize(("count", "parts"), [(1, [1]), (8, [8]), (9, [8, 1]), (17, [9, 8])])
def test_small_batches_are_not_split_into_tiny_parts(count: int, parts: list[int]) -> None:
    cuda = FakeCuda()
    scores = engine(cuda, RecordingNet(cuda)).score(frames(count))
    assert [line for line in cuda.log if line.startswith("net")] == [f"net {part}" for part in parts]
    np.testing.assert_allclose(scores, brightness(frames(count)), atol=1e-6)


def test_batches_of_different_sizes_share_the_page_locked_memory_and_keep_their_scores() -> None:
    cuda = FakeCuda()
    tested = engine(cuda, RecordingNet(cuda))
    for seed, count in enumerate((40, 3, 64, 33)):
        np.testing.assert_allclose(
            tested.score(frames(count, seed)), brightness(frames(count, seed)), atol=1e-6
        )
    assert cuda.streams == 1


def test_no_part_overwrites_another_that_is_still_needed() -> None:
    copies = CudaCopies(cuda=FakeCuda(), device="cpu", pin=False)
    first = copies.start(frames(8, 1), place=0)
    copies.start(frames(8, 2), place=1)
    np.testing.assert_array_equal(copies.wait(first).numpy(), frames(8, 1))


def test_a_part_that_does_not_fit_leaves_the_engine_usable() -> None:
    cuda = FakeCuda()
    tested = engine(cuda, RecordingNet(cuda, fits=8))
    with pytest.raises(OutOfDeviceMemoryError):
        tested.score(frames(64))
    assert cuda.log[-1] == "synchronize", "or the next batch would be copied over this one's frames"
    np.testing.assert_allclose(tested.score(frames(16)), brightness(frames(16)), atol=1e-6)


def test_a_failure_while_copying_is_a_device_error() -> None:
    class BrokenCuda(FakeCuda):
        def current_stream(self) -> FakeStream:
            raise RuntimeError("CUDA error: unspecified launch failure")

    cuda = BrokenCuda()
    with pytest.raises(DeviceError, match="unspecified launch failure"):
        engine(cuda, RecordingNet(cuda)).score(frames(4))
