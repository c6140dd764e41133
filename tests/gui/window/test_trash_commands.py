"""Photos go to the trash after a question, and come back by Undo where the system lets a program do that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.gui.questions import answer_question
from tests.gui.window_bench import WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120}
BEST_FIRST = ["b.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def trash(bench: WindowBench, *names: str) -> None:
    """Move photos to the trash, and wait until they are there."""
    bench.choose(*names)
    answer_question("Move to the trash")
    bench.trigger("trash")
    bench.until(lambda: not set(names) & set(bench.names()))


def test_photos_go_to_the_trash_only_after_a_question(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("c.png", "a.png")
    answer_question("Keep")
    bench.trigger("trash")
    assert bench.trashed == []
    assert bench.names() == BEST_FIRST
    answer_question("Move to the trash")
    bench.trigger("trash")
    bench.until(lambda: bench.names() == ["b.png"])
    assert sorted(path.name for path in folder.iterdir()) == ["b.png"]


def test_a_photo_that_can_not_go_to_the_trash_stays_and_is_reported(bench: WindowBench, folder: Path) -> None:
    make_photo(folder / "kept.png", 250)
    bench.add(folder)
    bench.choose("a.png", "kept.png")
    answer_question("Move to the trash")
    bench.trigger("trash")
    bench.until(lambda: bench.names() == ["kept.png", "b.png", "c.png"])
    assert any("kept.png can't be moved to the trash: Permission denied." in t for t in bench.notice_texts())


def test_the_neighbour_is_chosen_after_photos_went_to_the_trash(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    trash(bench, "c.png")
    bench.until(lambda: bench.window.grid.current_photo() == bench.key("a.png"))


def test_undo_brings_photos_back_from_the_trash_and_redo_moves_them_again(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    trash(bench, "c.png", "a.png")
    undo = bench.window.actions_table["undo"]
    assert undo.text() == "Undo: Move 2 photos to the trash"
    bench.trigger("undo")
    bench.until(lambda: bench.names() == BEST_FIRST)
    assert sorted(path.name for path in folder.iterdir()) == sorted(GREYS)
    assert bench.scores()["c.png"] == pytest.approx(120 / 255)
    assert sorted(key.name for key in bench.window.grid.selected_photos()) == ["a.png", "c.png"]
    assert "Undone: Move 2 photos to the trash." in bench.notice_texts()
    bench.trigger("redo")
    bench.until(lambda: bench.names() == ["b.png"])
    assert sorted(path.name for path in folder.iterdir()) == ["b.png"]
    bench.trigger("undo")
    bench.until(lambda: bench.names() == BEST_FIRST)


def test_undo_says_what_can_not_be_brought_back(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    trash(bench, "c.png", "a.png")
    make_photo(folder / "a.png", 250)
    bench.trigger("undo")
    bench.until(lambda: "c.png" in bench.names())
    reason = "a.png can't be put back from the trash: another file is in its place."
    bench.until(lambda: reason in bench.notice_texts())
    assert bench.names() == ["b.png", "c.png"]
    bench.trigger("redo")
    bench.until(lambda: bench.names() == ["b.png"])
    # The file that came meanwhile is none of those that were moved.
    assert (folder / "a.png").exists()


def question_texts(seen: list[str]) -> None:
    """Note what the next question says and what Enter does, and answer it with Enter's button."""

    def look() -> None:
        question = QApplication.activeModalWidget()
        if not isinstance(question, QMessageBox):
            QTimer.singleShot(5, look)
            return
        default = question.defaultButton()
        seen.extend((question.text(), question.informativeText(), default.text()))
        default.click()

    QTimer.singleShot(0, look)


@pytest.mark.parametrize(
    ("restores", "later"),
    [
        (True, "Undo brings it back."),
        (False, "Undo can't bring it back, but you can restore it from the system's trash."),
    ],
)
def test_the_question_says_how_photos_come_back_and_enter_keeps_them(
    open_window: Callable[..., WindowBench], folder: Path, restores: bool, later: str
) -> None:
    bench = open_window(trash_restores=restores)
    bench.add(folder)
    bench.choose("c.png")
    seen: list[str] = []
    question_texts(seen)
    bench.trigger("trash")
    assert seen == ['Move "c.png" to the trash?', later, "Keep"]
    assert bench.trashed == []
    trash(bench, "a.png")
    assert bench.window.actions_table["undo"].isEnabled() == restores


@pytest.mark.parametrize("act", ["remove", "trash"])
def test_the_viewer_goes_on_to_the_neighbour(bench: WindowBench, folder: Path, act: str) -> None:
    bench.add(folder)
    bench.choose("c.png")
    bench.trigger("open")
    if act == "trash":
        answer_question("Move to the trash")
    bench.trigger(act)
    bench.until(lambda: bench.window.panes.viewing == bench.key("a.png"))
    bench.until(lambda: len(bench.window.library) == 2)
    bench.trigger("undo")
    # Undo goes to the photo, as large as photos are shown now.
    bench.until(lambda: len(bench.window.library) == 3)
    bench.until(lambda: bench.window.panes.viewing == bench.key("c.png"))
    assert bench.page() == "viewer"
