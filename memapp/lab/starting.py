"""The initial net of a training: ResMem, ImageNet's residual network, a checkpoint, or random weights."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from memapp.core.errors import MemappError
from memapp.core.net_ids import RESMEM_ID
from memapp.scoring.nets.checkpoint import SUFFIX, load_checkpoint
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.published import load_untrained_m3m
from memapp.scoring.resmem import load_resmem
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator

RANDOM = "random"


def starting_net(name: str, init: str, *, weights: WeightsLocator, seed: int) -> MemorabilityNet:
    """Return a net with its initial weights, on the CPU.

    Args:
        name: of the family.
        init: "resmem": published ResMem's weights, for the parts that the net has; "random"; a checkpoint of
            memapp's (.safetensors) of the same net; or torchvision's file of ResNet-152 weights, for the
            residual network only (only tensors are read: no code in it is run).
        weights: where published weights are.
        seed: of random weights.

    Raises:
        MemappError: the weights are not available, or belong to another net.
    """
    spec = FAMILY[name]
    if init == RESMEM_ID:
        if name == "m3m" and spec.residual is not None:
            return load_untrained_m3m(weights.find(RESMEM_WEIGHTS))
        return _like_resmem(name, weights.find(RESMEM_WEIGHTS), seed)
    net = _random(name, seed)
    if init == RANDOM:
        return net
    path = Path(init)
    if path.suffix == SUFFIX:
        header, found = load_checkpoint(path)
        if header.net != name:
            raise MemappError(
                f"{path.name} contains the net {header.net}, not {name}: start from another one."
            )
        return found
    if spec.residual is None:
        raise MemappError(f"{name} has no residual network that could start from {path.name}.")
    assert net.features is not None
    _load_imagenet(net.features, path)
    return net


def _random(name: str, seed: int) -> MemorabilityNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return MemorabilityNet(FAMILY[name])


def _like_resmem(name: str, weights: Path, seed: int) -> MemorabilityNet:
    """Copy every tensor that ResMem has in this net's size; of fc6 the columns of the existing branches."""
    net = _random(name, seed)
    resmem = load_resmem(weights).state_dict()
    state = net.state_dict()
    for key, value in state.items():
        there: Tensor | None = resmem.get(key)
        if there is not None and key == "fc6.weight" and there.shape[0] == value.shape[0]:
            there = there[:, : value.shape[1]]
        if there is not None and there.shape == value.shape:
            value.copy_(there)
    return net


def _load_imagenet(features: nn.Module, path: Path) -> None:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        features.load_state_dict(state)
    except Exception as problem:
        raise MemappError(
            f"{path} does not contain weights of torchvision's ResNet-152: name its file resnet152-....pth."
        ) from problem
