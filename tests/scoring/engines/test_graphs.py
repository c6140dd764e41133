"""Prepared graphs: exported once, verified, and exported again if anything is wrong."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from memapp.core.errors import DeviceError
from memapp.core.nets import PREPARING
from memapp.scoring.engines import graphs as graphs_module
from memapp.scoring.engines.graphs import GraphError, GraphFolder, graph_key
from memapp.scoring.proof import proof_frames
from tests.scoring.standing_in import SMALL_NET, SmallExport, brightness


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.pt"
    path.write_bytes(b"weights")
    return path


def names(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "engines").iterdir())


def test_a_graph_is_prepared_once_and_found_afterwards(home: Path, weights: Path) -> None:
    export = SmallExport()
    folder = GraphFolder(home=home, export=export)
    assert folder.find(SMALL_NET) is None
    said: list[str] = []
    prepared = folder.prepare(SMALL_NET, weights, said.append)
    found = GraphFolder(home=home, export=export).find(SMALL_NET)
    assert found is not None
    assert found.path == prepared.path
    np.testing.assert_array_equal(found.proof_scores, prepared.proof_scores)
    np.testing.assert_allclose(found.proof_scores, brightness(proof_frames()), atol=1e-6)
    assert export.count == 1
    assert said == [str(PREPARING)]
    assert names(home) == [f"{graph_key(SMALL_NET)}.json", f"{graph_key(SMALL_NET)}.onnx"]


def truncate(graph: Path) -> None:
    graph.write_bytes(graph.read_bytes()[:-1])


def change_a_bit(graph: Path) -> None:
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)


def change_record(**changes: object) -> Callable[[Path], None]:
    def change(graph: Path) -> None:
        path = graph.with_suffix(".json")
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), "utf-8")

    return change


def replace_record(text: str) -> Callable[[Path], None]:
    def replace(graph: Path) -> None:
        graph.with_suffix(".json").write_text(text, encoding="utf-8")

    return replace


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(truncate, id="truncated"),
        pytest.param(change_a_bit, id="one bit changed"),
        pytest.param(lambda graph: graph.unlink(), id="missing"),
        pytest.param(lambda graph: graph.with_suffix(".json").unlink(), id="without a record"),
        pytest.param(replace_record(""), id="empty record"),
        pytest.param(replace_record("[1]"), id="record of something else"),
        pytest.param(replace_record('{"net": {}}'), id="half a record"),
        pytest.param(change_record(exporter=graphs_module.EXPORTER - 1), id="older exporter"),
        pytest.param(change_record(net={"name": "Other"}), id="another net"),
        pytest.param(change_record(proof_scores=["x"]), id="scores that are not numbers"),
        pytest.param(change_record(sha256=7), id="a hash that is not one"),
    ],
)
def test_a_broken_outdated_or_foreign_graph_is_not_used(
    home: Path, weights: Path, spoil: Callable[[Path], None]
) -> None:
    folder = GraphFolder(home=home, export=SmallExport())
    graph = folder.prepare(SMALL_NET, weights, print).path
    spoil(graph)
    assert folder.find(SMALL_NET) is None
    folder.prepare(SMALL_NET, weights, print)
    assert folder.find(SMALL_NET) is not None


@pytest.mark.parametrize(
    "other",
    [
        replace(SMALL_NET, sha256="6" * 64),
        # The name contains only the first digits.
        replace(SMALL_NET, sha256="5" * 63 + "6"),
        replace(SMALL_NET, preprocessing="test-2"),
    ],
)
def test_another_net_has_another_graph(home: Path, weights: Path, other: object) -> None:
    folder = GraphFolder(home=home, export=SmallExport())
    folder.prepare(SMALL_NET, weights, print)
    assert folder.find(other) is None  # type: ignore[arg-type]


def test_older_graphs_and_old_leftovers_are_removed_and_nothing_else(home: Path, weights: Path) -> None:
    folder = GraphFolder(home=home, export=SmallExport())
    folder.prepare(replace(SMALL_NET, preprocessing="test-0"), weights, print)
    engines = home / "engines"
    for name in ("Large-1-x-exact.onnx", "tuning.json", ".new.part", ".old.part"):
        (engines / name).write_bytes(b"")
    os.utime(engines / ".old.part", (time.time() - 100_000,) * 2)
    folder.prepare(SMALL_NET, weights, print)
    key = graph_key(SMALL_NET)
    assert names(home) == sorted(
        [".new.part", "Large-1-x-exact.onnx", f"{key}.json", f"{key}.onnx", "tuning.json"]
    )


def test_an_export_that_fails_leaves_nothing_behind_and_says_why(home: Path, weights: Path) -> None:
    def fail(_: Path, target: Path) -> np.ndarray:
        target.write_bytes(b"half of it")
        raise DeviceError("torch is not installed")

    with pytest.raises(GraphError, match="torch is not installed"):
        GraphFolder(home=home, export=fail).prepare(SMALL_NET, weights, print)
    assert names(home) == []


def test_a_full_disk_is_reported_before_anything_is_written(
    home: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    export = SmallExport()
    with pytest.raises(GraphError, match=r"too full: 64 MB are needed, 1 MB"):
        GraphFolder(home=home, export=export).prepare(SMALL_NET, weights, pytest.fail)
    assert export.count == 0


def test_a_read_only_home_is_reported(home: Path, weights: Path) -> None:
    home.write_text("a file where the folder should be", encoding="utf-8")
    folder = GraphFolder(home=home, export=SmallExport())
    assert folder.find(SMALL_NET) is None
    with pytest.raises(GraphError, match="can't be written"):
        folder.prepare(SMALL_NET, weights, pytest.fail)
