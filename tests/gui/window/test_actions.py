"""The one table of actions: every entry does something, and no two share a key."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu

from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.actions import ACTIONS, OTHER_KEYS, Actions
from tests.gui.window_bench import WindowBench, make_photos

IDS = [spec.id for spec in ACTIONS]


@pytest.fixture
def holder(qapp: object) -> QObject:
    return QObject()


@pytest.fixture
def actions(theme_manager: ThemeManager, holder: QObject) -> Actions:
    return Actions(theme_manager=theme_manager, parent=holder)


def entries(menu: QMenu) -> list[QAction]:
    """The actions of a menu and of those in it."""
    found = []
    for action in menu.actions():
        below = action.menu()
        found += entries(below) if isinstance(below, QMenu) else [action]
    return found


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(IDS).items() if count > 1] == []


def test_no_two_actions_share_a_key() -> None:
    keys = Counter(
        QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText)
        for spec in ACTIONS
        for shortcut in spec.shortcuts
    )
    assert "" not in keys
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_action_takes_a_key_that_the_viewer_needs() -> None:
    viewers = {
        "Left",
        "Right",
        "Up",
        "Down",
        "Z",
        "F",
        "Esc",
        "Return",
        "Enter",
        "Space",
        "Home",
        "End",
        "+",
        "-",
    }
    assert viewers.isdisjoint(shortcut for spec in ACTIONS for shortcut in spec.shortcuts)


def test_the_menus_hold_every_action_once(bench: WindowBench) -> None:
    in_menus = [
        entry.objectName()
        for top in bench.window.menuBar().actions()
        if isinstance(menu := top.menu(), QMenu)
        for entry in entries(menu)
        if not entry.isSeparator()
    ]
    assert sorted(in_menus) == sorted(IDS)


def test_every_action_has_someone_who_listens(bench: WindowBench) -> None:
    deaf = []
    for spec in ACTIONS:
        action = bench.window.actions_table[spec.id]
        # Qt names signals so; panels follow the state, all others the click.
        signal = "2toggled(bool)" if spec.checkable and not spec.group else "2triggered(bool)"
        if action.receivers(signal) == 0:
            deaf.append(spec.id)
    assert deaf == []


def test_every_key_works_from_the_window(bench: WindowBench) -> None:
    here = {action.objectName() for action in bench.window.actions()}
    assert here == set(IDS)
    for action in bench.window.actions():
        assert action.shortcutContext() == Qt.ShortcutContext.WindowShortcut


def test_actions_that_need_a_photo_are_to_be_had_only_with_one(bench: WindowBench, tmp_path: Path) -> None:
    table = bench.window.actions_table
    need_photos = ("export", "clear", "select-all", "find", "reverse")
    need_choice = ("open", "reveal", "copy", "remove", "trash")
    need_run = ("pause", "cancel")
    assert not any(table[each].isEnabled() for each in (*need_photos, *need_choice, *need_run))
    bench.add(make_photos(tmp_path, {"a.png": 10, "b.png": 20}))
    assert all(table[each].isEnabled() for each in need_photos)
    assert not any(table[each].isEnabled() for each in (*need_choice, *need_run))
    bench.choose("a.png")
    assert all(table[each].isEnabled() for each in need_choice)
    bench.trigger("clear")
    assert not any(table[each].isEnabled() for each in (*need_photos, *need_choice, *need_run))


def test_the_cheat_sheet_lists_every_key(actions: Actions) -> None:
    sheet = actions.cheat_sheet()
    written = [line.shortcut for line in sheet]
    for spec in ACTIONS:
        if spec.shortcuts:
            keys = ", ".join(
                QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
                for shortcut in spec.shortcuts
            )
            assert keys in written, spec.id
    assert [line for line in sheet if line in OTHER_KEYS] == list(OTHER_KEYS)
    assert all(line.text and line.group and line.shortcut for line in sheet)
    # Groups stand together, or the sheet would show one of them twice.
    groups = [line.group for line in sheet]
    assert len([group for group, _ in groupby(groups)]) == len(set(groups))


def test_icons_follow_the_theme(actions: Actions, theme_manager: ThemeManager) -> None:
    def brightness(icon: QIcon) -> float:
        image = icon.pixmap(32, 32).toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 200
        ]
        return sum(colour.lightnessF() for colour in inked) / len(inked)

    assert brightness(actions["pause"].icon()) > 0.5
    theme_manager.choose("light")
    assert brightness(actions["pause"].icon()) < 0.5


def test_an_action_can_change_its_words(actions: Actions) -> None:
    actions.set_words("pause", "Go on", "resume")
    assert actions["pause"].text() == "Go on"
    assert "Ctrl+P" in actions["pause"].toolTip()


def test_one_sort_is_on_at_a_time(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"a.png": 200, "b.png": 20}))
    bench.trigger("sort-name")
    table = bench.window.actions_table
    assert [each for each in IDS if each.startswith("sort-") and table[each].isChecked()] == ["sort-name"]
    assert bench.names() == ["a.png", "b.png"]
    bench.trigger("reverse")
    assert bench.names() == ["b.png", "a.png"]
