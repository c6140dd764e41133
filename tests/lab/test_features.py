"""Features of frozen branches: equal to the net's, computed in pieces, resumed, read once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.lab import features as module
from memapp.lab.features import Features, prepare_features
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from tests.lab.small_training import make_labelled
from tests.scoring.nets.halves_segmenter import LightSegmenter
from tests.scoring.nets.small_family import make_small


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> MemorabilityNet:
    make_small(monkeypatch)
    monkeypatch.setattr(module, "PIECE", 8)
    torch.manual_seed(5)
    return MemorabilityNet(FAMILY["alexnet"]).eval()


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    images = make_labelled(tmp_path)
    (images / "03.png").write_bytes(b"broken")
    return sorted(images.iterdir())[:20]


def prepared(
    net: MemorabilityNet,
    paths: list[Path],
    folder: Path,
    *,
    control: RunControl | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Features:
    return prepare_features(
        paths,
        net=net,
        cached=["alexnet"],
        wants_frames=True,
        segmenter=LightSegmenter(),
        mirrored=True,
        folder=folder,
        device="cpu",
        control=control or RunControl(),
        progress=progress,
    )


def test_they_equal_the_nets(net: MemorabilityNet, paths: list[Path], tmp_path: Path) -> None:
    found = prepared(net, paths, tmp_path / "cache")
    assert found.frames is not None
    assert found.labels is not None
    assert list(found.failed) == [3]
    batch = torch.from_numpy(found.frames[:]).permute(0, 3, 1, 2).float().div(255)
    with torch.inference_mode():
        plain, mirrored = net.alexnet_branch(batch).numpy(), net.alexnet_branch(batch.flip(-1)).numpy()
    np.testing.assert_allclose(found.cached["alexnet"][:20], plain, atol=1e-5)
    np.testing.assert_allclose(found.cached["alexnet"][20:], mirrored, atol=1e-5)
    assert np.abs(plain - mirrored).max() > 1e-3
    np.testing.assert_array_equal(found.labels[5], LightSegmenter().segment(found.frames[5]).labels)


def test_they_are_resumed(net: MemorabilityNet, paths: list[Path], tmp_path: Path) -> None:
    whole = prepared(net, paths, tmp_path / "whole")
    control = RunControl()

    def stop_after_a_piece(count: int) -> None:
        if count:
            control.cancel()

    with pytest.raises(Cancelled):
        prepared(net, paths, tmp_path / "cache", control=control, progress=stop_after_a_piece)
    told: list[int] = []
    found = prepared(net, paths, tmp_path / "cache", progress=told.append)
    assert told == [8, 8, 4], "what was there, and then the rest"
    np.testing.assert_allclose(found.cached["alexnet"], whole.cached["alexnet"], atol=1e-5)
    assert found.failed == whole.failed
    told.clear()
    prepared(net, paths, tmp_path / "cache", progress=told.append)
    assert told == [20], "nothing is computed twice"


def test_a_full_disk_is_reported_before_writing(
    net: MemorabilityNet, paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A mapped file on a full disk crashes the program without a message.
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))
    with pytest.raises(MemappError, match=r"take 0\.00\d+ GB, and .* has 0\.001 GB free"):
        prepared(net, paths, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/*.npy"))


def test_other_weights_or_photos_give_other_features(
    net: MemorabilityNet, paths: list[Path], tmp_path: Path
) -> None:
    prepared(net, paths, tmp_path)
    with torch.no_grad():
        net.conv1.weight.mul_(2)
    prepared(net, paths, tmp_path)
    paths[0].write_bytes(paths[1].read_bytes())
    prepared(net, paths, tmp_path)
    assert len([place for place in tmp_path.iterdir() if (place / "alexnet.npy").exists()]) == 3


def test_missing_arrays_are_computed_again(net: MemorabilityNet, paths: list[Path], tmp_path: Path) -> None:
    first = np.array(prepared(net, paths, tmp_path / "cache").cached["alexnet"])
    next((tmp_path / "cache").glob("*/alexnet.npy")).unlink()
    np.testing.assert_allclose(prepared(net, paths, tmp_path / "cache").cached["alexnet"], first, atol=1e-5)
