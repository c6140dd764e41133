"""The one table of actions: every entry does something, and no two share a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu

from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.action_context import ActionContext, Page
from memapp.gui.window.action_spec import ActionSpec
from memapp.gui.window.action_table import ACTIONS, OTHER_KEYS
from memapp.gui.window.actions import Actions, Runners
from tests.gui.window_bench import WindowBench, make_photos

IDS = [spec.id for spec in ACTIONS if not spec.choices]
SORTS = [ActionSpec(f"sort-{name}", "view/sort", name, group="sort", checkable=True) for name in "ab"]


def ids(bench: WindowBench) -> list[str]:
    """All actions of a window, those for sorting included."""
    return [spec.id for spec in bench.window.actions_table.specs]


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
    assert sorted(in_menus) == sorted(ids(bench))
    assert {"sort-score", *IDS} <= set(in_menus)


COMMANDS = [spec.id for spec in ACTIONS if not (spec.is_switch or spec.choices)]
SWITCHES = [spec.id for spec in ACTIONS if spec.is_switch]


def runners(ran: list[object], *, without: str = "", beside: str = "") -> Runners:
    """Each action's runner notes the id, a switch's with its state."""
    commands: dict[str, Callable[[], object]] = {
        each: partial(ran.append, each) for each in [*COMMANDS, *filter(None, [beside])] if each != without
    }
    switches: dict[str, Callable[[bool], object]] = {
        each: partial(lambda which, on: ran.append((which, on)), each) for each in SWITCHES if each != without
    }
    return Runners(commands=commands, switches=switches)


def test_each_action_runs_its_own_once(actions: Actions) -> None:
    ran: list[object] = []
    actions.connect_runners(runners(ran))
    actions.apply(EVERYTHING)
    for each in COMMANDS:
        actions[each].trigger()
    assert ran == COMMANDS
    ran.clear()
    for each in SWITCHES:
        actions[each].trigger()
        actions[each].trigger()
    assert ran == [(each, on) for each in SWITCHES for on in (True, False)]


@pytest.mark.parametrize("missing", ["undo", "inspector"])
def test_an_action_that_runs_nothing_is_found_at_the_start(actions: Actions, missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        actions.connect_runners(runners([], without=missing))


def test_a_runner_of_no_action_is_found_at_the_start(actions: Actions) -> None:
    with pytest.raises(ValueError, match="make-coffee"):
        actions.connect_runners(runners([], beside="make-coffee"))


def test_every_action_of_the_window_runs_something(bench: WindowBench) -> None:
    deaf = []
    for spec in bench.window.actions_table.specs:
        # Qt names signals so.
        signal = "2toggled(bool)" if spec.is_switch else "2triggered(bool)"
        if bench.window.actions_table[spec.id].receivers(signal) == 0:
            deaf.append(spec.id)
    assert deaf == []


# When they can be used


EMPTY = ActionContext()
LISTED = replace(EMPTY, page=Page.GRID, photos=5)
CHOSEN = replace(LISTED, chosen=2)
VIEWED = replace(CHOSEN, page=Page.VIEWER, chosen=1, photo_visible=True)
GROUPED = replace(CHOSEN, grouping=True, moments=1)
EVERYTHING = replace(
    VIEWED,
    chosen=2,
    grouping=True,
    moments=3,
    running=True,
    fast_scores=3,
    nets=2,
    compared=True,
    overlay_shown=True,
    filtered=True,
    undo_text="Delete area",
    redo_text="Draw area",
)

NEED_PHOTOS = {"contents-all", "export", "clear", "select-all", "find", "reverse", "score-rest"}
MARKS = {spec.id for spec in ACTIONS if spec.menu == "photo/marks"}
NEED_TWO = {"triage", "choose-best"}
NEED_CHOSEN = {"compare", "open", "reveal", "copy", "remove", "trash", *MARKS}
NEED_PHOTO_IN_VIEWER = {"area-rectangle", "area-polygon"}
NEED_RUN = {"pause", "cancel"}
NEED_MOMENTS = {"moments-find", *(spec.id for spec in ACTIONS if spec.menu == "photo/moments")}
NEED_MORE = {"undo", "redo", *NEED_TWO, "score-exact", "overlay-export", "clear-filter"}


def usable(context: ActionContext) -> set[str]:
    own = [spec for spec in ACTIONS if not spec.choices]
    return {spec.id for spec in own if spec.enabled(context) and not spec.missing(context)}


ALWAYS = set(IDS) - NEED_PHOTOS - NEED_CHOSEN - NEED_PHOTO_IN_VIEWER - NEED_RUN - NEED_MOMENTS - NEED_MORE


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param(EMPTY, set(), id="empty"),
        pytest.param(replace(EMPTY, running=True), NEED_RUN, id="searching"),
        pytest.param(LISTED, NEED_PHOTOS | NEED_TWO, id="listed"),
        pytest.param(replace(LISTED, photos=1), NEED_PHOTOS, id="one photo"),
        pytest.param(CHOSEN, NEED_PHOTOS | NEED_CHOSEN | NEED_TWO, id="chosen"),
        pytest.param(
            replace(CHOSEN, fast_scores=1),
            NEED_PHOTOS | NEED_CHOSEN | NEED_TWO | {"score-exact"},
            id="chosen, fast scores",
        ),
        pytest.param(VIEWED, NEED_PHOTOS | NEED_CHOSEN | NEED_PHOTO_IN_VIEWER | NEED_TWO, id="in the viewer"),
        pytest.param(
            replace(LISTED, fast_missing="No fast net."),
            NEED_PHOTOS | {"choose-best"},
            id="without a fast net",
        ),
        pytest.param(GROUPED, NEED_PHOTOS | NEED_CHOSEN | NEED_MOMENTS | NEED_TWO, id="moments"),
        pytest.param(
            replace(GROUPED, chosen=0),
            NEED_PHOTOS | NEED_TWO | {"moments-find", "moments-expand", "moments-collapse"},
            id="moments, none chosen",
        ),
        pytest.param(
            replace(GROUPED, moments=0),
            NEED_PHOTOS | NEED_CHOSEN | NEED_TWO | {"moments-find", "moment-join"},
            id="no moments",
        ),
        pytest.param(replace(EMPTY, undo_text="x"), {"undo"}, id="undo"),
        pytest.param(replace(EMPTY, redo_text="x"), {"redo"}, id="redo"),
        pytest.param(replace(EMPTY, filtered=True), {"clear-filter"}, id="filtered"),
        pytest.param(replace(EMPTY, overlay_shown=True), {"overlay-export"}, id="overlay"),
        pytest.param(EVERYTHING, set(IDS) - ALWAYS, id="everything"),
    ],
)
def test_which_actions_are_enabled(actions: Actions, context: ActionContext, expected: set[str]) -> None:
    assert usable(context) == ALWAYS | expected
    actions.apply(EVERYTHING)
    actions.apply(context)
    assert {each for each in IDS if actions[each].isEnabled() or not actions[each].isVisible()} >= expected
    visible = {spec.id for spec in ACTIONS if spec.visible(context)}
    assert {each for each in IDS if actions[each].isEnabled()} == (ALWAYS | expected) & visible


def test_actions_for_several_nets_are_shown_only_with_them(actions: Actions) -> None:
    def hidden(context: ActionContext) -> set[str]:
        actions.apply(context)
        return {each for each in IDS if not actions[each].isVisible()}

    assert hidden(EMPTY) == {"next-net", "disagreeing"}
    assert hidden(replace(EMPTY, nets=2)) == {"disagreeing"}
    assert hidden(replace(EMPTY, nets=2, compared=True)) == set()


def test_an_action_that_can_never_run_here_says_why(actions: Actions) -> None:
    actions.apply(replace(LISTED, fast_missing="This installation has no fast net."))
    assert not actions["triage"].isEnabled()
    assert actions["triage"].toolTip() == "This installation has no fast net."


@pytest.mark.parametrize(
    ("context", "action_id", "text"),
    [
        (replace(EMPTY, running=True), "pause", "Pause"),
        (replace(EMPTY, running=True, paused=True), "pause", "Resume"),
        (EMPTY, "undo", "Undo"),
        (replace(EMPTY, undo_text='Delete area "a & b"'), "undo", 'Undo: Delete area "a && b"'),
        (replace(EMPTY, redo_text="Delete 3 areas"), "redo", "Redo: Delete 3 areas"),
        (EMPTY, "redo", "Redo"),
    ],
)
def test_titles_that_change(actions: Actions, context: ActionContext, action_id: str, text: str) -> None:
    actions.apply(EVERYTHING)
    actions.apply(context)
    assert actions[action_id].text() == text
    spec = next(spec for spec in ACTIONS if spec.id == action_id)
    key = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    assert actions[action_id].toolTip() == f"{text.replace('&&', '&')} ({key})"


def test_titles_that_change_start_as_in_the_table() -> None:
    changing: list[ActionSpec] = [spec for spec in ACTIONS if spec.words is not None]
    assert changing
    for spec in changing:
        assert spec.words is not None
        assert spec.words(EMPTY) == (str(spec.text), spec.icon)
        assert spec.shortcuts


def test_every_key_works_from_the_window(bench: WindowBench) -> None:
    here = {action.objectName() for action in bench.window.actions()}
    assert here == set(ids(bench))
    for action in bench.window.actions():
        assert action.shortcutContext() == Qt.ShortcutContext.WindowShortcut


def test_actions_that_need_a_photo_are_enabled_only_with_one(bench: WindowBench, tmp_path: Path) -> None:
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
    bench.close_all()
    assert not any(table[each].isEnabled() for each in (*need_photos, *need_choice, *need_run))


def test_the_cheat_sheet_lists_every_key(actions: Actions) -> None:
    actions.apply(EVERYTHING)
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


def test_choices_take_the_place_of_what_stands_for_them(actions: Actions) -> None:
    first, second = actions.set_choices("sort", SORTS)
    assert [action.text() for action in actions if action.objectName().startswith("sort-")] == ["a", "b"]
    first.trigger()
    second.trigger()
    assert (first.isChecked(), second.isChecked()) == (False, True)
    assert actions.set_choices("sort", SORTS) == [first, second]
    [only] = actions.set_choices("sort", SORTS[1:])
    assert (only.text(), only.isChecked()) == ("b", False)
    assert "sort-a" not in [spec.id for spec in actions.specs]


def test_one_sort_is_on_at_a_time(bench: WindowBench, tmp_path: Path) -> None:
    bench.add(make_photos(tmp_path, {"a.png": 200, "b.png": 20}))
    bench.trigger("sort-name")
    table = bench.window.actions_table
    assert [each for each in ids(bench) if each.startswith("sort-") and table[each].isChecked()] == [
        "sort-name"
    ]
    assert bench.names() == ["a.png", "b.png"]
    bench.trigger("reverse")
    assert bench.names() == ["b.png", "a.png"]
