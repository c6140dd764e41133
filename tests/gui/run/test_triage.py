"""Fast scores in the window: triage, exact scores on demand, the precision of new photos."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMenu

from memapp.core.records import Precision, RunOrder
from memapp.core.settings import SETTINGS
from memapp.gui.dialogs.triage_dialog import TriageDialog
from memapp.gui.run.scoring_commands import FAST_MISSING
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory
from tests.gui.window_bench import WindowBench, make_photos

FAST_NET = dataclasses.replace(BRIGHTNESS_NET, precision=Precision.FAST)
BRIGHTNESS = {"a.png": 200, "b.png": 120, "c.png": 180, "d.png": 240, "e.png": 60}


@pytest.fixture
def fast_bench(open_window: Callable[..., WindowBench]) -> WindowBench:
    """A window with an exact and a fast net."""
    fast = BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,))
    return open_window(fast_scorers=fast)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", BRIGHTNESS)


def marked(bench: WindowBench) -> str:
    """The photos in the order on screen, fast ones marked."""
    fast = set(bench.window.scores.scored_fast(bench.window.library.keys()))
    return " ".join(("≈" if bench.key(name) in fast else "") + name[0] for name in bench.names())


def answer(start: bool, count: int | None = None) -> Callable[[], TriageDialog]:
    """Answer the dialog that opens next, and yield it."""
    met: list[TriageDialog] = []

    def meet() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, TriageDialog)
        met.append(dialog)
        if count is not None:
            dialog._count.setValue(count)
        dialog.accept() if start else dialog.reject()

    QTimer.singleShot(0, meet)
    return lambda: met[0]


def score_all_fast(bench: WindowBench, folder: Path) -> None:
    bench.window.scoring.set_precision(Precision.FAST)
    bench.add(folder)


def test_new_photos_are_scored_as_is_set(fast_bench: WindowBench, folder: Path) -> None:
    fast_bench.add(folder)
    assert marked(fast_bench) == "d a c b e"
    assert fast_bench.orders == [RunOrder((str(folder),), Precision.EXACT)]
    fast_bench.settings.set(SETTINGS.precision, Precision.FAST)
    fast_bench.add(make_photos(folder.parent / "more", {"f.png": 220, "g.png": 100}))
    # fast ones come after exact ones, whatever their scores
    assert marked(fast_bench) == "d a c b e ≈f ≈g"
    assert fast_bench.window.status._scores.text() == "5 exact, 2 fast"
    fast_bench.trigger("reverse")
    assert marked(fast_bench) == "e b c a d ≈g ≈f"


def test_exact_scores_that_are_known_serve_a_fast_run(fast_bench: WindowBench, folder: Path) -> None:
    fast_bench.add(folder)
    fast_bench.window.session.clear()
    score_all_fast(fast_bench, folder)
    assert marked(fast_bench) == "d a c b e"
    assert not fast_bench.window.status._scores.isVisible()


def test_triage_in_one_action(fast_bench: WindowBench, folder: Path) -> None:
    window = fast_bench.window
    score_all_fast(fast_bench, folder)
    ended: list[int] = []
    window.session.ended.connect(lambda photos, _seconds, _cancelled: ended.append(photos))
    answer(True, 2)
    fast_bench.trigger("triage")
    fast_bench.until_done()
    assert marked(fast_bench) == "d a ≈c ≈b ≈e"
    assert fast_bench.orders[-1].triage == 2
    assert window.status._scores.text() == "2 exact, 3 fast"
    # one run, whose photos are counted once
    assert len(fast_bench.orders) == 2
    assert ended == [5]
    assert window.status.text.startswith("5 photos · done in")


def test_triage_of_the_photos_chosen(fast_bench: WindowBench, folder: Path) -> None:
    score_all_fast(fast_bench, folder)
    fast_bench.choose("a.png", "b.png", "e.png")
    dialog = answer(True)
    fast_bench.trigger("triage")
    fast_bench.until_done()
    assert marked(fast_bench) == "a ≈d ≈c ≈b ≈e"
    assert dialog().count == 1


def test_one_photo_chosen_is_no_choice_for_triage(fast_bench: WindowBench, folder: Path) -> None:
    score_all_fast(fast_bench, folder)
    fast_bench.choose("e.png")
    answer(True, 1)
    fast_bench.trigger("triage")
    fast_bench.until_done()
    assert marked(fast_bench) == "d ≈a ≈c ≈b ≈e"


def test_triage_can_be_cancelled(fast_bench: WindowBench, folder: Path) -> None:
    score_all_fast(fast_bench, folder)
    answer(False)
    fast_bench.trigger("triage")
    assert len(fast_bench.orders) == 1
    assert not fast_bench.window.session.running


def test_photos_chosen_are_scored_exactly(fast_bench: WindowBench, folder: Path) -> None:
    score_all_fast(fast_bench, folder)
    action = fast_bench.window.actions_table["score-exact"]
    assert not action.isEnabled()
    fast_bench.choose("b.png", "e.png")
    fast_bench.trigger("score-exact")
    # what is known stays until then
    assert None not in fast_bench.scores().values()
    fast_bench.until_done()
    assert marked(fast_bench) == "b e ≈d ≈a ≈c"
    assert fast_bench.orders[-1].precision is Precision.EXACT
    # nothing to do for what is exact already
    fast_bench.choose("b.png")
    fast_bench.trigger("score-exact")
    assert len(fast_bench.orders) == 2
    fast_bench.window.grid.selectAll()
    fast_bench.until(lambda: action.isEnabled())
    fast_bench.trigger("score-exact")
    fast_bench.until_done()
    assert marked(fast_bench) == "d a c b e"
    assert not action.isEnabled()
    assert not fast_bench.window.status._scores.isVisible()


def test_the_inspectors_button_scores_what_it_is_about(fast_bench: WindowBench, folder: Path) -> None:
    score_all_fast(fast_bench, folder)
    fast_bench.choose("c.png")
    fast_bench.window.inspector._fast_button.click()
    fast_bench.until_done()
    assert marked(fast_bench) == "c ≈d ≈a ≈b ≈e"


def test_what_has_no_score_is_scored_as_is_set(fast_bench: WindowBench, folder: Path) -> None:
    (folder / "e.png").write_bytes(b"no picture")
    score_all_fast(fast_bench, folder)
    assert fast_bench.scores()["e.png"] is None
    make_photos(folder, {"e.png": 250})
    fast_bench.trigger("score-rest")
    fast_bench.until_done()
    assert marked(fast_bench) == "≈e ≈d ≈a ≈c ≈b"


def test_triage_needs_two_photos(fast_bench: WindowBench, tmp_path: Path) -> None:
    triage = fast_bench.window.actions_table["triage"]
    assert not triage.isEnabled()
    fast_bench.add(make_photos(tmp_path / "one", {"a.png": 100}))
    assert not triage.isEnabled()
    fast_bench.add(make_photos(tmp_path / "two", {"b.png": 100}))
    assert triage.isEnabled()


def test_without_a_fast_net_the_window_says_why(bench: WindowBench, folder: Path) -> None:
    bench.window.scoring.set_precision(Precision.FAST)
    bench.add(folder)
    assert bench.orders == [RunOrder((str(folder),), Precision.EXACT)]
    triage = bench.window.actions_table["triage"]
    assert not triage.isEnabled()
    assert triage.toolTip() == str(FAST_MISSING)
    menus = [menu for menu in bench.window.menuBar().findChildren(QMenu) if triage in menu.actions()]
    assert len(menus) == 1
    assert menus[0].toolTipsVisible()
