"""Compare: two to four side by side, at one place and scale, marked by keys; a knock-out through more."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from memapp.core.marks import Flag
from memapp.core.settings import SETTINGS
from memapp.gui.compare.compare_page import ComparePage
from tests.gui.window_bench import WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200, "e.png": 160, "f.png": 236}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def page(bench: WindowBench) -> ComparePage:
    return bench.window.photo_commands.compare.page


def press(bench: WindowBench, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(page(bench), key)


def names(bench: WindowBench) -> list[str]:
    return [key.name for key in page(bench).keys]


def current(bench: WindowBench) -> str:
    found = page(bench).current
    assert found is not None
    return found.name


def compare(bench: WindowBench, *chosen: str) -> None:
    bench.choose(*chosen)
    bench.trigger("compare")
    assert page(bench).isVisible()


def texts(bench: WindowBench) -> set[str]:
    return {label.text() for label in page(bench).findChildren(QLabel) if label.isVisible()}


def flag(bench: WindowBench, name: str) -> Flag:
    photo = bench.window.library.id_of(bench.key(name))
    assert photo is not None
    return bench.window.session.marks.marks(photo).flag


def test_photos_stand_side_by_side_with_scores_and_differences(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    compare(bench, "b.png", "f.png", "c.png")
    assert names(bench) == ["b.png", "f.png", "c.png"]
    shown = texts(bench)
    # 236 of 255 is 0.02 below 240.
    assert {"0.94", "0.93", "0.47", "Too close to call", "0.47 lower"} <= shown
    bench.until(lambda: all(view.zoom for key in page(bench).keys if (view := page(bench).view_of(key))))


def test_keys_mark_the_current_one_and_the_selection_is_kept(bench: WindowBench, folder: Path) -> None:
    bench.window._settings.set(SETTINGS.advance_after_mark, True)
    bench.add(folder)
    compare(bench, "b.png", "d.png")
    press(bench, Qt.Key.Key_Right)
    bench.trigger("pick")
    assert (current(bench), flag(bench, "d.png"), flag(bench, "b.png")) == ("d.png", Flag.PICK, Flag.NONE)
    assert any("Picked" in text for text in texts(bench))
    assert {key.name for key in bench.window.grid.selected_photos()} == {"b.png", "d.png"}
    bench.trigger("undo")
    assert flag(bench, "d.png") is Flag.NONE
    assert page(bench).isVisible()
    press(bench, Qt.Key.Key_Escape)
    assert bench.page() == "grid"


def test_a_knock_out_goes_through_all_that_are_selected(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    compare(bench, *GREYS)
    assert names(bench) == ["b.png", "f.png"]
    assert any("4 more" in text for text in texts(bench))
    press(bench, Qt.Key.Key_Up)
    assert names(bench) == ["b.png", "d.png"]
    press(bench, Qt.Key.Key_Down)
    assert (names(bench), current(bench)) == (["e.png", "d.png"], "e.png")


def test_one_photo_is_compared_with_the_one_after_it(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    compare(bench, "d.png")
    assert names(bench) == ["d.png", "e.png"]


def test_zoom_and_place_are_the_same_in_all_until_they_are_unlocked(
    bench: WindowBench, tmp_path: Path
) -> None:
    for name, grey in (("a.png", 60), ("b.png", 90)):
        make_photo(tmp_path / "large" / name, grey, (3000, 2000))
    bench.add(tmp_path / "large")
    compare(bench, "a.png", "b.png")
    one, other = (page(bench).view_of(key) for key in page(bench).keys)
    assert one is not None
    assert other is not None
    bench.until(lambda: one.zoom and other.zoom)
    one.toggle_loupe(QPointF(20, 20))
    assert (one.zoom, other.zoom) == (1.0, 1.0)
    assert (one.look.place - other.look.place).manhattanLength() < 0.01
    one.pan_by(-200, -100)
    assert (one.look.place - other.look.place).manhattanLength() < 0.01
    press(bench, Qt.Key.Key_L)
    before = other.look
    one.fit()
    assert (one.fitted, other.look) == (True, before)
    press(bench, Qt.Key.Key_L)
    assert other.fitted


def test_a_photo_that_is_removed_leaves_the_comparison(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    compare(bench, "b.png", "d.png", "c.png")
    bench.trigger("remove")
    assert names(bench) == ["d.png", "c.png"]
    bench.trigger("undo")
    assert names(bench) == ["d.png", "c.png"]
    bench.close_all()
    assert bench.page() == "empty"


def test_a_photo_without_a_score_says_so(bench: WindowBench, folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    bench.add(folder)
    compare(bench, "b.png", "broken.png")
    assert "No score" in texts(bench)
