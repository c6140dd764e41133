"""The residual network's layers as the fast net takes them: folded, and with channels made alike. numpy only.

The calibration (packaging/quantise_fast.py) and the graph (graph.py) both start from here, so that numbers
measured by the one fit the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

STAGES = {2: 8, 3: 36, 4: 3}
"""ResNet-152's stages that compute with 8 bits, and how many blocks each has.

The first stage and what comes before it stay exact: they see fine gradients (an evening sky), which 8 bits
lose, and make 7 % of the work.
"""

WEIGHT_LEVELS = 63
"""Weights are whole numbers from -63 to 63: processors without instructions for 8-bit products (AVX2) add up
pairs of products in 16 bits, and overflow with larger ones."""

_EPSILON = 1e-5
"""torch.nn.BatchNorm2d's own."""


@dataclass(frozen=True, slots=True)
class Block:
    """One bottleneck: three convolutions beside the stream that they add to."""

    stage: int
    number: int

    @property
    def name(self) -> str:
        """As in the published weights, without "features."."""
        return f"layer{self.stage}.{self.number}"

    @property
    def narrows(self) -> bool:
        """Whether it halves width and height, and brings the stream along with a convolution of its own."""
        return self.number == 0

    @property
    def stride(self) -> int:
        """Of its second convolution, and of the one for the stream."""
        return 2 if self.narrows else 1

    @property
    def layers(self) -> tuple[str, ...]:
        """Its convolutions."""
        return ("conv1", "conv2", "conv3", *(("downsample.0",) if self.narrows else ()))


def blocks() -> Iterator[Block]:
    """All blocks that compute with 8 bits, in their order."""
    for stage, count in STAGES.items():
        for number in range(count):
            yield Block(stage, number)


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution with its normalisation folded in."""

    weight: Floats
    """(out, in, height, width)."""
    bias: Floats
    """(out,)."""


def folded(tensors: Mapping[str, Floats], block: Block, layer: str) -> Layer:
    """A convolution and the batch normalisation behind it as one convolution.

    Args:
        tensors: the residual network's, by their names in it.
        block: whose.
        layer: one of its layers.

    Raises:
        KeyError: a tensor is missing.
    """
    weight = tensors[f"{block.name}.{layer}.weight"]
    normalisation = "downsample.1" if layer == "downsample.0" else layer.replace("conv", "bn")
    scale, shift, mean, variance = (
        tensors[f"{block.name}.{normalisation}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + _EPSILON)
    return Layer(
        (weight * factor[:, None, None, None]).astype(np.float32), (shift - mean * factor).astype(np.float32)
    )


def evened(layer: Layer, *, before: Floats, after: Floats) -> Layer:
    """The same convolution between channels that were divided by these.

    All that lies between convolutions here is ReLU, which a positive factor passes through; so channels can
    be made equally loud without changing what the net computes, and 8 bits serve the faint ones as well.
    (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction".)

    Args:
        layer: the convolution.
        before: what each of its inputs was divided by, (in,).
        after: what each of its outputs is divided by, (out,).
    """
    weight = layer.weight * before[None, :, None, None] / after[:, None, None, None]
    return Layer(np.ascontiguousarray(weight, dtype=np.float32), layer.bias / after)


def whole_numbers(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Weights as whole numbers, and what one step is worth in each output channel.

    Returns:
        The numbers, of the weight's shape, within WEIGHT_LEVELS; the steps, (out,).
    """
    largest = np.abs(weight.reshape(len(weight), -1)).max(axis=1)
    # A channel that is (nearly) dead gets no step so fine that its bias would not fit 32 bits.
    steps = np.maximum(largest, np.median(largest) * 1e-3) / WEIGHT_LEVELS
    numbers = np.clip(np.rint(weight / steps[:, None, None, None]), -WEIGHT_LEVELS, WEIGHT_LEVELS)
    return numbers.astype(np.int8), steps.astype(np.float32)
