from __future__ import annotations

from dataclasses import replace

import pytest

from memapp.core.records import PhotoId
from memapp.library.undo import MOST_COMMANDS, SERIES_SECONDS, Command, CommandLog


def append(items: list[int], item: int) -> Command:
    """Return the act of appending an item."""

    def undo() -> None:
        assert items.pop() == item

    return Command(f"Append {item}", lambda: items.append(item), undo, PhotoId(item))


def test_commands_are_undone_in_reverse_and_redone_in_order() -> None:
    log, items = CommandLog(), list[int]()
    for item in (1, 2, 3):
        log.run(append(items, item))
    assert (items, log.undo_text, log.redo_text) == ([1, 2, 3], "Append 3", None)
    log.undo()
    command = log.undo()
    assert command is not None
    assert command.where == PhotoId(2)
    assert (items, log.undo_text, log.redo_text) == ([1], "Append 1", "Append 2")
    log.redo()
    assert items == [1, 2]


def test_a_new_command_ends_what_could_be_redone() -> None:
    log, items = CommandLog(), list[int]()
    log.run(append(items, 1))
    log.undo()
    log.run(append(items, 2))
    assert log.redo() is None
    assert items == [2]


def test_nothing_to_undo_is_no_fault() -> None:
    log = CommandLog()
    assert log.undo() is None
    assert log.redo() is None
    assert (log.undo_text, log.redo_text) == (None, None)


def test_a_command_that_fails_is_not_logged() -> None:
    log = CommandLog()

    def fail() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        log.run(Command("Fail", fail, lambda: None))
    assert log.undo_text is None


def test_an_undo_that_fails_leaves_the_log_as_it_was() -> None:
    log = CommandLog()

    def fail() -> None:
        raise OSError("no")

    log.run(Command("Do", lambda: None, fail))
    with pytest.raises(OSError, match="no"):
        log.undo()
    assert log.undo_text == "Do"


def test_listeners_hear_of_each_change() -> None:
    log, texts = CommandLog(), list[str | None]()
    stop = log.subscribe(lambda: texts.append(log.undo_text))
    items: list[int] = []
    log.run(append(items, 1))
    log.undo()
    log.clear()
    stop()
    log.run(append(items, 2))
    assert texts == ["Append 1", None, None]


def test_only_so_many_can_be_undone() -> None:
    log, items = CommandLog(), list[int]()
    for item in range(MOST_COMMANDS + 5):
        log.run(append(items, item))
    while log.undo():
        pass
    assert items == [0, 1, 2, 3, 4]


def test_commands_that_are_gone_are_forgotten() -> None:
    log, items = CommandLog(), list[int]()
    log.run(append(items, 1))
    log.run(append(items, 2))
    log.forget(lambda command: command.where == PhotoId(2))
    assert log.undo_text == "Append 1"


def test_a_command_can_not_run_another_one() -> None:
    log = CommandLog()
    with pytest.raises(RuntimeError):
        log.run(Command("Outer", lambda: log.run(append([], 1)), lambda: None))


def test_small_steps_soon_after_each_other_are_one_act() -> None:
    seconds, items = 0.0, list[int]()
    log = CommandLog(clock=lambda: seconds)

    def step(item: int, series: str) -> None:
        kept = list(items)

        def restore() -> None:
            items[:] = kept

        log.run(replace(append(items, item), series=series, undo=restore))

    for item in (1, 2, 3):
        step(item, "left")
        seconds += SERIES_SECONDS / 2
    # Another series, and the first one after a while, are acts of their own.
    step(4, "right")
    step(5, "left")
    seconds += SERIES_SECONDS
    step(6, "left")
    assert items == [1, 2, 3, 4, 5, 6]
    for left in ([1, 2, 3, 4, 5], [1, 2, 3, 4], [1, 2, 3]):
        log.undo()
        assert items == left
    # What was undone is not gone on with.
    step(7, "left")
    log.undo()
    assert items == [1, 2, 3]
    log.undo()
    assert items == []
    assert log.undo() is None


def test_whole_acts_are_undone_one_by_one_however_soon_they_follow() -> None:
    log, items = CommandLog(clock=lambda: 0.0), list[int]()
    log.run(append(items, 1))
    log.run(append(items, 2))
    log.undo()
    assert items == [1]
