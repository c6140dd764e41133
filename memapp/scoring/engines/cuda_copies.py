"""Copying frames to an NVIDIA GPU: from page-locked memory, on a separate stream beside the net's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from memapp.core.records import PixelArray


@dataclass(frozen=True, slots=True)
class Copy:
    """Frames that are being copied."""

    frames: Tensor
    """On the GPU. Hold it until the net has finished: the memory belongs to the copying stream, which would
    reuse it."""
    arrived: Any
    """The event that follows the copy."""


class CudaCopies:
    """Copies one part of a batch while the net works on the previous part. Used by one thread at a time."""

    def __init__(self, *, cuda: Any = torch.cuda, device: str = "cuda", pin: bool = True) -> None:
        """Create a stream for copies.

        Args:
            cuda: torch.cuda, or a fake in a test.
            device: the target of the copies.
            pin: whether to copy from page-locked memory; without it a copy would wait for the CPU.
        """
        self._cuda = cuda
        self._device = device
        self._pin = pin
        self._stream = cuda.Stream()
        self._rooms: list[Tensor] = []
        """Page-locked memory for each part of a batch, kept because allocating it costs more than a copy."""

    def start(self, frames: PixelArray, *, place: int) -> Copy:
        """Start copying a part of a batch and return at once.

        Args:
            frames: uint8, of any shape.
            place: index of the part, from 0. Its memory may be in use until the batch's scores have arrived.
        """
        room = self._room(frames, place)
        room.copy_(torch.from_numpy(frames))
        with self._cuda.stream(self._stream):
            copied = room.to(self._device, non_blocking=True)
            arrived = self._cuda.Event()
            arrived.record(self._stream)
        return Copy(copied, arrived)

    def wait(self, copy: Copy) -> Tensor:
        """Return the frames for later work on the GPU: the GPU waits for them, not the CPU."""
        self._cuda.current_stream().wait_event(copy.arrived)
        return copy.frames

    def settle(self) -> None:
        """Wait for all work on the GPU after a failed batch, so that its memory can be reused."""
        # After a failure of the device this fails, too; the first error is the important one.
        with suppress(RuntimeError):
            self._cuda.synchronize()

    def _room(self, frames: PixelArray, place: int) -> Tensor:
        while len(self._rooms) <= place:
            self._rooms.append(torch.empty(0, dtype=torch.uint8))
        if self._rooms[place].numel() < frames.size:
            self._rooms[place] = torch.empty(frames.size, dtype=torch.uint8, pin_memory=self._pin)
        return self._rooms[place][: frames.size].view(frames.shape)
