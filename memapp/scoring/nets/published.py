"""Nets with their authors' published weights, and M3M initialised from ResMem's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from memapp.core.errors import WeightsError
from memapp.core.text import tr
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet, SegmentationBranch

NetType = TypeVar("NetType", bound=MemorabilityNet)
ModuleType = TypeVar("ModuleType", bound=nn.Module)

WARM_SEED = 1968
"""Seed of M3M's new convolutions: the same net on every computer."""


def load_published(build: Callable[[], NetType], weights: Path, name: str) -> NetType:
    """Return a net with its published weights, on the CPU, ready to score.

    Built without allocating weights; they stay memory-mapped in the file until they are used. No code in the
    file is run: only tensors are read.

    Args:
        build: creates the net, without weights.
        weights: the published file.
        name: of the net, for error messages.

    Raises:
        WeightsError: the file contains something else.
    """
    with torch.device("meta"):
        net = build()
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)
        net.load_state_dict(state, assign=True)
    except Exception as problem:
        raise WeightsError(
            tr(
                "{name} can't be used: {weights} contains something else. Install memapp again.",
                name=name,
                weights=weights,
            )
        ) from problem
    return net.requires_grad_(False).eval()


def load_falseresmem(weights: Path) -> MemorabilityNet:
    """Return FalseResMem (2026), which predicts false alarms, ready to score on the CPU.

    Raises:
        WeightsError: the file does not contain FalseResMem.
    """
    return load_published(lambda: MemorabilityNet(FAMILY["falseresmem"]), weights, "FalseResMem")


def load_untrained_m3m(resmem_weights: Path) -> MemorabilityNet:
    """Return M3M initialised from published ResMem: its scores equal ResMem's for any segmentation.

    Raises:
        WeightsError: the file does not contain ResMem.
    """
    resmem = load_published(
        lambda: MemorabilityNet(FAMILY["resmem-retrain"]), resmem_weights, FAMILY["resmem"].title
    )
    return warm_m3m(resmem)


def warm_m3m(resmem: MemorabilityNet) -> MemorabilityNet:
    """Return M3M with a ResMem's weights; the columns that connect the new branch to fc6 are zero.

    The new convolutions start with seeded random numbers, because zeros could not be trained.

    Args:
        resmem: a net of the family's resmem or resmem-retrain; all its tensors except fc6's are shared.
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
    """Return a module with torch's default random weights, reproducibly and without affecting other random
    numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


def _widened(weight: Tensor, width: int) -> Tensor:
    """Return the same columns, followed by zeros."""
    wide = torch.zeros(weight.shape[0], width, dtype=weight.dtype)
    wide[:, : weight.shape[1]] = weight
    return wide
