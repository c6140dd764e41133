"""A net that sees a segmentation, for frames whose fourth channel is the label; see labelled.py."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.published import load_untrained_m3m


class FourChannels(nn.Module):
    """Splits frames into colours and labels."""

    def __init__(self, net: MemorabilityNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, frames: Tensor) -> Tensor:
        """Map (n, 4, 227, 227) floats, all channels divided by 255, to n scores."""
        scores: Tensor = self.net(frames[:, :3], frames[:, 3].mul(255).round())
        return scores


def load_untrained_m3m_for_engines(resmem_weights: Path) -> FourChannels:
    """Return untrained M3M as engines and exports use it. Raise WeightsError if it can't be loaded."""
    return FourChannels(load_untrained_m3m(resmem_weights)).requires_grad_(False).eval()
