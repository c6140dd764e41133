"""Every text of the window can be translated: in the pseudo-language each is marked, in every state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QMessageBox

from memapp.core.nets import FALSERESMEM, NetInfo
from memapp.core.records import NetIdentity, Precision
from memapp.core.settings import SETTINGS
from memapp.gui.dialogs.shortcuts import ShortcutsDialog
from memapp.gui.overlay.explain_view import OVERLAYS
from memapp.library.filtering import Contains
from memapp.library.order import NAME
from tests.fakes import BrightnessFactory, HalvesFactory, HalvesSegmenter
from tests.gui.shown_texts import unmarked_texts
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photos

pytestmark = pytest.mark.usefixtures("pseudo_window_language")

_FILES = ("a.png", "b.png", "c.png", "broken.jpg", "notes.txt", "PNG")
_DEVICE = "CPU, pretending"
_NETS = ("ResMem", "FalseResMem", "memapp", "brightness")
_CATEGORIES = ("Thing · right", "Left", "Right", "Thing", "Halves of a picture", "Halves", "Background")
"""Of the segmenter of these tests; a pack brings its own."""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos, a damaged one, and a file that is no picture."""
    folder = make_photos(tmp_path / "photos", {"a.png": 30, "b.png": 120, "c.png": 240})
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def unmarked(tmp_path: Path) -> Callable[..., list[str]]:
    """Returns what a window shows without marks, but for names."""

    def find(bench: WindowBench, *names: str) -> list[str]:
        paths = (str(tmp_path / "photos"), str(tmp_path), str(bench.home))
        return unmarked_texts(bench.window, (_DEVICE, *_FILES, *_NETS, *names, *paths))

    return find


def test_an_empty_window(bench: WindowBench, unmarked: Callable[..., list[str]]) -> None:
    assert bench.page() == "empty"
    assert unmarked(bench) == []


def test_a_run_that_goes_on_is_paused_and_is_stopped(
    slow_bench: WindowBench,
    turnstile: TurnstileScorer,
    photos: Path,
    unmarked: Callable[..., list[str]],
) -> None:
    window = slow_bench.window
    window.add([str(photos)])
    slow_bench.until(turnstile.waiting.is_set)
    turnstile.go(1)
    slow_bench.until(lambda: any(slow_bench.scores().values()))
    assert unmarked(slow_bench) == []
    slow_bench.trigger("pause")
    assert unmarked(slow_bench) == []
    slow_bench.trigger("pause")
    slow_bench.trigger("cancel")
    turnstile.open()
    slow_bench.until_done()
    assert unmarked(slow_bench) == []


def test_photos_in_the_grid_the_table_the_inspector_and_the_problems(
    bench: WindowBench, photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    bench.add(photos)
    bench.trigger("problems")
    for chosen in (["a.png"], ["broken.jpg"], ["a.png", "b.png", "broken.jpg"]):
        bench.choose(*chosen)
        assert unmarked(bench) == []
    bench.trigger("details")
    assert unmarked(bench) == []
    bench.window.filters.set_condition(NAME, Contains(NAME, "nowhere"))
    bench.until(lambda: not bench.names())
    assert unmarked(bench) == []


def test_fast_scores(
    open_window: Callable[..., WindowBench], photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    fast = BrightnessFactory(identity=NetIdentity("ResMem", "f" * 64, "test-1", Precision.FAST))
    bench = open_window(fast_scorers=fast)
    bench.settings.set(SETTINGS.precision, Precision.FAST)
    bench.add(photos)
    bench.choose("a.png", "b.png")
    assert unmarked(bench) == []
    bench.choose("a.png")
    assert unmarked(bench) == []


def test_several_nets(
    open_window: Callable[..., WindowBench], photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    other: NetInfo = FALSERESMEM
    bench = open_window(
        others={other: BrightnessFactory(identity=NetIdentity(other.title, "f" * 64, "test-1"))}
    )
    bench.add(photos)
    bench.window.nets.choose([net.id for net in bench.window.nets.installed])
    bench.until_done()
    bench.choose("a.png")
    bench.window.nets.comparison.refresh()
    assert unmarked(bench) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_viewer_with_each_overlay(
    open_window: Callable[..., WindowBench],
    photos: Path,
    unmarked: Callable[..., list[str]],
    overlay: str,
) -> None:
    bench = open_window(segmenters=HalvesFactory(HalvesSegmenter(with_instance=True)))
    bench.add(photos)
    bench.window.panes.open(bench.key("a.png"))
    # The names of categories are the pack's.
    assert unmarked(bench, *_CATEGORIES) == []
    bench.trigger(f"overlay-{overlay}")
    if overlay != OVERLAYS[0]:
        bench.until(lambda: bench.window.overlays.view.shown is not None)
    assert unmarked(bench, *_CATEGORIES) == []


def test_an_overlay_that_can_not_be_shown(
    bench: WindowBench, photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    bench.add(photos)
    bench.window.panes.open(bench.key("a.png"))
    bench.trigger("overlay-segmentation")
    assert unmarked(bench) == []
    bench.window.panes.open(bench.key("broken.jpg"))
    assert unmarked(bench) == []


def test_the_menu_of_an_area_and_the_undo_of_it(
    bench: WindowBench, photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    bench.add(photos)
    bench.window.panes.open(bench.key("a.png"))
    areas = bench.window.overlays.areas
    bench.until(lambda: areas.areas_of(bench.key("a.png")) is not None)
    areas.draw_rectangle()
    areas.add("a.png", ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5)))
    menu = areas.menu_for(None)
    assert unmarked_texts(menu) == []
    menu.deleteLater()
    assert unmarked(bench) == []
    areas.delete("a.png")
    assert unmarked(bench) == []
    bench.trigger("undo")
    assert unmarked(bench) == []


def test_what_the_window_notices(
    bench: WindowBench, photos: Path, unmarked: Callable[..., list[str]]
) -> None:
    window = bench.window
    bench.add(photos)
    bench.choose("a.png")
    foreign = QMimeData()
    foreign.setUrls([QUrl("https://example.org/")])
    window.drops.take(foreign)
    window.drops.take(QMimeData())
    bench.trigger("remove")
    bench.trigger("undo")
    while window.notices.notices:
        assert unmarked(bench) == []
        window.notices.close_current()


def test_the_question_before_the_trash(
    bench: WindowBench, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(photos)
    found: list[list[str]] = []

    def answer(question: QMessageBox) -> int:
        question.show()
        found.append(unmarked_texts(question, _FILES))
        question.hide()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    bench.choose("a.png")
    bench.trigger("trash")
    bench.choose("a.png", "b.png")
    bench.trigger("trash")
    assert found == [[], []]


def test_the_list_of_every_shortcut(bench: WindowBench) -> None:
    dialog = ShortcutsDialog(lines=bench.window.actions_table.cheat_sheet(), parent=bench.window)
    dialog.show()
    assert unmarked_texts(dialog) == []
    dialog.close()
