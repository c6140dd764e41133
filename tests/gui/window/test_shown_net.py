"""Several nets in the window: whose scores are shown, in the grid, the inspector and exports."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from memapp.core.nets import UNTRAINED_M3M
from tests.fakes import BrightnessFactory
from tests.gui.window.three_nets import (
    FALSERESMEM,
    GREYS,
    ODD,
    TEAM,
    choose,
    false_alarms,
    identity,
    labels,
    nets,
    team,
)
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@pytest.fixture
def bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A window with three nets, of which one scores."""
    return open_window(others={FALSERESMEM: false_alarms(), TEAM: team()})


# Whose scores are shown


def test_order_and_filter_use_the_shown_net(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    nets(bench).show_net("team")
    bench.window.photos.refresh()
    assert bench.names()[0] == ODD
    assert bench.scores()[ODD] == pytest.approx(0.99)
    bench.trigger("next-net")
    bench.window.photos.refresh()
    assert bench.names()[0] == "11.png"
    bench.trigger("next-net")
    assert bench.window.scores.shown == TEAM


def test_false_alarms_have_no_place_among_peoples_scores(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "falseresmem")
    nets(bench).show_net("falseresmem")
    bench.choose("05.png")
    index = bench.window.photos.index_of(bench.key("05.png"))
    assert bench.window.photos.tile(index.row()).percentile is None
    assert "Top" not in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "who never saw this photo" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("05.png, predicted false alarms 0.05")
    said = labels(bench)
    assert not any("Top" in text or "±" in text for text in said)
    bench.until(lambda: "7th of 12 in this list, from the most false alarms" in labels(bench))
    bench.trigger("open")
    bar = bench.window.viewer.bar
    assert bar.score.text() == "0.05"
    assert not bar.percentile.isVisible()
    assert not bar.band.isVisible()


# What the inspector says


def test_the_inspector_says_what_every_net_says_and_both_together(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "falseresmem", "team")
    bench.choose("10.png")
    nets(bench).comparison.refresh()
    said = labels(bench)
    for text in ("ResMem", "FalseResMem", "M3M: team", "0.86", "0.09"):
        assert text in said
    assert (
        "About 86 of 100 people recognise it. About 9 of 100 who never saw it "
        "believe that they did. Difference: 0.77."
    ) in said
    assert any(
        text.startswith("ResMem places it 82 points higher in this list than FalseRes") for text in said
    )


def test_the_inspector_says_that_a_net_was_not_trained(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    untrained = UNTRAINED_M3M
    note = "Not trained: equal to ResMem until it is."
    bench = open_window(others={untrained: BrightnessFactory(identity=identity(untrained))})
    bench.add(folder)
    choose(bench, "resmem", "m3m")
    bench.choose("10.png")
    assert sum(note in text for text in labels(bench)) == 1
    nets(bench).show_net("m3m")
    assert sum(note in text for text in labels(bench)) == 1


# Exports


def test_an_export_has_a_column_for_each_net(
    bench: WindowBench, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(folder)
    choose(bench, "resmem", "falseresmem", "team")
    for ending in ("csv", "json"):
        target = tmp_path / f"scores.{ending}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, to=str(target): (to, ""))
        bench.trigger("export")
        bench.until(target.is_file)
    with (tmp_path / "scores.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {Path(row["path"]).name: row for row in csv.DictReader(file)}
    assert list(rows) == bench.names()
    assert rows[ODD]["ResMem"] == rows[ODD]["score"]
    assert float(rows[ODD]["M3M: team"]) == pytest.approx(0.99)
    assert float(rows[ODD]["FalseResMem"]) == pytest.approx(GREYS[ODD] / 2550, abs=0.001)
    assert float(rows["11.png"]["disagreement"]) == pytest.approx(100)
    document = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert [net["predicts"] for net in document["nets"]] == ["hits", "false alarms", "hits"]
    assert len({net["sha256"] for net in document["nets"]}) == 3
    assert document["disagreement"]["first"] == "ResMem"
    assert set(document["results"][0]["scores"]) == {"ResMem", "FalseResMem", "M3M: team"}
