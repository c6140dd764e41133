"""The residual network's layers for the fast net: folded, and with equalised channels. numpy only.

The quantisation (packaging/quantise_fast.py) and the graph (graph.py) both use this module, so that the
measured numbers fit the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

STAGES = {2: 8, 3: 36, 4: 3}
"""ResNet-152's stages that compute with 8 bits, and the number of blocks in each.

The first stage and the layers before it stay exact: they process fine gradients (an evening sky), which 8
bits lose, and are 7 % of the work.
"""

WEIGHT_LEVELS = 63
"""Weights are integers from -63 to 63: processors without instructions for 8-bit products (AVX2) add pairs of
products in 16 bits, and overflow with larger ones."""

_EPSILON = 1e-5
"""The value of torch.nn.BatchNorm2d."""


@dataclass(frozen=True, slots=True)
class Block:
    """One bottleneck: three convolutions, whose result is added to the residual stream."""

    stage: int
    number: int

    @property
    def name(self) -> str:
        """As in the published weights, without "features."."""
        return f"layer{self.stage}.{self.number}"

    @property
    def narrows(self) -> bool:
        """Whether it halves width and height, and projects the stream with another convolution."""
        return self.number == 0

    @property
    def stride(self) -> int:
        """Of its second convolution, and of the projection of the stream."""
        return 2 if self.narrows else 1

    @property
    def layers(self) -> tuple[str, ...]:
        """Its convolutions."""
        return ("conv1", "conv2", "conv3", *(("downsample.0",) if self.narrows else ()))


def blocks() -> Iterator[Block]:
    """Yield all blocks that compute with 8 bits, in order."""
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
    """Fold a convolution and its batch normalisation into one convolution.

    Args:
        tensors: the residual network's, by name.
        block: the block of the layer.
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


def equalised(layer: Layer, *, before: Floats, after: Floats) -> Layer:
    """Return the convolution between channels that were divided by these scales.

    Only ReLU lies between the convolutions, and it commutes with positive factors. So the channels'
    amplitudes can be equalised without changing what the net computes, and 8 bits are enough for weak
    channels, too. (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
    Correction".)

    Args:
        layer: the convolution.
        before: divisor of each input channel, (in,).
        after: divisor of each output channel, (out,).
    """
    weight = layer.weight * before[None, :, None, None] / after[:, None, None, None]
    return Layer(np.ascontiguousarray(weight, dtype=np.float32), layer.bias / after)


def integer_weights(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return weights as integers, and the step size of each output channel.

    Returns:
        The numbers, of the weight's shape, within WEIGHT_LEVELS; the steps, (out,).
    """
    largest = np.abs(weight.reshape(len(weight), -1)).max(axis=1)
    # A (nearly) dead channel must not get a step so small that its bias exceeds 32 bits.
    steps = np.maximum(largest, np.median(largest) * 1e-3) / WEIGHT_LEVELS
    numbers = np.clip(np.rint(weight / steps[:, None, None, None]), -WEIGHT_LEVELS, WEIGHT_LEVELS)
    return numbers.astype(np.int8), steps.astype(np.float32)
