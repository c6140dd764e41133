"""Choose the best: a proposal that a person adjusts, and picks in one step that can be undone."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton, QSlider, QSpinBox, QWidget

from memapp.core.marks import Flag
from memapp.core.score_text import score_text
from memapp.gui.dialogs.best_set_dialog import BestSetDialog
from tests.gui.window_bench import WindowBench, make_photos

WidgetT = TypeVar("WidgetT", bound=QWidget)

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def child(dialog: BestSetDialog, kind: type[WidgetT]) -> WidgetT:
    found = dialog.findChild(kind)
    assert found is not None
    return found


def opened(bench: WindowBench) -> BestSetDialog:
    bench.trigger("choose-best")
    dialog = bench.window.photo_commands.best_set.dialog
    assert dialog is not None
    bench.until(lambda: bool(dialog.proposed))
    return dialog


def set_wish(bench: WindowBench, dialog: BestSetDialog, count: int, variety: int) -> None:
    child(dialog, QSpinBox).setValue(count)
    child(dialog, QSlider).setValue(variety)
    # What was wanted before may be shown first.
    bench.until(lambda: len(dialog.proposed) == count)


def names(dialog: BestSetDialog) -> list[str]:
    return [key.name for key in dialog.keys]


def flags(bench: WindowBench) -> dict[str, Flag]:
    book, library = bench.window.session.marks, bench.window.library
    found = {name: library.id_of(bench.key(name)) for name in GREYS}
    return {name: book.marks(photo).flag for name, photo in found.items() if photo is not None}


def test_the_most_memorable_are_proposed_and_picked_in_one_step(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    dialog = opened(bench)
    set_wish(bench, dialog, 3, 0)
    assert names(dialog) == ["b.png", "d.png", "c.png"]
    lines = child(dialog, QListWidget).item(0).text().splitlines()
    score = bench.scores()["b.png"]
    assert score is not None
    assert lines[0].startswith(score_text(score))
    assert lines[-1] == "b.png"

    child(dialog, QListWidget).item(1).setCheckState(Qt.CheckState.Unchecked)
    assert names(dialog) == ["b.png", "c.png"]
    assert "2" in next(button.text() for button in dialog.findChildren(QPushButton) if button.isDefault())
    dialog.accept()
    assert flags(bench) == {"a.png": Flag.NONE, "b.png": Flag.PICK, "c.png": Flag.PICK, "d.png": Flag.NONE}
    bench.trigger("undo")
    assert set(flags(bench).values()) == {Flag.NONE}


def test_what_was_taken_out_stays_out_of_the_next_proposal(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    dialog = opened(bench)
    set_wish(bench, dialog, 3, 0)
    child(dialog, QListWidget).item(0).setCheckState(Qt.CheckState.Unchecked)
    set_wish(bench, dialog, 4, 0)
    assert names(dialog) == ["d.png", "c.png", "a.png"]
    dialog.reject()
    assert set(flags(bench).values()) == {Flag.NONE}


def test_of_several_selected_photos_only_those_are_proposed_and_rejected_ones_never(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    bench.choose("b.png")
    bench.trigger("reject")
    bench.choose("a.png", "b.png", "c.png")
    dialog = opened(bench)
    set_wish(bench, dialog, 2, 0)
    assert names(dialog) == ["c.png", "a.png"]
    dialog.reject()


def test_their_thumbnails_come(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    dialog = opened(bench)
    rows = child(dialog, QListWidget)
    bench.until(lambda: all(not rows.item(row).icon().isNull() for row in range(rows.count())))
    dialog.reject()


def test_without_two_scores_a_sentence_says_so(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path / "one", {"a.png": 30}))
    bench.window.photo_commands.best_set.choose()
    assert bench.window.photo_commands.best_set.dialog is None
    assert any("two photos" in notice for notice in bench.notice_texts())
