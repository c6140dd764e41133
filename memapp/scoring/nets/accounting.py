"""The costs of a net: parameters, bytes, operations, memory, counted without weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from memapp.core.frame import FRAME_SIDE
from memapp.scoring.nets.family import NetSpec
from memapp.scoring.nets.net import MemorabilityNet

RESERVE = 1.25
"""Safety factor for estimates when a batch size is chosen: libraries need memory of their own."""

LARGEST_BATCH = 256


@dataclass(frozen=True, slots=True)
class NetAccount:
    """The costs of one net of the family."""

    spec: NetSpec
    parameters: dict[str, int]
    """By part: "alexnet", "resnet", "segmentation", "head"."""
    trained_parameters: int
    """Of the parts that training changes."""
    bytes: int
    """Of its weights in a file: parameters and the residual network's running statistics."""
    flop: int
    """Operations for one frame; a multiplication with an addition counts as two."""
    widest_bytes: int
    """Peak for one frame: the largest sum of a layer's inputs and outputs."""
    kept_bytes: int
    """Stored for training per frame: the outputs of all layers of the trained parts."""

    @property
    def total_parameters(self) -> int:
        """Of all parts."""
        return sum(self.parameters.values())

    def scoring_bytes(self, batch: int) -> int:
        """Return the estimated peak memory of scoring this many frames at once."""
        return self.bytes + batch * self.widest_bytes

    def training_bytes(self, batch: int) -> int:
        """Return the estimated peak memory of training with AdamW: weights, gradients, two moments,
        activations."""
        return self.bytes + 3 * 4 * self.trained_parameters + batch * self.kept_bytes


def account(spec: NetSpec, trained: Sequence[str] | None = None) -> NetAccount:
    """Count the costs of a net.

    Args:
        spec: which net.
        trained: the parts that training changes; None for the net's own.
    """
    with torch.device("meta"):
        net = MemorabilityNet(spec).eval()
        frames = torch.empty(1, 3, FRAME_SIDE, FRAME_SIDE)
        labels = torch.empty(1, FRAME_SIDE, FRAME_SIDE, dtype=torch.uint8)
    parameters = {
        part: sum(value.numel() for module in net.part(part) for value in module.parameters())
        for part in spec.parts
    }
    trained = spec.trained if trained is None else trained
    trained_modules = {each for part in trained for module in net.part(part) for each in module.modules()}
    at_once: list[int] = []
    kept: list[int] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        at_once.append(4 * (sum(each.numel() for each in inputs) + output.numel()))
        kept.append(4 * output.numel() if module in trained_modules else 0)

    for module in net.modules():
        if not list(module.children()):
            module.register_forward_hook(note)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(frames, labels if spec.segmentation else None)
    return NetAccount(
        spec=spec,
        parameters=parameters,
        trained_parameters=sum(parameters[part] for part in trained),
        bytes=sum(value.numel() * value.element_size() for value in net.state_dict().values()),
        flop=counter.get_total_flops(),
        widest_bytes=max(at_once),
        kept_bytes=sum(kept),
    )


def batch_that_fits(fixed_bytes: int, frame_bytes: int, free_bytes: int) -> int:
    """Return the largest batch, a power of two up to 256, whose estimated memory fits; 1 if none does.

    Args:
        fixed_bytes: needed for any number of frames.
        frame_bytes: needed per frame.
        free_bytes: available on the device.
    """
    batch = LARGEST_BATCH
    while batch > 1 and RESERVE * (fixed_bytes + batch * frame_bytes) > free_bytes:
        batch //= 2
    return batch
