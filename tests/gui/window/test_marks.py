"""Marks by keyboard: shown at once, saved at once, undone, kept over a restart and over edits and moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from memapp.core.marks import NO_MARKS, Flag, Label, Marks
from memapp.core.records import PhotoId
from memapp.core.settings import SETTINGS
from memapp.gui.inspector.facts import FactsText
from memapp.gui.window.digit_keys import keys_of_digit
from memapp.gui.window.mark_actions import MARK_ACTIONS
from memapp.store.scores import SqliteScoreStore
from tests.gui.window_bench import WindowBench, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120}
BEST_FIRST = ["b.png", "c.png", "a.png"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def press(bench: WindowBench, *keys: Qt.Key) -> None:
    bench.window.grid.setFocus()
    for key in keys:
        QTest.keyClick(bench.window.grid, key)


def marks(bench: WindowBench, name: str) -> Marks:
    return bench.window.session.marks.marks(photo(bench, name))


def photo(bench: WindowBench, name: str) -> PhotoId:
    found = bench.window.library.id_of(bench.key(name))
    assert found is not None
    return found


def stored(home: Path, bench: WindowBench, name: str) -> Marks:
    store = SqliteScoreStore(home=home)
    try:
        return store.photos.marks([photo(bench, name)]).get(photo(bench, name), NO_MARKS)
    finally:
        store.close()


def test_keys_mark_the_selected_photos_and_undo_takes_it_back(
    bench: WindowBench, folder: Path, memapp_home: Path
) -> None:
    bench.add(folder)
    bench.choose("b.png", "a.png")
    press(bench, Qt.Key.Key_P, Qt.Key.Key_4, Qt.Key.Key_8)
    expected = Marks(Flag.PICK, 4, Label.GREEN)
    assert [marks(bench, name) for name in BEST_FIRST] == [expected, NO_MARKS, expected]
    bench.until(lambda: stored(memapp_home, bench, "a.png") == expected)
    undo = bench.window.actions_table["undo"]
    assert undo.text() == "Undo: Label 2 photos: Green"
    bench.trigger("undo")
    bench.trigger("undo")
    assert marks(bench, "a.png") == Marks(Flag.PICK)
    bench.until(lambda: stored(memapp_home, bench, "b.png") == Marks(Flag.PICK))
    bench.trigger("redo")
    assert marks(bench, "b.png") == Marks(Flag.PICK, 4)


def test_the_same_label_again_takes_it_off(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    press(bench, Qt.Key.Key_6)
    assert marks(bench, "b.png").label is Label.RED
    press(bench, Qt.Key.Key_6)
    assert marks(bench, "b.png").label is Label.NONE


def test_marks_are_there_at_the_next_start_where_the_photo_moved_and_changed(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    bench = open_window()
    bench.add(folder)
    bench.choose("b.png")
    press(bench, Qt.Key.Key_5)
    bench.choose("c.png")
    press(bench, Qt.Key.Key_X)
    # Nothing is lost where the window is closed at once.
    bench.window.close()
    (folder / "b.png").rename(folder / "renamed.png")
    make_photos(folder, {"c.png": 60})
    again = open_window()
    again.add(folder)
    again.until(lambda: marks(again, "renamed.png").stars == 5)
    assert marks(again, "c.png").flag is Flag.REJECT
    assert marks(again, "a.png") == NO_MARKS


def test_the_viewer_and_the_inspector_show_marks_and_take_the_keys(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    bench.trigger("open")
    viewer = bench.window.viewer
    for key in (Qt.Key.Key_P, Qt.Key.Key_3):
        QTest.keyClick(viewer, key)
    assert viewer.bar.marks.text() == "Picked · ★★★"
    assert marks(bench, "b.png") == Marks(Flag.PICK, 3)
    QTest.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.bar.marks.text() == ""
    bench.window.panes.close()
    bench.choose("b.png")
    facts = bench.window.inspector.findChild(FactsText)
    assert facts is not None
    bench.until(lambda: "★★★" in facts.toPlainText())


def test_marking_goes_on_to_the_next_photo_where_that_is_wanted(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.window._settings.set(SETTINGS.advance_after_mark, True)
    bench.choose("b.png")
    press(bench, Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_1, Qt.Key.Key_U)
    assert [marks(bench, name) for name in BEST_FIRST] == [
        Marks(Flag.PICK),
        Marks(Flag.REJECT),
        Marks(stars=1),
    ]
    # At the last one it stays.
    assert bench.window.grid.current_photo() == bench.key("a.png")


def test_marking_goes_on_to_the_next_photo_though_the_filter_hides_the_marked_one(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    bench.window._settings.set(SETTINGS.advance_after_mark, True)
    first, second, third = BEST_FIRST
    [editor] = [each for each in bench.window.filters.popup.editors if each.column.id == "flag"]
    box = editor.findChild(QComboBox)
    assert box is not None
    box.setCurrentIndex(box.findText("Not flagged"))
    bench.choose(first)
    for marked, following in ((first, second), (second, third)):
        press(bench, Qt.Key.Key_X)
        assert marks(bench, marked) == Marks(Flag.REJECT)
        bench.window.photos.refresh()
        assert bench.window.grid.selected_photos() == [bench.key(following)]
    # From the last one back to the one before.
    bench.trigger("undo")
    assert bench.names() == [second, third]
    bench.choose(third)
    press(bench, Qt.Key.Key_X)
    assert bench.window.grid.selected_photos() == [bench.key(second)]


def test_undo_selects_all_photos_that_were_marked(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose(*BEST_FIRST[:2])
    press(bench, Qt.Key.Key_P)
    bench.choose(BEST_FIRST[2])
    bench.trigger("undo")
    assert [key.name for key in bench.window.grid.selected_photos()] == BEST_FIRST[:2]


def test_photos_are_filtered_by_a_flag(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("c.png")
    press(bench, Qt.Key.Key_P)
    [editor] = [each for each in bench.window.filters.popup.editors if each.column.id == "flag"]
    box = editor.findChild(QComboBox)
    assert box is not None
    box.setCurrentIndex(box.findText("Picked"))
    assert bench.names() == ["c.png"]
    bench.window.filters.clear()
    assert bench.names() == BEST_FIRST


def test_letters_typed_in_the_search_are_no_marks(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    chosen = photo(bench, "b.png")
    bench.window.filters.start_finding()
    line = bench.window.filters.findChild(type(bench.window.filters._name.line))
    assert line is not None
    QTest.keyClicks(line, "px5")
    assert line.text() == "px5"
    assert bench.window.session.marks.marks(chosen) == NO_MARKS


def test_digits_are_found_on_french_keyboards_only() -> None:
    france = QLocale(QLocale.Language.French, QLocale.Country.France)
    assert keys_of_digit("6", france) == ("-", "§")
    assert keys_of_digit("P", france) == ()
    for other in (
        QLocale(QLocale.Language.French, QLocale.Country.Canada),
        QLocale(QLocale.Language.German, QLocale.Country.Germany),
    ):
        assert keys_of_digit("6", other) == ()


# Ticks in the menu


def ticked(bench: WindowBench) -> set[str]:
    """The marks with a tick, of all that have one by what is marked."""
    return {spec.id for spec in MARK_ACTIONS if bench.window.actions_table[spec.id].isChecked()}


def test_the_menu_ticks_what_all_selected_photos_have(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.choose("b.png")
    assert ticked(bench) == {"unflag", "stars-0", "label-none"}
    for name in ("pick", "stars-4", "label-green"):
        bench.trigger(name)
    assert ticked(bench) == {"pick", "stars-4", "label-green"}
    # Again: a label is taken off, all else stays.
    for name in ("pick", "stars-4", "label-green"):
        bench.trigger(name)
    assert ticked(bench) == {"pick", "stars-4", "label-none"}
    bench.choose("b.png", "a.png")
    assert ticked(bench) == {"label-none"}
    bench.trigger("stars-2")
    assert ticked(bench) == {"stars-2", "label-none"}
    bench.trigger("undo")
    assert ticked(bench) == {"label-none"}
    bench.choose("b.png")
    bench.trigger("open")
    assert ticked(bench) == {"pick", "stars-4", "label-none"}
    QTest.keyClick(bench.window.viewer, Qt.Key.Key_Right)
    assert ticked(bench) == {"unflag", "stars-0", "label-none"}


def test_nothing_is_ticked_where_no_photo_is_chosen(bench: WindowBench, folder: Path) -> None:
    assert ticked(bench) == set()
    bench.add(folder)
    bench.window.grid.clearSelection()
    bench.until(lambda: ticked(bench) == set())
