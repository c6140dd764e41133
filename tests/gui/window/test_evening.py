"""What an evening by hand stumbled over: keys that lead nowhere, counts that differ, slips of the hand."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton

from memapp.core.settings import SETTINGS
from memapp.gui.grid.no_match_notice import NoMatchNotice
from memapp.gui.window.last_photos import last_text
from memapp.library.filtering import InRange
from tests.gui.questions import answer_question
from tests.gui.window_bench import WindowBench, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}
BEST_FIRST = ["b.png", "d.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape])
def test_the_keyboard_leaves_the_search_for_the_photos(bench: WindowBench, folder: Path, key: Qt.Key) -> None:
    bench.add(folder)
    bench.trigger("find")
    line = bench.window.filters._name.line
    QTest.keyClicks(line, "b")
    QTest.keyClick(line, key)
    bench.until(bench.window.grid.hasFocus)
    assert bench.names() == ["b.png"]


def test_a_filter_set_in_the_viewer_goes_on_to_a_photo_that_passes(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("a.png")
    bench.trigger("open")
    bench.window.filters.set_condition("score", InRange("score", 0.4))
    bench.until(lambda: bench.window.viewer.key == bench.key("c.png"))
    assert bench.window.viewer.bar.place.text() == "3 of 3"
    # The photo that is looked at passes: it stays.
    bench.window.filters.set_condition("score", InRange("score", 0.3))
    assert bench.window.viewer.key == bench.key("c.png")
    bench.window.filters.set_condition("score", InRange("score", 0.0, 0.05))
    bench.until(lambda: not bench.window.viewer.isVisible())


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_right_click_on_the_photo_opens_its_menu(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("a.png")
    bench.trigger("open")
    seen: list[list[str]] = []

    def look() -> None:
        for menu in QApplication.topLevelWidgets():
            if isinstance(menu, QMenu) and menu.isVisible():
                seen.append([action.text() for action in menu.actions()])
                menu.close()

    QTimer.singleShot(50, look)
    bench.window.viewer.view.customContextMenuRequested.emit(QPoint(50, 50))
    [texts] = seen
    assert "Pick" in texts
    assert "Remove from list" in texts


def test_a_photo_is_opened_whole_and_the_next_one_at_the_same_zoom(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    bench.trigger("open")
    view = bench.window.viewer.view
    bench.until(lambda: view.zoom is not None)
    view.zoom_by(3.0)
    QTest.keyClick(bench.window.viewer, Qt.Key.Key_Right)
    assert not view.fitted
    bench.window.panes.close()
    bench.choose("a.png")
    bench.trigger("open")
    assert view.fitted


def test_all_counts_are_of_the_same_photos(bench: WindowBench, folder: Path, tmp_path: Path) -> None:
    bench.add(folder)
    bench.add(make_photos(tmp_path / "more", {"e.png": 10}))
    assert bench.window.status.text.startswith("5 photos")
    bench.window.filters.set_condition("score", InRange("score", 0.4))
    links = [button.text() for button in bench.window.status.findChildren(QPushButton)]
    assert "3 of 5 shown: show all" in links


def test_closing_all_photos_asks_and_takes_the_filter_along(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.window.filters.set_condition("score", InRange("score", 0.4))
    answer_question("Keep")
    bench.trigger("clear")
    assert bench.names() == BEST_FIRST[:3]
    bench.close_all()
    assert not bench.window.filters.wanted
    bench.add(folder)
    assert bench.names() == BEST_FIRST


def test_a_filter_that_hides_everything_says_how_much(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.window.filters.set_condition("score", InRange("score", 0.0, 0.01))
    notice = bench.window.grid.findChild(NoMatchNotice)
    assert notice is not None
    [words] = notice.findChildren(QLabel)
    assert words.text() == "The filter hides all 4 photos"


def test_the_last_photos_are_one_click_away_at_the_next_start(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    first = open_window()
    first.add(folder)
    # A photo of the folder that is scored again is no other place.
    first.window.session.add([str(folder / "a.png")])
    first.until_done()
    first.window.close()
    second = open_window()
    assert second.window._settings.get(SETTINGS.last_photos) == (str(folder),)
    [button] = [
        each for each in second.window._empty.findChildren(QPushButton) if each.text() == "Open photos again"
    ]
    button.click()
    second.until(lambda: len(second.window.library) == 4)
    second.until_done()
    assert second.names() == BEST_FIRST


def test_the_button_names_the_first_place() -> None:
    assert last_text(["/photos/Wedding & co"]) == "Open Wedding & co again"
    assert last_text(["/photos/a", "/photos/b", "/c"]) == "Open a and 2 more again"


def test_the_selected_photos_alone_can_be_exported(
    bench: WindowBench, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(folder)
    bench.choose("b.png", "a.png")
    target = tmp_path / "scores.csv"
    first_places: list[str] = []

    def answer(_parent: object, _title: str, first: str, _filters: str) -> tuple[str, str]:
        first_places.append(first)
        return str(target), ""

    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", answer)
    answer_question("Cancel")
    bench.trigger("export")
    assert first_places == []
    answer_question("Selected photos")
    bench.trigger("export")
    bench.until(lambda: any("scores.csv" in text for text in bench.notice_texts()))
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["b.png", "a.png"]
    assert (rows[0]["rank"], rows[0]["exact"], rows[0]["scoring_model"]) == ("1", "yes", "ResMem")
    # A file among the photos would be taken for a part of the shoot.
    assert not first_places[0].startswith(str(folder))
