"""Photos are removed with undo, and files that another program changes are scored again in their place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from memapp.library.photo_columns import CHANGED
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}
BEST_FIRST = ["b.png", "d.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def come_back(bench: WindowBench) -> None:
    """Let the window get the focus back."""
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def edit(path: Path, brightness: int) -> None:
    """Save another picture in a file, a second later."""
    make_photo(path, brightness, size=(100, 70))
    later = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))


def words(bench: WindowBench) -> list[str]:
    """What the inspector says."""
    return [label.text() for label in bench.window.inspector.findChildren(QLabel)]


def test_removed_photos_come_back_by_undo_with_their_scores(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("d.png", "c.png")
    bench.trigger("remove")
    bench.window.photos.refresh()
    assert bench.names() == ["b.png", "a.png"]
    bench.choose("b.png")
    bench.until(lambda: "1st of 2 in this list" in words(bench))
    undo = bench.window.actions_table["undo"]
    assert "Remove 2 photos from the list" in undo.text()
    # Photos come back where they stood, even while the pointer is in the grid.
    bench.window.photos.hold()
    bench.trigger("undo")
    assert bench.names() == BEST_FIRST
    bench.window.photos.release()
    assert bench.scores()["d.png"] == pytest.approx(200 / 255)
    assert bench.window.grid.current_photo() == bench.key("d.png")
    assert bench.window.grid.selected_photos() == [bench.key("d.png"), bench.key("c.png")]
    # The inspector counts them again.
    bench.choose("b.png")
    bench.until(lambda: "1st of 4 in this list" in words(bench))
    bench.trigger("redo")
    bench.window.photos.refresh()
    assert bench.names() == ["b.png", "a.png"]


def test_a_list_that_begins_anew_has_nothing_to_undo(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("d.png")
    bench.trigger("remove")
    bench.close_all()
    assert not bench.window.actions_table["undo"].isEnabled()
    bench.add(folder)
    assert not bench.window.actions_table["undo"].isEnabled()


def test_after_removing_photos_the_next_one_is_selected(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("d.png")
    bench.trigger("remove")
    bench.until(lambda: [key.name for key in bench.window.grid.selected_photos()] == ["c.png"])
    bench.choose("a.png")
    bench.trigger("remove")
    bench.until(lambda: [key.name for key in bench.window.grid.selected_photos()] == ["c.png"])


def test_a_photo_removed_while_it_waits_is_scored_when_it_comes_back(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: len(slow_bench.names()) == 4)
    slow_bench.choose("d.png")
    slow_bench.trigger("remove")
    turnstile.open()
    slow_bench.until_done()
    slow_bench.trigger("undo")
    slow_bench.until(lambda: slow_bench.scores().get("d.png") is not None)


def test_a_file_that_was_edited_is_scored_again_in_its_place(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    photo = bench.window.library.id_of(bench.key("a.png"))
    edit(folder / "a.png", 250)
    come_back(bench)
    bench.until(lambda: bench.scores()["a.png"] == pytest.approx(250 / 255))
    bench.until_done()
    assert bench.names() == ["a.png", "b.png", "d.png", "c.png"]
    assert bench.window.library.id_of(bench.key("a.png")) == photo
    assert not bench.window.library.value(bench.key("a.png"), CHANGED)


def test_a_folder_added_again_after_an_edit_adds_no_second_tile(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    edit(folder / "a.png", 250)
    bench.add(folder)
    assert sorted(bench.names()) == sorted(GREYS)


def test_a_changed_file_is_marked_until_its_turn_comes(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    turnstile.go(4)
    slow_bench.until_done()
    edit(folder / "a.png", 250)
    slow_bench.trigger("select-all")
    changed = slow_bench.window.library
    key = slow_bench.key("a.png")
    come_back(slow_bench)
    slow_bench.until(lambda: len(slow_bench.orders) == 2)
    # Looked at again before the run has come to it: no further run is started.
    come_back(slow_bench)
    slow_bench.qtbot.wait(600)
    assert len(slow_bench.orders) == 2
    assert key not in changed or changed.value(key, CHANGED)
    turnstile.open()
    slow_bench.until(lambda: slow_bench.scores()["a.png"] == pytest.approx(250 / 255))


def test_a_replaced_file_is_not_copied(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("a.png", "b.png")
    edit(folder / "a.png", 250)
    bench.trigger("copy")
    clipboard = QGuiApplication.clipboard()
    bench.until(lambda: (mime := clipboard.mimeData()) is not None and len(mime.urls()) == 1)
    assert clipboard.mimeData().urls()[0].fileName() == "b.png"
    assert any("left out" in text for text in bench.notice_texts())


def test_a_photo_that_is_edited_while_it_is_shown_large_is_shown_anew(
    bench: WindowBench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(folder)
    bench.choose("a.png")
    bench.trigger("open")
    before = bench.window.panes.viewing
    edit(folder / "a.png", 250)
    come_back(bench)
    bench.until(lambda: bench.window.panes.viewing not in (before, None))
    assert bench.window.panes.viewing == bench.key("a.png")


def test_undo_goes_to_the_photo_that_an_area_was_drawn_on(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = open_window()
    bench.add(folder)
    bench.choose("a.png")
    bench.trigger("open")
    areas = bench.window.overlays.areas
    key = bench.key("a.png")
    bench.until(lambda: areas.areas_of(key) is not None)
    areas.add("Logo", ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5)))
    bench.window.panes.open(bench.key("b.png"))
    bench.trigger("undo")
    assert bench.window.panes.viewing == key
    assert areas.areas_of(key) == ()
