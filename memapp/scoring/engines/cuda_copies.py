"""How frames get to an NVIDIA GPU: from page-locked memory, on a stream beside that of the net's work."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from memapp.core.records import PixelArray


@dataclass(frozen=True, slots=True)
class Copy:
    """Frames on their way."""

    frames: Tensor
    """On the GPU. To be held until the net has finished with them: their memory is the copying stream's,
    which would use it again."""
    arrived: Any
    """The event that follows them."""


class CudaCopies:
    """Copies one part of a batch while the net works on the part before it. Used by one thread at a time."""

    def __init__(self, *, cuda: Any = torch.cuda, device: str = "cuda", pin: bool = True) -> None:
        """Make a stream for copies.

        Args:
            cuda: torch.cuda, or what stands in for it in a test.
            device: where frames are copied to.
            pin: whether they leave from page-locked memory: without it a copy would wait for the CPU.
        """
        self._cuda = cuda
        self._device = device
        self._pin = pin
        self._stream = cuda.Stream()
        self._rooms: list[Tensor] = []
        """Page-locked memory for each part of a batch; making it costs more than a copy, so it is kept."""

    def start(self, frames: PixelArray, *, place: int) -> Copy:
        """Begin to copy a part of a batch; comes back at once.

        Args:
            frames: uint8, of any shape.
            place: which part this is, from 0. Its memory may be in use until the batch's scores have come.
        """
        room = self._room(frames, place)
        room.copy_(torch.from_numpy(frames))
        with self._cuda.stream(self._stream):
            copied = room.to(self._device, non_blocking=True)
            arrived = self._cuda.Event()
            arrived.record(self._stream)
        return Copy(copied, arrived)

    def wait(self, copy: Copy) -> Tensor:
        """The frames, for work that is given to the GPU from now on: the GPU waits for them, not the CPU."""
        self._cuda.current_stream().wait_event(copy.arrived)
        return copy.frames

    def settle(self) -> None:
        """Wait for all that the GPU was given, after a batch that broke off: its memory may be used again."""
        # After a failure of the device this fails, too; the first error is the one that matters.
        with suppress(RuntimeError):
            self._cuda.synchronize()

    def _room(self, frames: PixelArray, place: int) -> Tensor:
        while len(self._rooms) <= place:
            self._rooms.append(torch.empty(0, dtype=torch.uint8))
        if self._rooms[place].numel() < frames.size:
            self._rooms[place] = torch.empty(frames.size, dtype=torch.uint8, pin_memory=self._pin)
        return self._rooms[place][: frames.size].view(frames.shape)
