"""Nets added by the user: verified first, copied atomically, removed again."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest
import torch

from memapp.core.errors import MemappError
from memapp.scoring.nets.added import add_checkpoint, remove_checkpoint
from memapp.scoring.nets.checkpoint import CheckpointError, CheckpointHeader, write_checkpoint
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from memapp.scoring.nets.sources import TrainedNet, export_beside, graph_beside, record_beside
from tests.scoring.nets.small_family import make_small


@pytest.fixture(autouse=True)
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


def checkpoint(path: Path, *, seed: int = 1, title: str = "team") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    write_checkpoint(path, MemorabilityNet(FAMILY["alexnet"]), CheckpointHeader("alexnet", title))
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "given" / "team.safetensors")


def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else found(name, *rest)
    )


def test_a_net_is_copied_with_its_graph(home: Path, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_beside(given, home=home)
    without_torch(monkeypatch)
    assert add_checkpoint(given, home=home) == "team"
    nets = home / "nets"
    assert files_in(nets) == ["team.onnx", "team.onnx.json", "team.safetensors"]
    copy = TrainedNet(nets / "team.safetensors", home=home, segmenters=None)
    assert copy.identity() == TrainedNet(given, home=home, segmenters=None).identity()
    assert copy.graph(pytest.fail).path == nets / "team.onnx"
    remove_checkpoint("team", home=home)
    assert files_in(nets) == []
    assert given.is_file()


def test_without_torch_a_net_needs_its_graph(
    home: Path, given: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_torch(monkeypatch)
    with pytest.raises(MemappError, match=r"this memapp has no torch, and needs the \.onnx"):
        add_checkpoint(given, home=home)
    assert files_in(home / "nets") == []


def test_a_graph_of_another_net_is_not_copied(home: Path, given: Path) -> None:
    other = checkpoint(given.with_name("other.safetensors"), seed=2)
    export_beside(other, home=home)
    shutil.copy(graph_beside(other), graph_beside(given))
    shutil.copy(record_beside(other), record_beside(given))
    add_checkpoint(given, home=home)
    assert files_in(home / "nets") == ["team.safetensors"]


def test_a_pickle_is_refused_with_the_reason(home: Path, tmp_path: Path) -> None:
    pickle = tmp_path / "model.pt"
    torch.save({"a": torch.zeros(2)}, pickle)
    with pytest.raises(CheckpointError, match=r"it is a file of torch .* which can run any program"):
        add_checkpoint(pickle, home=home)
    assert not (home / "nets").exists()


def test_tensors_of_another_net_are_refused(home: Path, given: Path) -> None:
    net = MemorabilityNet(FAMILY["m3m"])
    write_checkpoint(given, net, CheckpointHeader("alexnet", "liar"))
    with pytest.raises(CheckpointError, match="it claims to be alexnet"):
        add_checkpoint(given, home=home)
    assert files_in(home / "nets") == []


def test_the_same_net_is_not_added_twice(home: Path, given: Path) -> None:
    add_checkpoint(given, home=home)
    again = given.with_name("renamed.safetensors")
    shutil.copy(given, again)
    assert add_checkpoint(again, home=home) == "team"
    assert files_in(home / "nets") == ["team.safetensors"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("team.safetensors", "team 2"),
        ("resmem.safetensors", "resmem 2"),
        ("FalseResMem.safetensors", "FalseResMem 2"),
        ("two\nlines.safetensors", "two_lines"),
        (" .safetensors", "net"),
        ("ä" * 80 + ".safetensors", "ä" * 60),
    ],
)
def test_every_net_gets_a_name_of_its_own(home: Path, given: Path, file: str, name: str) -> None:
    add_checkpoint(given, home=home)
    other = checkpoint(given.with_name(file), seed=3)
    assert add_checkpoint(other, home=home) == name


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_reported(home: Path, given: Path) -> None:
    home.mkdir()
    home.chmod(0o500)
    with pytest.raises(MemappError, match="can't be copied into"):
        add_checkpoint(given, home=home)


def test_a_full_disk_leaves_nothing_behind(home: Path, given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MemappError, match=r"can't be copied into .*: No space left on device"):
        add_checkpoint(given, home=home)
    assert files_in(home / "nets") == []


@pytest.mark.parametrize("name", ["nobody", "../outside", ""])
def test_only_what_was_added_can_be_removed(home: Path, given: Path, name: str) -> None:
    add_checkpoint(given, home=home)
    checkpoint(home / "outside.safetensors")
    with pytest.raises(MemappError, match="was added here"):
        remove_checkpoint(name, home=home)
    assert (home / "outside.safetensors").is_file()
