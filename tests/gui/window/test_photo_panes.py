"""Viewer and inspector: always the current photo, at its place in the order on screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from memapp.core.records import ImageKey
from memapp.library.photo_columns import PhotoState
from memapp.workers.request_sets import View
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


def words(bench: WindowBench) -> str:
    """What the inspector says."""
    labels = bench.window.inspector.findChildren(QLabel)
    return " ".join(label.text() for label in labels if label.isVisible())


def has_scored(bench: WindowBench, count: int) -> bool:
    """Whether this many photos are scored, and no more."""
    return bench.window.scores.count(PhotoState.SCORED) == count


def viewed(bench: WindowBench) -> str | None:
    key = bench.window.panes.viewing
    return None if key is None else key.name


def place(bench: WindowBench) -> str:
    return bench.window.viewer.bar.place.text()


def open_viewer(bench: WindowBench, name: str) -> None:
    bench.choose(name)
    bench.qtbot.keyClick(bench.window.grid, Qt.Key.Key_Return)
    assert bench.page() == "viewer"


def colour_in_the_middle(bench: WindowBench) -> QColor:
    view = bench.window.viewer.view
    return view.grab().toImage().pixelColor(QPoint(view.width() // 2, view.height() // 2))


def test_the_viewer_steps_in_the_order_on_screen_and_goes_back_to_its_photo(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    open_viewer(bench, "b.png")
    seen = [(viewed(bench), place(bench))]
    for _ in range(4):
        bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Right)
        seen.append((viewed(bench), place(bench)))
    # At the last one Right leads nowhere.
    assert seen == [
        ("b.png", "1 of 4"),
        ("d.png", "2 of 4"),
        ("c.png", "3 of 4"),
        ("a.png", "4 of 4"),
        ("a.png", "4 of 4"),
    ]
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Left)
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Escape)
    assert bench.page() == "grid"
    current = bench.window.grid.current_photo()
    assert current is not None
    assert current.name == "c.png"
    assert bench.window.panes.viewing is None


def test_the_viewer_shows_the_very_photo(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    open_viewer(bench, "b.png")
    bench.until(lambda: colour_in_the_middle(bench) == QColor(240, 240, 240))
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Right)
    bench.until(lambda: colour_in_the_middle(bench) == QColor(200, 200, 200))


def test_zoomed_in_the_photo_comes_in_full_size(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photo(tmp_path / "large.png", 77, size=(3000, 2000)))
    open_viewer(bench, "large.png")
    sizes: list[tuple[int, int]] = []
    bench.supervisor.picture_ready.connect(
        lambda _key, image, _side: sizes.append((image.width(), image.height()))
    )
    bench.until(lambda: colour_in_the_middle(bench) == QColor(77, 77, 77))
    assert (3000, 2000) not in sizes
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Z)
    bench.until(lambda: (3000, 2000) in sizes)
    assert bench.window.viewer.view.zoom == 1.0


def test_a_photo_without_a_score_says_why(bench: WindowBench, folder: Path) -> None:
    (folder / "broken.png").write_bytes(b"no picture")
    bench.add(folder)
    [failure] = bench.window.scores.failures()
    open_viewer(bench, "broken.png")
    assert bench.window.viewer.view.message == failure.reason
    assert failure.reason in words(bench)
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Left)
    assert viewed(bench) == "a.png"
    assert bench.window.viewer.view.message == ""


def test_a_score_that_comes_is_shown_in_viewer_and_inspector(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: len(slow_bench.names()) == 4)
    open_viewer(slow_bench, "b.png")
    assert "not been scored yet" in words(slow_bench)
    assert slow_bench.window.viewer.bar.band.text() == "Not scored yet"
    turnstile.open()
    slow_bench.until(lambda: slow_bench.window.viewer.bar.score.text() == "0.94")
    slow_bench.until_done()
    slow_bench.until(lambda: "0.94" in words(slow_bench))


def test_the_viewers_place_follows_the_order(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(lambda: len(slow_bench.names()) == 4)
    open_viewer(slow_bench, "d.png")
    assert place(slow_bench) == "4 of 4"
    turnstile.open()
    slow_bench.until_done()
    assert slow_bench.names() == ["b.png", "d.png", "c.png", "a.png"]
    assert place(slow_bench) == "2 of 4"
    slow_bench.qtbot.keyClick(slow_bench.window.viewer, Qt.Key.Key_Right)
    assert (viewed(slow_bench), place(slow_bench)) == ("c.png", "3 of 4")


def test_a_photo_that_is_gone_closes_its_viewer(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    open_viewer(bench, "d.png")
    bench.window.session.remove([bench.key("d.png")])
    assert bench.page() == "grid"
    assert bench.names() == ["b.png", "c.png", "a.png"]


def test_a_closed_viewer_takes_no_focus_when_its_photo_goes(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    open_viewer(bench, "d.png")
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Escape)
    opened: list[bool] = []
    bench.window.panes.viewer_closed.connect(lambda: opened.append(True))
    bench.trigger("remove")
    assert opened == []


def test_starting_over_in_the_viewer_leads_to_the_empty_page(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    open_viewer(bench, "d.png")
    bench.close_all()
    assert bench.page() == "empty"


def test_the_inspector_describes_one_photo_several_and_none(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    assert "Select a photo" in words(bench)
    bench.choose("d.png")
    bench.until(lambda: "0.78" in words(bench))
    assert "About 78 of 100 people" in words(bench)
    bench.choose("d.png", "b.png")
    bench.until(lambda: "2 photos" in words(bench))
    assert "Average score 0.86, from 0.78 to 0.94." in words(bench)
    bench.close_all()
    assert "Select a photo" in words(bench)


def test_selection_and_place_stay_while_scores_come(
    slow_bench: WindowBench, turnstile: TurnstileScorer, tmp_path: Path
) -> None:
    # Half of the photos before the chosen one end above it, half below; so do those behind it.
    greys = {f"{number:02}.png": (200 - number if number % 2 else number) for number in range(80)}
    greys["40.png"] = 100
    slow_bench.window.add([str(make_photos(tmp_path, greys))])
    slow_bench.until(lambda: len(slow_bench.names()) == 80)
    slow_bench.choose("40.png")
    grid, photos = slow_bench.window.grid, slow_bench.window.photos
    chosen = slow_bench.key("40.png")

    def height() -> int:
        return grid.visualRect(photos.index_of(chosen)).top()

    before = height()
    rows = {photos.index_of(chosen).row()}
    for scored in (20, 40, 60, 80):
        turnstile.go(20)
        slow_bench.until(partial(has_scored, slow_bench, scored))
        photos.refresh()
        rows.add(photos.index_of(chosen).row())
        assert grid.selected_photos() == [chosen]
        assert grid.current_photo() == chosen
        assert height() == before
    assert len(rows) > 1
    slow_bench.until_done()
    assert slow_bench.names() == sorted(greys, key=lambda name: (-greys[name], name))


def test_thumbnails_of_what_is_in_sight_come_by_themselves(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    images = bench.window.tile_images
    bench.until(lambda: all(images.preview(bench.key(name)) is not None for name in GREYS))
    preview = images.preview(bench.key("d.png"))
    assert preview is not None
    assert preview.pixelColor(5, 5) == QColor(200, 200, 200)


def test_a_smaller_picture_for_another_view_is_not_taken_for_the_whole_photo(
    bench: WindowBench, tmp_path: Path
) -> None:
    make_photo(tmp_path / "photos" / "large.png", 200, size=(3000, 2000))
    bench.add(tmp_path / "photos")
    open_viewer(bench, "large.png")
    view, key = bench.window.viewer.view, bench.key("large.png")
    bench.until(lambda: colour_in_the_middle(bench) == QColor(200, 200, 200))
    zoom = view.zoom
    assert zoom is not None
    assert zoom < 1
    with bench.qtbot.waitSignal(bench.supervisor.picture_ready, check_params_cb=lambda *args: args[2] == 100):
        bench.supervisor.request_pictures(View.COMPARE, [key], 100)
    assert view.zoom == zoom


def test_a_closed_viewer_requests_no_pictures(bench: WindowBench, folder: Path) -> None:
    asked: list[tuple[View, int]] = []
    request = bench.supervisor.request_pictures

    def request_and_note(view: View, keys: Sequence[ImageKey], side: int) -> None:
        asked.append((view, len(keys)))
        request(view, keys, side)

    bench.supervisor.request_pictures = request_and_note  # type: ignore[method-assign]
    bench.add(folder)
    open_viewer(bench, "b.png")
    bench.qtbot.keyClick(bench.window.viewer, Qt.Key.Key_Escape)
    assert asked == [(View.VIEWER, 1), (View.VIEWER, 0)]


def test_a_photo_whose_file_changed_is_shown_anew_in_viewer_and_inspector(
    bench: WindowBench, folder: Path
) -> None:
    bench.add(folder)
    open_viewer(bench, "b.png")
    bench.until(lambda: colour_in_the_middle(bench) == QColor(240, 240, 240))
    before = bench.key("b.png")
    make_photo(folder / "b.png", 120, size=(100, 70))
    bench.add(folder / "b.png")
    assert bench.key("b.png") != before
    assert len(bench.names()) == 4
    assert bench.window.panes.viewing == bench.key("b.png")
    bench.until(lambda: colour_in_the_middle(bench) == QColor(120, 120, 120))
    bench.until(lambda: "0.47" in words(bench))
    assert list(bench.window.panes.inspected) == [bench.key("b.png")]
