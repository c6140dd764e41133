"""The family's sizes, without weights: on torch's meta device."""

from __future__ import annotations

import pytest
import torch

from memapp.core.errors import MemappError
from memapp.scoring.nets.accounting import account, batch_that_fits
from memapp.scoring.nets.family import FAMILY, spec_named
from memapp.scoring.nets.net import MemorabilityNet, SegmentationBranch

SIZES = {
    # net: joined width, parameters, GFLOP a frame
    "alexnet": (9216, 67_400_001, 1.0),
    "resmem": (10216, 131_688_809, 27.2),
    "resmem-retrain": (10216, 131_688_809, 27.2),
    "m3m": (13352, 144_642_473, 27.4),
    "falseresmem": (11264, 99_296_641, 10.3),
}


@pytest.mark.parametrize("name", FAMILY)
def test_sizes_are_the_published_ones(name: str) -> None:
    spec = FAMILY[name]
    width, parameters, gflop = SIZES[name]
    counted = account(spec)
    assert spec.features == width
    assert counted.total_parameters == parameters
    assert round(counted.flop / 1e9, 1) == gflop
    assert tuple(counted.parameters) == spec.parts
    # Four bytes per number; the rest are the residual network's running statistics.
    assert 0 <= counted.bytes - 4 * parameters < 700_000


def test_the_published_resmem_has_131_7_million_parameters_71_5_of_them_outside_the_resnet() -> None:
    counted = account(FAMILY["resmem-retrain"])
    assert round(counted.total_parameters / 1e6, 1) == 131.7
    assert round((counted.total_parameters - counted.parameters["resnet"]) / 1e6, 1) == 71.5


@pytest.mark.parametrize("name", FAMILY)
def test_every_branch_has_its_declared_width(name: str) -> None:
    spec = FAMILY[name]
    with torch.device("meta"):
        net = MemorabilityNet(spec).eval()
        frames = torch.empty(2, 3, 227, 227)
        labels = torch.empty(2, 227, 227, dtype=torch.uint8)
    found = [tuple(each.shape) for each in net.branches(frames, labels)]
    assert found[0] == (2, 9216)
    assert sum(width for _, width in found) == spec.features
    assert net(frames, labels).shape == (2,)


def test_m3m_is_mostly_resmem() -> None:
    """The cost of scoring beyond ResMem's, without the segmenter."""
    assert account(FAMILY["m3m"]).flop < 1.02 * account(FAMILY["resmem"]).flop


def test_a_label_beyond_the_categories_has_no_category() -> None:
    branch = SegmentationBranch().eval()
    with torch.inference_mode():
        background, beyond, further = (
            branch(torch.full((1, 227, 227), number, dtype=torch.uint8)) for number in (0, 13, 255)
        )
    assert torch.equal(beyond, further)
    assert not torch.equal(background, beyond)


def test_training_needs_more_memory_the_more_is_trained() -> None:
    head = account(FAMILY["resmem"], ("head",))
    everything = account(FAMILY["resmem"], ("alexnet", "resnet", "head"))
    assert head.trained_parameters < everything.trained_parameters == everything.total_parameters
    assert head.training_bytes(16) < everything.training_bytes(16)


def test_a_batch_fits_the_available_memory() -> None:
    assert batch_that_fits(0, 1_000, 10**9) == 256
    assert batch_that_fits(10**6, 10**6, 10 * 10**6) == 4
    assert batch_that_fits(10**9, 10**9, 1) == 1


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(MemappError, match="no scoring model with the name resnet"):
        spec_named("resnet")
