"""The words for how far a run is, the badge of the device, and the thin line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from memapp.core.events import Progress
from memapp.core.records import EngineInfo
from memapp.gui.run.status import ProgressLine, RunStatus, duration_text, progress_text, time_left_text
from memapp.gui.widgets.basic import IconLabel
from memapp.gui.widgets.theme import ThemeManager

HALF = Progress(done=412, total=2031, total_is_final=True, photos_per_second=5.31, seconds_left=302.0)


@pytest.fixture
def status(qtbot: QtBot, theme_manager: ThemeManager) -> RunStatus:
    made = RunStatus(theme_manager=theme_manager)
    qtbot.addWidget(made)
    made.resize(900, 30)
    made.show()
    return made


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "less than a minute left"),
        (29, "less than a minute left"),
        (31, "about 1 min left"),
        (302, "about 5 min left"),
        (3540, "about 59 min left"),
        (3600, "about 1 h left"),
        (4900, "about 1 h 20 min left"),
        (7170, "about 2 h left"),
    ],
)
def test_time_left_in_words(seconds: float, text: str) -> None:
    assert time_left_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59.4, "59 s"), (372, "6 min 12 s"), (7440, "2 h 4 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (HALF, "412 of 2,031 · 5.3 photos/s · about 5 min left"),
        (Progress(0, 1204, False, None, None), "Looking for photos: 1,204 found"),
        (Progress(30, 1204, False, 4.96, 99.0), "30 of 1,204 found so far · 5.0 photos/s"),
        (Progress(0, 2031, True, None, None), "Loading the scoring model for 2,031 photos..."),
    ],
)
def test_a_run_that_goes_on(progress: Progress, text: str) -> None:
    assert progress_text(progress) == text


def test_the_line_follows_the_run(status: RunStatus) -> None:
    assert status.text == ""
    status.set_progress(HALF)
    assert status.text.startswith("412 of 2,031")
    status.set_paused()
    assert status.text == "Paused at 412 of 2,031"
    status.set_progress(HALF)
    assert status.text.startswith("412 of 2,031 ·")
    status.set_cancelled()
    assert status.text == "Stopped at 412 of 2,031"
    status.set_finished(photos=2031, seconds=372.0)
    assert status.text == "2,031 photos · done in 6 min 12 s"
    status.set_finished(photos=1, seconds=2)
    assert status.text == "1 photo · done in 2 s"


def test_a_run_that_waits_for_an_explanation(status: RunStatus) -> None:
    status.set_giving_way()
    assert status.text == ""
    status.set_progress(HALF)
    status.set_giving_way()
    assert status.text == "412 of 2,031 · waits while a photo is explained"
    status.show_progress()
    assert status.text.startswith("412 of 2,031 ·")
    assert "waits" not in status.text


def test_a_run_that_waits_for_the_plug(status: RunStatus) -> None:
    status.set_progress(HALF)
    status.set_paused(on_battery=True)
    assert status.text == "Paused on battery at 412 of 2,031"


@pytest.mark.parametrize(
    ("exact", "fast", "text", "shown"),
    [
        (0, 0, "", False),
        (23, 0, "23 exact", False),
        (23, 1977, "23 exact, 1,977 fast", True),
        (0, 3, "3 fast", True),
    ],
)
def test_fast_scores_are_counted_beside_exact_ones(
    status: RunStatus, exact: int, fast: int, text: str, shown: bool
) -> None:
    status.show()
    status.set_score_counts(exact=exact, fast=fast)
    [label] = [label for label in status.findChildren(QLabel) if "≈" in label.toolTip()]
    assert label.text() == text
    assert label.isVisible() == shown


def test_paused_before_anything_was_found(status: RunStatus) -> None:
    status.set_paused()
    assert status.text == "Paused at the start"


def test_problems_are_a_button_while_there_are_any(qtbot: QtBot, status: RunStatus) -> None:
    [button] = [each for each in status.findChildren(QPushButton) if "could not be read" in each.text()]
    assert not button.isVisible()
    status.set_problem_count(1203)
    assert button.isVisible()
    assert button.text() == "1,203 could not be read"
    with qtbot.waitSignal(status.problems_clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    status.set_problem_count(0)
    assert not button.isVisible()


def _label(status: RunStatus, text: str) -> QLabel:
    return next(label for label in status.findChildren(QLabel) if label.text() == text)


def test_files_left_out_are_explained(status: RunStatus) -> None:
    status.set_skipped_count(12)
    label = _label(status, "12 skipped")
    assert label.isVisible()
    assert label.toolTip().startswith("12 other files skipped")
    status.set_skipped_count(0)
    assert not label.isVisible()


def test_the_badge_names_the_device_and_says_why_it_fell_back(status: RunStatus) -> None:
    icon = status.findChild(IconLabel)
    assert icon is not None
    assert not icon.isVisible()
    status.set_engine(EngineInfo("torch", "cpu", "CPU, 8 cores"))
    assert icon.isVisible()
    assert icon.icon_name == "device"
    assert "CPU, 8 cores" in _label(status, "CPU, 8 cores").toolTip()
    status.set_engine(EngineInfo("torch", "cpu", "CPU, 8 cores", note="The graphics card ran out of memory."))
    assert icon.icon_name == "warning"
    assert _label(status, "CPU, 8 cores").toolTip() == "The graphics card ran out of memory."
    status.set_engine(None)
    assert not icon.isVisible()


def test_the_line_fills_with_what_is_done(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    line = ProgressLine(theme_manager=theme_manager)
    qtbot.addWidget(line)
    line.resize(200, line.height())
    assert line.height() == 2
    line.set_progress(Progress(50, 100, True, 5.0, 10.0))
    image = line.grab().toImage()
    assert image.pixelColor(90, 0).name() == theme_manager.theme.second_text
    assert image.pixelColor(110, 0).name() == theme_manager.theme.panel
    line.set_paused()
    assert line.fraction == 0.5
    assert line.grab().toImage().pixelColor(90, 0).name() == theme_manager.theme.line
    line.set_idle()
    assert line.fraction == 0.0


def test_the_line_never_runs_back_while_folders_are_searched(
    qtbot: QtBot, theme_manager: ThemeManager
) -> None:
    line = ProgressLine(theme_manager=theme_manager)
    qtbot.addWidget(line)
    line.set_progress(Progress(50, 100, False, 5.0, None))
    assert line.fraction == 0.0
    line.set_progress(Progress(0, 0, True, None, None))
    assert line.fraction == 0.0


def test_what_the_filter_hides_is_said_with_a_way_to_show_it(qtbot: QtBot, status: RunStatus) -> None:
    [button] = [each for each in status.findChildren(QPushButton) if "shown" in each.text()]
    assert not button.isVisible()
    status.set_shown_count(12, of=1215)
    assert button.isVisible()
    assert button.text() == "12 of 1,215 shown: show all"
    with qtbot.waitSignal(status.show_all_clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    status.set_shown_count(12, of=1215, not_looked_at=1100)
    assert button.text() == "12 of 1,215 shown, 1,100 not searched yet: show all"
    status.set_shown_count(1215, of=1215)
    assert button.isVisible()
    status.set_shown_count(None)
    assert not button.isVisible()
