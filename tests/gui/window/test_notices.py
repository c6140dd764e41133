"""The notice bar: one notice after another."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from memapp.core.events import Notice, NoticeKind
from memapp.gui.widgets.basic import IconButton, IconLabel
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.notices import NoticeAction, NoticeBar

FULL = Notice(NoticeKind.WARNING, "Scores can't be kept: the disk is full.")
LOCAL = Notice(NoticeKind.INFORMATION, "Only files on this computer can be added.")


@pytest.fixture
def bar(qtbot: QtBot, theme_manager: ThemeManager) -> NoticeBar:
    made = NoticeBar(theme_manager=theme_manager)
    qtbot.addWidget(made)
    return made


def _texts(bar: NoticeBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.text() and label.isVisible()]


def test_it_is_there_only_with_a_notice(bar: NoticeBar) -> None:
    assert not bar.isVisible()
    bar.add(FULL)
    assert bar.isVisible()
    assert _texts(bar) == [FULL.text]
    bar.close_current()
    assert not bar.isVisible()


def test_the_icon_says_how_much_it_matters(bar: NoticeBar) -> None:
    icon = bar.findChild(IconLabel)
    assert icon is not None
    bar.add(FULL)
    assert (icon.icon_name, icon.accessibleName()) == ("warning", "Warning")
    bar.close_current()
    bar.add(LOCAL)
    assert (icon.icon_name, icon.accessibleName()) == ("information", "Information")


def test_several_wait_and_the_same_text_waits_once(qtbot: QtBot, bar: NoticeBar) -> None:
    for notice in (FULL, LOCAL, FULL, LOCAL):
        bar.add(notice)
    assert list(bar.notices) == [LOCAL, FULL]
    assert _texts(bar) == [LOCAL.text, "1 more"]
    close = bar.findChild(IconButton)
    assert close is not None
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert _texts(bar) == [FULL.text]
    qtbot.keyClick(close, Qt.Key.Key_Return)
    assert list(bar.notices) == []


def test_a_closed_notice_may_come_again(bar: NoticeBar) -> None:
    bar.add(LOCAL)
    bar.close_current()
    bar.add(LOCAL)
    assert bar.notices == (LOCAL,)


def test_the_action_is_done_once_and_the_notice_goes(qtbot: QtBot, bar: NoticeBar) -> None:
    done: list[str] = []
    bar.add(FULL, NoticeAction("Show folder", lambda: done.append("shown")))
    button = bar.findChild(QPushButton)
    assert button is not None
    assert button.isVisible()
    assert button.text() == "Show folder"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["shown"]
    assert bar.notices == ()
    bar.add(LOCAL)
    assert not button.isVisible()


def test_clear_puts_all_away(bar: NoticeBar) -> None:
    bar.add(FULL)
    bar.add(LOCAL)
    bar.clear()
    assert bar.notices == ()
    assert not bar.isVisible()


def test_names_with_markup_are_shown_as_they_are(bar: NoticeBar) -> None:
    bar.add(Notice(NoticeKind.INFORMATION, "Can't find <b>x</b>.jpg"))
    label = next(label for label in bar.findChildren(QLabel) if "<b>" in label.text())
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_what_is_over_goes_away(bar: NoticeBar) -> None:
    bar.add(LOCAL)
    bar.add(FULL)
    bar.close_text(LOCAL.text)
    assert bar.notices == (FULL,)
    bar.close_text("nothing says this")
    bar.close_text(FULL.text)
    assert not bar.isVisible()


def test_a_warning_does_not_wait_behind_information(bar: NoticeBar) -> None:
    later = Notice(NoticeKind.WARNING, "The net's weights are incomplete.")
    for notice in (LOCAL, FULL, later):
        bar.add(notice)
    assert bar.notices == (later, FULL, LOCAL)
    # Why the last command was refused must not wait for older warnings to be closed.
    assert later.text in _texts(bar)


def test_what_the_last_command_did_is_shown_before_older_information_and_does_not_pile_up(
    bar: NoticeBar,
) -> None:
    licence = Notice(NoticeKind.INFORMATION, "ResMem is free for non-commercial use only.")
    undone, redone = (Notice(NoticeKind.INFORMATION, text) for text in ("Undone: it.", "Redone: it."))
    bar.add(licence, NoticeAction("Read the licence", lambda: None))
    for notice in (undone, redone):
        bar.add(notice)
        assert notice.text in _texts(bar)
    assert list(bar.notices) == [redone, licence]
    bar.add(FULL)
    bar.add(undone)
    assert list(bar.notices) == [undone, FULL, licence]


def test_what_a_command_did_goes_by_itself_and_a_warning_stays(bar: NoticeBar) -> None:
    bar.add(FULL)
    assert not bar.fading.isActive()
    bar.add(LOCAL)
    assert bar.fading.isActive()
    bar.fading.timeout.emit()
    assert bar.notices == (FULL,)
    assert not bar.fading.isActive()
    bar.fading.timeout.emit()
    assert bar.notices == (FULL,)
    # A button is there to be pressed.
    bar.add(LOCAL, NoticeAction("Undo", lambda: None))
    assert not bar.fading.isActive()
