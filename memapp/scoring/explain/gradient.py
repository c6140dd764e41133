"""The map by gradients: what ResMem's own feature maps, place by place, add to the score. Through torch.

Integrated gradients (Sundararajan, Taly & Yan 2017) at a layer of each branch: a layer's answer to the frame
less its answer to a picture that says little, times the score's gradient by that layer, averaged along the
straight way from that picture to the frame. Two such pictures are taken, the blurred frame and its mean
colour, as for occlusion. Gradients by single pixels are mostly noise: docs/decisions/maps-by-covering.md.
Imports torch only when the first map is made.
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
from memapp.scoring.explain.fills import FloatArray, blurred_frame, mean_frame
from memapp.scoring.hardware import physical_cores
from memapp.scoring.torch_libraries import load_torch_libraries
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

if TYPE_CHECKING:
    from torch import Tensor, nn

STEPS = 4
"""Places on the way from each of the two pictures."""
SPOTS = 10
"""Across and down: values for a hundredth of the frame are about as large as those of occlusion."""
_BATCH = 4
NO_TORCH = (
    "Maps by gradients need torch, which is not installed here. Maps made by covering parts of the photo "
    "(occlusion) work without it."
)


def can_take_gradients() -> bool:
    """Whether torch is installed. Imports nothing."""
    return importlib.util.find_spec("torch") is not None


class GradientMapMaker:
    """A MapMaker for ResMem, on the CPU. Keeps the net until close().

    A value of its map: what a spot there, a tenth of the frame's side across and down, adds to the score.
    All spots together add up to the score less what the net says of the two pictures, as far as nets add up.
    """

    version = "gradient-4"

    def __init__(self, *, weights: WeightsLocator) -> None:
        """Look for the net there; nothing is loaded yet."""
        self._weights = weights
        self._net: _Net | None = None

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        """Explain the net's frame; see MapMaker. The scorer is not asked: it has no gradients."""
        control.checkpoint()
        net = self._opened()
        target = frame.astype(np.float32)
        starts = [blurred_frame(frame), mean_frame(frame)]
        shares = (np.arange(STEPS, dtype=np.float32) + np.float32(0.5)) / STEPS
        way = [start + share * (target - start) for start in starts for share in shares]
        total = 1 + len(starts) + len(way)
        scores, answers, _ = net.look_at(np.stack([target, *starts]))
        done = 1 + len(starts)
        yield done, total
        gradients = [np.zeros(answer.shape[1:], np.float32) for answer in answers]
        for begin in range(0, len(way), _BATCH):
            control.checkpoint()
            batch = way[begin : begin + _BATCH]
            _, _, found = net.look_at(np.stack(batch))
            for gradient, each in zip(gradients, found, strict=True):
                gradient += each.sum(axis=0) / len(way)
            done += len(batch)
            yield done, total
        values = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float32)
        for answer, gradient, weight in zip(answers, gradients, net.weights, strict=True):
            added = ((answer[0] - answer[1:].mean(axis=0)) * gradient).sum(axis=0)
            # From a place of the layer to a spot of the unit's size.
            values += _enlarged(added) * np.float32(weight * added.size / SPOTS**2)
        return FrameMap(values=values, score=float(scores[0]), forward_passes=total)

    def close(self) -> None:
        """Give back the net's memory."""
        self._net = None

    def _opened(self) -> _Net:
        """ResMem on torch. Raises: ExplanationError: torch is not installed. WeightsError."""
        if self._net is None:
            if not can_take_gradients():
                raise ExplanationError(NO_TORCH)
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
    """The layers of ResMem that are listened to, and how much each counts.

    In the ResNet branch the mean of two stages, 29 x 29 and 15 x 15 places: the finer one says where, the
    coarser one what. In the AlexNet-style branch its last convolution, 13 x 13 places.
    """
    return {
        net.get_submodule("features.layer2"): 0.5,
        net.get_submodule("features.layer3"): 0.5,
        net.get_submodule("conv5"): 1.0,
    }


class _Net:
    """A torch net, and the layers that are listened to."""

    def __init__(self, net: nn.Module, *, layers: Mapping[nn.Module, float]) -> None:
        """Take a net that takes (n, 3, 227, 227), 0..1, and gives (n,).

        Args:
            net: the net.
            layers: those to listen to, each with its weight.
        """
        self._net = net
        self.weights = tuple(layers.values())
        self._layers = tuple(layers)
        self._answers: dict[nn.Module, Tensor] = {}
        for layer in layers:
            layer.register_forward_hook(self._listen)

    def _listen(self, layer: nn.Module, _given: object, answer: Tensor) -> None:
        self._answers[layer] = answer

    def look_at(self, pictures: FloatArray) -> tuple[FloatArray, list[FloatArray], list[FloatArray]]:
        """Scores, and for each layer its answers and the scores' gradients by them.

        Args:
            pictures: shape (n, 227, 227, 3), 0..255.

        Returns:
            Shapes (n,), and twice (n, channels, height, width) for each layer.
        """
        import torch

        batch = torch.from_numpy(pictures).permute(0, 3, 1, 2).div(255).requires_grad_(True)
        scores = self._net(batch)
        # In the order of the layers, whichever answered first.
        answers = [self._answers[layer] for layer in self._layers]
        self._answers.clear()
        gradients = torch.autograd.grad(scores.sum(), answers)
        return (
            scores.detach().numpy(),
            [answer.detach().numpy() for answer in answers],
            [gradient.numpy() for gradient in gradients],
        )


def _enlarged(places: FloatArray) -> FloatArray:
    """A layer's places at the frame's size, shape (227, 227)."""
    image = Image.fromarray(np.ascontiguousarray(places, np.float32))
    return np.array(image.resize((FRAME_SIDE, FRAME_SIDE), Image.Resampling.BICUBIC))
