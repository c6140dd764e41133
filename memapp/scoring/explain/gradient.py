"""The gradient map: how much each place of ResMem's feature maps adds to the score. Uses torch.

Integrated gradients (Sundararajan, Taly & Yan 2017) at a layer of each branch: the layer's activation for the
frame minus its activation for a baseline picture, times the gradient of the score with respect to that layer,
averaged along the straight path from the baseline to the frame. There are two baselines, the blurred frame
and its mean colour, as for occlusion. Gradients of single pixels are mostly noise:
docs/decisions/maps-by-covering.md. torch is imported when the first map is made.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import ExplanationError
from memapp.core.explanation import FrameMap, ScorerOpener, Steps
from memapp.core.frame import FRAME_SIDE
from memapp.core.machine import garbage_collector_at_rest
from memapp.core.records import PixelArray
from memapp.core.text import deferred
from memapp.scoring.explain.fills import FloatArray, blurred_frame, mean_frame
from memapp.scoring.hardware import physical_cores
from memapp.scoring.torch_libraries import load_torch_libraries
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

if TYPE_CHECKING:
    from torch import Tensor, nn

STEPS = 4
"""Points on the path from each of the two baselines."""
SPOTS = 10
"""Across and down: values for a hundredth of the frame have about the size of occlusion's values."""
_BATCH = 4
NO_TORCH = deferred(
    "The quick estimate needs torch, which is not installed here. The thorough method works without it."
)


def can_take_gradients() -> bool:
    """Return whether torch is installed, without importing anything."""
    return importlib.util.find_spec("torch") is not None


class GradientMapMaker:
    """A MapMaker for ResMem, on the CPU. It keeps the net until close().

    A value of its map is what a spot, a tenth of the frame's side across and down, adds to the score there.
    The sum of all spots is the score minus the mean score of the two baselines, as far as the net is
    additive.
    """

    version = "gradient-4"

    def __init__(self, *, weights: WeightsLocator) -> None:
        """Use the net from these weights; nothing is loaded yet."""
        self._weights = weights
        self._net: _Net | None = None

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        """Explain the net's frame; see MapMaker. The scorer is not used, because it has no gradients."""
        control.checkpoint()
        net = self._opened()
        target = frame.astype(np.float32)
        baselines = [blurred_frame(frame), mean_frame(frame)]
        shares = (np.arange(STEPS, dtype=np.float32) + np.float32(0.5)) / STEPS
        path = [start + share * (target - start) for start in baselines for share in shares]
        total = 1 + len(baselines) + len(path)
        scores, activations, _ = net.activations_and_gradients(np.stack([target, *baselines]))
        done = 1 + len(baselines)
        yield done, total
        gradients = [np.zeros(activation.shape[1:], np.float32) for activation in activations]
        for begin in range(0, len(path), _BATCH):
            control.checkpoint()
            batch = path[begin : begin + _BATCH]
            _, _, found = net.activations_and_gradients(np.stack(batch))
            for gradient, each in zip(gradients, found, strict=True):
                gradient += each.sum(axis=0) / len(path)
            done += len(batch)
            yield done, total
        values = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
        for activation, gradient, weight in zip(activations, gradients, net.weights, strict=True):
            added = ((activation[0] - activation[1:].mean(axis=0)) * gradient).sum(axis=0)
            # Convert from a place of the layer to a spot of the unit's size.
            values += _enlarged(added) * np.float32(weight * added.size / SPOTS**2)
        return FrameMap(values=values, score=float(scores[0]), forward_passes=total)

    def close(self) -> None:
        """Release the net's memory."""
        self._net = None

    def _opened(self) -> _Net:
        """Return ResMem on torch. Raise ExplanationError if torch is not installed, or WeightsError."""
        if self._net is None:
            if not can_take_gradients():
                raise ExplanationError(str(NO_TORCH))
            path = self._weights.find(RESMEM_WEIGHTS)
            load_torch_libraries()
            with garbage_collector_at_rest():
                import torch

                from memapp.scoring.resmem import load_resmem

                torch.set_num_threads(physical_cores())
                net = load_resmem(path).to(memory_format=torch.channels_last)
                self._net = _Net(net, layers=_layers_of(net))
        return self._net


def _layers_of(net: nn.Module) -> dict[nn.Module, float]:
    """Return the observed layers of ResMem and their weights.

    In the ResNet branch the mean of two stages, 29 x 29 and 15 x 15 places: the finer one gives the position,
    the coarser one the content. In the AlexNet-style branch its last convolution, 13 x 13 places.
    """
    return {
        net.get_submodule("features.layer2"): 0.5,
        net.get_submodule("features.layer3"): 0.5,
        net.get_submodule("conv5"): 1.0,
    }


class _Net:
    """A torch net with observed layers."""

    def __init__(self, net: nn.Module, *, layers: Mapping[nn.Module, float]) -> None:
        """Observe a net that maps (n, 3, 227, 227), 0..1, to (n,).

        Args:
            net: the net.
            layers: the layers to observe, each with its weight.
        """
        self._net = net
        self.weights = tuple(layers.values())
        self._layers = tuple(layers)
        self._activations: dict[nn.Module, Tensor] = {}
        for layer in layers:
            layer.register_forward_hook(self._record)

    def _record(self, layer: nn.Module, _inputs: object, activation: Tensor) -> None:
        self._activations[layer] = activation

    def activations_and_gradients(
        self, pictures: FloatArray
    ) -> tuple[FloatArray, list[FloatArray], list[FloatArray]]:
        """Return the scores, each layer's activations, and the scores' gradients by those.

        Args:
            pictures: shape (n, 227, 227, 3), 0..255.

        Returns:
            Scores (n,); for each layer activations and gradients, each (n, channels, height, width).
        """
        import torch

        batch = torch.from_numpy(pictures).permute(0, 3, 1, 2).div(255).requires_grad_(True)
        scores = self._net(batch)
        # In the order of the layers, whichever ran first.
        activations = [self._activations[layer] for layer in self._layers]
        self._activations.clear()
        gradients = torch.autograd.grad(scores.sum(), activations)
        return (
            scores.detach().numpy(),
            [activation.detach().numpy() for activation in activations],
            [gradient.numpy() for gradient in gradients],
        )


def _enlarged(places: FloatArray) -> FloatArray:
    """Resize a layer's places to the frame's size, shape (227, 227)."""
    image = Image.fromarray(np.ascontiguousarray(places, np.float32))
    return np.array(image.resize((FRAME_SIDE, FRAME_SIDE), Image.Resampling.BICUBIC))
