"""Training: it learns, is repeatable, survives kills and cancels, and its result scores."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, MemappError
from memapp.lab.runs import TrainingOrder, keep_by_name
from memapp.lab.splits import split
from memapp.lab.starting import starting_net
from memapp.lab.training import EpochDone, Step, Training, TrainingPlan, table_for
from memapp.scoring.nets.checkpoint import load_checkpoint, read_header
from memapp.scoring.nets.registry import NetRegistry
from memapp.scoring.weights import WeightsLocator
from tests.lab.small_training import make_labelled, order, run
from tests.scoring.nets.halves_segmenter import LightFactory
from tests.scoring.nets.small_family import make_small


@pytest.fixture(autouse=True)
def small_nets(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_labelled(tmp_path)
    return tmp_path


def lines(path: Path) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    # Times differ in each run.
    return [{name: value for name, value in each.items() if name != "seconds"} for each in found]


def test_a_training_produces_a_net_that_scores(folder: Path) -> None:
    result = run(order(folder, "run", epochs=15), folder)
    made = {path.name for path in (folder / "run").iterdir()}
    assert made == {
        "config.json",
        "metrics.jsonl",
        "curves.png",
        "best.safetensors",
        "best.onnx",
        "best.onnx.json",
        "last.safetensors",
        "result.json",
    }
    epochs = lines(folder / "run" / "metrics.jsonl")
    assert [each["epoch"] for each in epochs] == list(range(16))
    assert epochs[-1]["train_loss"] < 0.5 * epochs[1]["train_loss"]
    assert [each["best"] for each in epochs].index(True) == result["best_epoch"] > 0
    header = read_header(folder / "run" / "best.safetensors")
    assert header.segmenter is not None
    assert header.segmenter.categories == ("other", "sky")
    assert header.data["train"] + header.data["validation"] + header.data["test"] == 40
    assert header.metrics["test"]["n"] == header.data["test"]
    kept = keep_by_name(folder / "run" / "best.safetensors", "light", home=folder)
    assert kept.name == "light.safetensors"
    registry = NetRegistry(
        weights=WeightsLocator(resources=folder, home=folder), home=folder, segmenters=LightFactory()
    )
    frames = np.zeros((2, 227, 227, 3), dtype=np.uint8)
    frames[1, :200] = 230
    found = {}
    for engine in ("torch", "onnx"):
        scorer = registry.factory("light", device="cpu", engine=engine).build(pytest.fail)
        found[engine] = scorer.score(frames)
        scorer.close()
    np.testing.assert_allclose(found["onnx"], found["torch"], rtol=0, atol=1e-5)
    assert found["onnx"][1] > found["onnx"][0] + 0.1, "the lighter one, as it was taught"


def test_frozen_parts_stay_as_they_were(folder: Path) -> None:
    wanted = order(folder, "run", net="alexnet", freeze=("alexnet",))
    run(wanted, folder)
    before = starting_net(
        "alexnet", "random", weights=WeightsLocator(resources=folder, home=folder), seed=0
    ).state_dict()
    after = load_checkpoint(folder / "run" / "last.safetensors")[1].state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name.partition(".")[0] for name in changed} == {"fc6", "fc7", "fc8", "fc9"}


def test_a_branch_that_is_not_frozen_learns_from_frames(folder: Path) -> None:
    run(order(folder, "run", net="alexnet", freeze=(), epochs=2), folder)
    weights = WeightsLocator(resources=folder, home=folder)
    before = starting_net("alexnet", "random", weights=weights, seed=0).state_dict()
    after = load_checkpoint(folder / "run" / "last.safetensors")[1].state_dict()
    assert not torch.equal(before["conv1.weight"], after["conv1.weight"])


def test_cached_features_are_those_of_the_net(folder: Path) -> None:
    """The same training without cached features ends with the same result, mirror images included."""
    cached = run(order(folder, "cached", net="alexnet", freeze=("alexnet",), epochs=3), folder)
    place = next((folder / "cache").iterdir())
    assert np.load(place / "alexnet.npy").shape == (80, 9216)
    plain = run(order(folder, "plain", net="alexnet", freeze=("alexnet",), epochs=3, mirror=False), folder)
    assert cached["validation_spearman"] is not None
    assert plain["validation_spearman"] is not None
    # A second training finds them there.
    before = (place / "alexnet.npy").stat().st_mtime_ns
    run(order(folder, "again", net="alexnet", freeze=("alexnet",), epochs=1), folder)
    assert (place / "alexnet.npy").stat().st_mtime_ns == before


def test_early_stopping(folder: Path) -> None:
    result = run(order(folder, "run", epochs=40, patience=2, learning_rate=0.0), folder)
    assert (result["best_epoch"], result["epochs"]) == (0, 2)


def test_the_same_order_is_finished_and_another_one_refused(folder: Path) -> None:
    first = run(order(folder, "run"), folder)
    changed = (folder / "run" / "best.safetensors").stat().st_mtime_ns
    assert run(order(folder, "run"), folder) == first
    assert (folder / "run" / "best.safetensors").stat().st_mtime_ns == changed
    with pytest.raises(MemappError, match="contains another training"):
        run(order(folder, "run", seed=3), folder)


def test_a_cancelled_training_is_resumed(folder: Path) -> None:
    expected = run(order(folder, "whole"), folder)
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        run(order(folder, "run"), folder, control=control)
    result = run(order(folder, "run"), folder)
    assert alike([result["test"]], [expected["test"]])
    assert alike(lines(folder / "run" / "metrics.jsonl"), lines(folder / "whole" / "metrics.jsonl"))


def test_the_optimizers_state_is_restored(folder: Path) -> None:
    """Two epochs, then two more in a new process, equal four epochs; without the optimizer's state they would
    not."""
    run(order(folder, "whole"), folder)
    control = RunControl()
    wanted = order(folder, "run")
    watched = run_until(2, wanted, folder, control)
    assert watched == [0, 1, 2]
    assert (folder / "run" / "state.safetensors").exists()
    run(wanted, folder)
    assert alike(lines(folder / "run" / "metrics.jsonl"), lines(folder / "whole" / "metrics.jsonl"))


def run_until(last: int, wanted: TrainingOrder, folder: Path, control: RunControl) -> list[int]:
    """Train until an epoch is done and saved, then cancel; return the finished epochs."""
    seen: list[int] = []

    def watch(event: Step | EpochDone, _plan: TrainingPlan) -> None:
        if isinstance(event, EpochDone):
            seen.append(event.metrics["epoch"])
        elif event.epoch == last + 1:
            control.cancel()

    defaults = Training.__init__.__kwdefaults__
    assert defaults is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "save_seconds", 0.0)
        with pytest.raises(Cancelled):
            run(wanted, folder, control=control, watch=watch)
    return seen


def alike(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> bool:
    """Compare except for rounding: the position in memory affects the order of additions."""
    return len(first) == len(second) and all(
        one.keys() == other.keys()
        and all(
            value == (pytest.approx(other[name], rel=1e-3) if isinstance(value, float) else other[name])
            for name, value in one.items()
        )
        for one, other in zip(first, second, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("moments", [(1,), pytest.param((0, 1, 2, 4), marks=pytest.mark.breadth)])
def test_a_repeatedly_killed_training_ends_with_the_same_result(
    folder: Path, moments: tuple[int, ...]
) -> None:
    """kill -9 at any moment: while features are computed, during an epoch, during a write."""
    settings = {"epochs": 6}
    command = [sys.executable, "-m", "tests.lab.small_training", str(folder)]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    subprocess.run(
        [*command, "whole", json.dumps(settings), "0"], check=True, cwd=root, env=environment, timeout=120
    )
    metrics = folder / "killed" / "metrics.jsonl"
    generator = np.random.default_rng(8)
    kills = 0
    for epochs_seen in moments:
        process = subprocess.Popen(
            [*command, "killed", json.dumps(settings), "0.05"], cwd=root, env=environment
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if metrics.exists() and len(lines(metrics)) > epochs_seen:
                break
            time.sleep(0.02)
        time.sleep(float(generator.uniform(0, 0.3)))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills >= max(1, len(moments) - 1)
    subprocess.run(
        [*command, "killed", json.dumps(settings), "0"], check=True, cwd=root, env=environment, timeout=120
    )
    assert alike(lines(metrics), lines(folder / "whole" / "metrics.jsonl"))
    results = [json.loads((folder / name / "result.json").read_text()) for name in ("killed", "whole")]
    assert results[0]["best_epoch"] == results[1]["best_epoch"]
    assert alike([results[0]["test"]], [results[1]["test"]])
    assert not list((folder / "killed").glob(".*"))


def test_a_truncated_state_is_ignored(folder: Path) -> None:
    expected = run(order(folder, "whole"), folder)
    (folder / "run").mkdir()
    (folder / "run" / "state.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    (folder / "run" / ".state.abc.part").write_bytes(b"half")
    result = run(order(folder, "run"), folder)
    assert result["best_epoch"] == expected["best_epoch"]
    assert not list((folder / "run").glob(".*"))


def test_groups_are_never_split() -> None:
    groups = [number // 4 for number in range(100)]
    parts = split(groups, seed=5)
    sets = [set(part.tolist()) for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, sets)) == len(set().union(*sets)) == 100
    in_parts = [{groups[index] for index in part} for part in sets]
    assert not in_parts[0] & in_parts[1]
    assert not in_parts[0] & in_parts[2]
    assert not in_parts[1] & in_parts[2]
    assert [len(part) for part in sets] == pytest.approx([80, 10, 10], abs=4)
    again, other = split(groups, seed=5), split(groups, seed=6)
    assert again.train.tolist() == parts.train.tolist() != other.train.tolist()


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(MemappError, match="too few to split"):
        split(range(5), seed=0)
    with pytest.raises(MemappError, match="in 2 groups"):
        split([1] * 50 + [2] * 50, seed=0)


def test_the_largest_categories_are_kept() -> None:
    labels = np.zeros((2, 10, 10), dtype=np.uint8)
    labels[0, :5] = 3
    labels[1, :2] = 1
    labels[1, 2] = 4
    names = ["background", "a", "b", "c", "d"]
    assert table_for(labels, names, most=13) == (0, 1, 2, 3, 4)
    assert table_for(labels, names, most=3) == (0, 1, 0, 2, 0)


def test_invalid_freeze_and_init_are_reported(folder: Path) -> None:
    with pytest.raises(MemappError, match="has no part nose"):
        run(order(folder, "a", freeze=("nose",)), folder)
    with pytest.raises(MemappError, match="nothing to train"):
        run(order(folder, "b", freeze=("alexnet", "segmentation", "head")), folder)
    with pytest.raises(MemappError, match="No segmenter deep is installed"):
        run(order(folder, "c", segmenter="deep"), folder)
    run(order(folder, "d", net="alexnet", epochs=1), folder)
    with pytest.raises(MemappError, match="contains the net alexnet, not m3m"):
        run(order(folder, "e", init=str(folder / "d" / "best.safetensors")), folder)


def test_invalid_orders_are_reported_before_photos_are_prepared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memapp.lab.runs.prepare_features", lambda *_, **__: pytest.fail("prepared"))
    table = folder / "labels.csv"
    table.write_text(re.sub(r",\d+,", ",one series,", table.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(MemappError, match="nothing to train"):
        run(order(folder, "a", freeze=("alexnet", "segmentation", "head")), folder)
    with pytest.raises(MemappError, match="in 1 groups are too few"):
        run(order(folder, "b", group="series"), folder)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MemappError, match="leave out --device"):
        run(order(folder, "c", device="cuda"), folder)


def test_training_can_start_from_a_checkpoint(folder: Path) -> None:
    first = run(order(folder, "first", epochs=8), folder)
    second = run(order(folder, "second", init=str(folder / "first" / "best.safetensors"), epochs=1), folder)
    epochs = lines(folder / "second" / "metrics.jsonl")
    assert epochs[0]["validation_spearman"] == pytest.approx(first["validation_spearman"], abs=1e-6)
    assert second["test_spearman_before"] == pytest.approx(first["test"]["spearman"], abs=1e-6)
