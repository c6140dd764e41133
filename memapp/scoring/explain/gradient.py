"""The map by gradients: integrated gradients of ResMem, through torch.

Sundararajan, Taly & Yan 2017, "Axiomatic Attribution for Deep Networks": the gradient is summed up along the
straight way from a picture that says nothing to the frame. Two such pictures are taken, the blurred frame
and its mean colour, as for occlusion. Attributions of single pixels are noise, so they are gathered with a
Gaussian. Imports torch only when the first map is made.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from memapp.core.control import RunControl
from memapp.core.errors import ExplanationError
from memapp.core.explanation import FrameMap, ScorerOpener, Steps
from memapp.core.frame import FRAME_SIDE
from memapp.core.machine import garbage_collector_at_rest
from memapp.core.records import PixelArray
from memapp.scoring.explain.density import REFERENCE_SHARE
from memapp.scoring.explain.fills import FloatArray, blur, blurred_frame, mean_frame
from memapp.scoring.hardware import physical_cores
from memapp.scoring.torch_libraries import load_torch_libraries
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

if TYPE_CHECKING:
    from torch import nn

STEPS = 6
"""Places on the way from each of the two pictures."""
GATHERING_SIGMA = 8.0
"""Of the Gaussian, in the frame's pixels."""
_BATCH = 4


class GradientMapMaker:
    """A MapMaker for ResMem, on the CPU. Keeps the net until close()."""

    version = "gradient-1"

    def __init__(self, *, weights: WeightsLocator) -> None:
        """Look for the net there; nothing is loaded yet."""
        self._weights = weights
        self._net: nn.Module | None = None

    def make(
        self, frame: PixelArray, *, scorer: ScorerOpener, control: RunControl
    ) -> Generator[Steps, None, FrameMap]:
        """Explain the net's frame; see MapMaker. The scorer is not asked: it has no gradients."""
        control.checkpoint()
        net = self._opened()
        target = frame.astype(np.float32)
        starts = [blurred_frame(frame), mean_frame(frame)]
        shares = (np.arange(STEPS, dtype=np.float32) + np.float32(0.5)) / STEPS
        # The way's places, and the frame itself for its score.
        places = [(start, share) for start in starts for share in shares]
        total = len(places) + 1
        score = float(_scores_and_gradients(net, target[None])[0][0])
        yield 1, total
        attribution = np.zeros((FRAME_SIDE, FRAME_SIDE), np.float64)
        for done in range(0, len(places), _BATCH):
            control.checkpoint()
            batch = places[done : done + _BATCH]
            points = np.stack([start + share * (target - start) for start, share in batch])
            _, gradients = _scores_and_gradients(net, points)
            for (start, _), gradient in zip(batch, gradients, strict=True):
                attribution += ((target - start) * gradient).sum(axis=2) / len(places)
            yield 1 + done + len(batch), total
        # Each pixel's own part, gathered, and told for a patch of the unit's size as occlusion does.
        gathered = blur(attribution.astype(np.float32), GATHERING_SIGMA)
        values: FloatArray = gathered * np.float32(FRAME_SIDE**2 * REFERENCE_SHARE)
        return FrameMap(values=values, score=score, forward_passes=total)

    def close(self) -> None:
        """Give back the net's memory."""
        self._net = None

    def _opened(self) -> nn.Module:
        """ResMem on torch. Raises: ExplanationError: torch is not installed. WeightsError."""
        if self._net is None:
            if importlib.util.find_spec("torch") is None:
                raise ExplanationError(
                    "Maps by gradients need torch, which is not installed here. Choose the occlusion map."
                )
            path = self._weights.find(RESMEM_WEIGHTS)
            load_torch_libraries()
            with garbage_collector_at_rest():
                import torch

                from memapp.scoring.resmem import load_resmem

                torch.set_num_threads(physical_cores())
                self._net = load_resmem(path).to(memory_format=torch.channels_last)
        return self._net


def _scores_and_gradients(
    net: nn.Module, points: FloatArray
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Scores, and what each level of each pixel adds to them.

    Args:
        net: takes (n, 3, 227, 227), 0..1.
        points: pictures, shape (n, 227, 227, 3), 0..255.

    Returns:
        Shapes (n,) and (n, 227, 227, 3), the latter for one level of 255.
    """
    import torch

    pictures = torch.from_numpy(points).permute(0, 3, 1, 2).requires_grad_(True)
    scores = net(pictures / 255)
    [gradients] = torch.autograd.grad(scores.sum(), pictures)
    return scores.detach().numpy(), gradients.permute(0, 2, 3, 1).numpy()
