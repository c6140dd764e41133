"""The window as a whole: input, remembered state, and shutdown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QPushButton, QWidget

from memapp.core.events import Notice, NoticeKind
from memapp.core.resources import resource_path
from memapp.core.settings import SETTINGS
from memapp.gui.dialogs.about import AboutDialog
from memapp.gui.dialogs.licence import LicenceDialog
from memapp.gui.dialogs.preferences_dialog import PreferencesDialog
from memapp.gui.dialogs.shortcuts import ShortcutsDialog
from memapp.gui.run.status import RunStatus
from memapp.gui.window.drop_area import DropOverlay
from memapp.gui.window.notices import NoticeBar
from memapp.library.order import Order
from tests.fakes import BrightnessFactory, BrightnessScorer
from tests.gui.window_bench import TurnstileScorer, WindowBench, make_photo, make_photos

GREYS = {"a.png": 30, "b.png": 240, "c.png": 120, "d.png": 200}
BEST_FIRST = ["b.png", "d.png", "c.png", "a.png"]
LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier

AnyDialog = TypeVar("AnyDialog", bound=QDialog)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_photos(tmp_path / "photos", GREYS)


@contextmanager
def answered(kind: type[AnyDialog], answer: Callable[[AnyDialog], object]) -> Iterator[list[AnyDialog]]:
    """Answer the dialog of this kind that is opened in the block, and yield it."""
    met: list[AnyDialog] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, kind):
            timer.stop()
            met.append(dialog)
            answer(dialog)

    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(look)
    timer.start()
    yield met
    timer.stop()
    assert met, f"no {kind.__name__} was opened"


def button(parent: QWidget, text: str) -> QPushButton:
    [found] = [each for each in parent.findChildren(QPushButton) if each.text() == text]
    return found


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag_over(bench: WindowBench, mime: QMimeData) -> bool:
    """Let a drag enter and hover, and return whether the window would take the drop."""
    enter = QDragEnterEvent(
        QPoint(300, 300), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, LEFT, PLAIN
    )
    QApplication.sendEvent(bench.window, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(
        QPoint(310, 310), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, LEFT, PLAIN
    )
    QApplication.sendEvent(bench.window, move)
    assert move.isAccepted()
    assert enter.dropAction() == move.dropAction() == Qt.DropAction.CopyAction
    return True


def drop(bench: WindowBench, mime: QMimeData) -> None:
    event = QDropEvent(
        QPointF(310, 310), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, LEFT, PLAIN
    )
    QApplication.sendEvent(bench.window, event)
    assert event.isAccepted()
    assert event.dropAction() == Qt.DropAction.CopyAction


# What comes in


def test_dropped_files_and_folders_are_added(bench: WindowBench, folder: Path, tmp_path: Path) -> None:
    single = make_photo(tmp_path / "single ü.png", 250)
    overlay = bench.window.findChild(DropOverlay)
    assert overlay is not None
    mime = files(folder, single)
    assert drag_over(bench, mime)
    assert overlay.isVisible()
    drop(bench, mime)
    assert not overlay.isVisible()
    bench.until_done()
    assert bench.names() == ["single ü.png", *BEST_FIRST]


def test_a_picture_dragged_from_a_browser_is_refused_with_a_notice(bench: WindowBench) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.jpg")])
    assert drag_over(bench, mime)
    drop(bench, mime)
    assert "Only files on this computer can be added." in bench.notice_texts()
    assert not bench.window.session.running


def test_a_drag_without_files_is_not_taken(bench: WindowBench) -> None:
    mime = QMimeData()
    mime.setText("just words")
    assert not drag_over(bench, mime)


def test_what_is_dragged_out_of_the_grid_is_not_taken_back(
    bench: WindowBench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add(folder)
    # A drag of our own is known by its source, which only a real drag has.
    monkeypatch.setattr(QDragEnterEvent, "source", lambda _event: bench.window.grid)
    assert not drag_over(bench, files(folder / "a.png"))


@pytest.mark.parametrize("as_text", [False, True])
def test_pasted_files_and_paths_are_added(bench: WindowBench, folder: Path, as_text: bool) -> None:
    mime = QMimeData()
    if as_text:
        mime.setText(f'"{folder / "b.png"}"\n{folder / "c.png"}\n')
    else:
        mime = files(folder / "b.png", folder / "c.png")
    QGuiApplication.clipboard().setMimeData(mime)
    bench.trigger("paste")
    bench.until_done()
    assert bench.names() == ["b.png", "c.png"]


def test_the_empty_page_offers_samples(bench: WindowBench) -> None:
    assert bench.page() == "empty"
    bench.qtbot.mouseClick(button(bench.window, "Try it with sample photos"), LEFT)
    bench.until_done()
    samples = [path.name for path in resource_path("samples").iterdir() if path.suffix != ".md"]
    assert sorted(bench.names()) == sorted(samples)
    assert bench.page() == "grid"


def test_an_empty_window_waits_for_photos_on_the_keyboard_too(bench: WindowBench, folder: Path) -> None:
    assert bench.window.focusWidget() is button(bench.window, "Add photos...")
    bench.add(folder)
    bench.until_done()
    assert bench.window.focusWidget() is bench.window.grid
    bench.close_all()
    assert bench.window.focusWidget() is button(bench.window, "Add photos...")


# Problems and words


def test_problems_are_counted_and_listed(bench: WindowBench, folder: Path) -> None:
    for number in range(3):
        (folder / f"broken {number}.png").write_bytes(b"no picture")
    bench.add(folder)
    status = bench.window.findChild(RunStatus)
    assert status is not None
    link = button(status, "3 could not be read")
    assert not bench.window.problems.isVisible()
    bench.qtbot.mouseClick(link, LEFT)
    assert bench.window.problems.isVisible()
    titles = [label.text() for label in bench.window.problems.findChildren(QLabel)]
    assert "3 photos could not be read" in titles
    bench.window.problems.select.emit(bench.key("broken 1.png"))
    current = bench.window.grid.current_photo()
    assert current is not None
    assert current.name == "broken 1.png"
    bench.choose("broken 0.png")
    bench.trigger("remove")
    assert link.text() == "2 could not be read"


def test_the_status_line_ends_with_how_long_it_took(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    assert bench.window.status.text.startswith("4 photos · done in ")


def test_an_unexpected_error_on_any_thread_is_shown(bench: WindowBench) -> None:
    other = threading.Thread(target=lambda: bench.window.unexpected.emit("Something unexpected happened."))
    other.start()
    other.join()
    bench.until(lambda: "Something unexpected happened." in bench.notice_texts())


# Dialogs


@pytest.mark.parametrize(
    ("action_id", "kind"),
    [("shortcuts", ShortcutsDialog), ("about", AboutDialog), ("preferences", PreferencesDialog)],
)
def test_dialogs_open_and_close(bench: WindowBench, action_id: str, kind: type[QDialog]) -> None:
    with answered(kind, lambda dialog: dialog.reject()) as met:
        bench.trigger(action_id)
    assert met[0].windowTitle()


def test_the_theme_is_changed_at_once_and_remembered(
    bench: WindowBench, folder: Path, open_window: Callable[..., WindowBench]
) -> None:
    bench.add(folder)

    def background(window: WindowBench) -> float:
        image = window.window.inspector.grab().toImage()
        return image.pixelColor(image.width() - 3, image.height() - 3).lightnessF()

    def choose(theme: str) -> None:
        def answer(dialog: PreferencesDialog) -> None:
            boxes = dialog.findChildren(QComboBox)
            [box] = [box for box in boxes if box.accessibleName() == str(SETTINGS.theme.label)]
            box.activated.emit(SETTINGS.theme.choices.index(theme))
            dialog.reject()

        with answered(PreferencesDialog, answer):
            bench.trigger("preferences")

    choose("dark")
    assert background(bench) < 0.3
    choose("light")
    assert background(bench) > 0.7
    bench.window.close()
    again = open_window()
    again.add(folder)
    assert background(again) > 0.7


# The licence


def test_the_licence_notice_is_shown_until_it_is_accepted(open_window: Callable[..., WindowBench]) -> None:
    def licence_shown(bench: WindowBench) -> bool:
        return any("Paid work" in text for text in bench.notice_texts())

    def read(bench: WindowBench) -> None:
        bar = bench.window.findChild(NoticeBar)
        assert bar is not None
        bench.qtbot.mouseClick(button(bar, "What is allowed"), LEFT)

    first = open_window()
    assert licence_shown(first)
    # To put a notice away is no agreement ...
    first.window.notices.close_current()
    assert not licence_shown(first)
    first.window.close()

    second = open_window()
    assert licence_shown(second)
    # ... nor is to put the licence away; and it is no reason to end a run and quit.
    with answered(LicenceDialog, lambda dialog: dialog.reject()):
        read(second)
    assert second.window.isVisible()
    assert licence_shown(second)
    with answered(LicenceDialog, lambda dialog: button(dialog, "I understand").click()):
        read(second)
    assert not licence_shown(second)
    second.window.close()

    assert not licence_shown(open_window())


# What is remembered


def test_the_window_comes_back_as_it_was_left(open_window: Callable[..., WindowBench]) -> None:
    first = open_window()
    # Within the screen of the offscreen platform, 800 x 800.
    first.window.resize(760, 600)
    first.window.actions_table["inspector"].setChecked(False)
    first.window.actions_table["problems"].setChecked(True)
    first.window.grid.set_tile_size(280)
    first.window.actions_table["sort-name"].trigger()
    size = first.window.size()
    first.window.close()

    second = open_window()
    assert second.window.size() == size
    assert not second.window.inspector.isVisible()
    assert second.window.problems.isVisible()
    assert second.window.grid.tile_size == 280
    assert second.window.size_slider.value() == 280
    assert second.window.actions_table["sort-name"].isChecked()
    assert second.window.photos.order == Order("name", descending=False)


def test_full_screen_and_back(bench: WindowBench) -> None:
    bench.trigger("full-screen")
    assert bench.window.isFullScreen()
    bench.trigger("full-screen")
    assert not bench.window.isFullScreen()


# Shutdown


def test_closing_an_idle_window_stops_every_thread(bench: WindowBench, folder: Path) -> None:
    bench.add(folder)
    bench.window.close()
    assert bench.stopped


def test_closing_during_a_run_stops_every_thread_at_once_and_keeps_the_scores(
    open_window: Callable[..., WindowBench], folder: Path
) -> None:
    for number in range(40):
        make_photo(folder / f"{number}.png", 5 * number)
    bench = open_window(BrightnessFactory(BrightnessScorer(batch_size=1, seconds=0.2)))
    bench.window.add([str(folder)])
    bench.until(lambda: any(score is not None for score in bench.scores().values()))
    scored = [name for name, score in bench.scores().items() if score is not None]
    bench.window.close()
    assert bench.stopped
    assert bench.scorers.scorer.scored < 44
    again = open_window(BrightnessFactory(BrightnessScorer()))
    again.add(folder)
    assert again.scorers.scorer.scored <= 44 - len(scored)


def test_closing_a_paused_window_stops_every_thread(
    slow_bench: WindowBench, turnstile: TurnstileScorer, folder: Path
) -> None:
    slow_bench.window.add([str(folder)])
    slow_bench.until(turnstile.waiting.is_set)
    slow_bench.trigger("pause")
    slow_bench.window.close()
    assert slow_bench.stopped


def test_a_warning_comes_before_information(bench: WindowBench) -> None:
    bench.window.show_notice(Notice(NoticeKind.WARNING, "Scores can't be kept."))
    assert bench.notice_texts()[0] == "Scores can't be kept."
