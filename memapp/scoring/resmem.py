"""ResMem as published, for inference only: frames in, memorability scores out.

Needell & Bainbridge 2022, "Embracing New Techniques in Deep Learning for Estimating Image Memorability",
Computational Brain & Behavior 5, 168-184, doi 10.1007/s42113-022-00126-5. The published weights are those of
its "ResMemRetrain": the ResNet branch was retrained for memorability.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.published import load_published


class ResMem(MemorabilityNet):
    """Two branches over the same frame, joined in a fully connected block: 131.7 M parameters."""

    def __init__(self) -> None:
        super().__init__(FAMILY["resmem-retrain"])

    def scores_and_features(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Score frames and keep what the residual branch says of them, in the same pass.

        Args:
            frames: as forward() takes them.

        Returns:
            The scores, (n,), and the residual branch's features, (n, 1000).
        """
        branches = self.branches(frames)
        return self.head(torch.cat(branches, dim=1)), branches[1]


def load_resmem(weights: Path) -> ResMem:
    """Return the net with its published weights, on the CPU, ready to score.

    Built without allocating weights; they stay memory-mapped in the file until they are used.

    Raises:
        WeightsError: the file does not contain ResMem.
    """
    return load_published(ResMem, weights, "ResMem")
