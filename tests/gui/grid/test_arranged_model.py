"""The order on screen: stable, live, held while a hand is in the grid, and never wrong about a row."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from pytestqt.qtbot import QtBot

from memapp.gui.grid.grid_model import GridModel
from memapp.library.filtering import PhotoFilter
from memapp.library.order import Order
from memapp.library.photo_columns import Part
from tests.gui.grid.photos import (
    add,
    add_failed,
    add_scored,
    failed,
    key,
    passing,
    remove,
    scored,
    scored_fast,
    shown_names,
)


def fast_from(model: GridModel) -> int | None:
    """Where fast scores begin, the only part of these lists."""
    assert all(border.part == Part.FAST for border in model.borders)
    return model.borders[0].place if model.borders else None


COLUMNS = ["score", "name", "taken", "size"]


@pytest.fixture
def mixed(model: GridModel) -> GridModel:
    """Four scored photos, one that failed, one that waits."""
    add_scored(
        model,
        scored("b10.jpg", 0.7, size=40, taken="2026-05-01T10:00:00"),
        scored("B9.jpg", 0.9, size=30, taken="2026-05-01T09:00:00"),
        scored("a.jpg", 0.7, size=20),
        scored("c.jpg", 0.5, size=20, taken="2025-12-31T23:59:59"),
    )
    add_failed(model, failed("e.jpg"))
    add(model, "d.jpg")
    model.refresh()
    return model


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [
        ("score", True, "B9 a b10 c d e"),
        ("score", False, "c a b10 B9 d e"),
        ("name", False, "a B9 b10 c d e"),
        ("name", True, "e d c b10 B9 a"),
        ("taken", False, "c B9 b10 a d e"),
        ("taken", True, "b10 B9 c a d e"),
        ("size", False, "a c B9 b10 d e"),
        ("size", True, "d e b10 B9 a c"),
    ],
)
def test_orders_are_stable_and_what_has_no_value_comes_last(
    mixed: GridModel, column: str, descending: bool, order: str
) -> None:
    mixed.set_order(Order(column, descending=descending))
    assert shown_names(mixed) == [f"{name}.jpg" for name in order.split()]


def test_equal_names_keep_the_order_of_arrival(model: GridModel) -> None:
    keys = [key("one/a.jpg"), key("two/a.jpg"), key("three/a.jpg")]
    add(model, *keys)
    for descending in (False, True):
        model.set_order(Order("name", descending))
        assert model.photos_shown() == keys


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (passing(lowest=0.7), "B9 a b10"),
        (passing(lowest=0.6, highest=0.8), "a b10"),
        (passing(text="B"), "B9 b10"),
        (passing(text="b", highest=0.8), "b10"),
        (passing(text="nothing"), ""),
    ],
)
def test_filter_by_score_and_text(mixed: GridModel, wanted: PhotoFilter, order: str) -> None:
    mixed.set_filter(wanted)
    assert shown_names(mixed) == [f"{name}.jpg" for name in order.split()]
    mixed.set_filter(PhotoFilter())
    assert len(shown_names(mixed)) == 6


def test_the_filter_goes_by_the_score_as_written(model: GridModel) -> None:
    add_scored(model, scored("reads 0.80.jpg", 0.7951), scored("reads 0.79.jpg", 0.7949))
    model.set_filter(passing(lowest=0.8))
    assert shown_names(model) == ["reads 0.80.jpg"]


def test_selection_current_and_kept_indexes_go_with_their_photos(mixed: GridModel) -> None:
    selection = QItemSelectionModel(mixed)
    selection.setCurrentIndex(mixed.index_of(key("a.jpg", 20)), QItemSelectionModel.SelectionFlag.Select)
    kept = QPersistentModelIndex(mixed.index_of(key("c.jpg", 20)))
    for column in COLUMNS:
        mixed.set_order(Order(column, descending=column != "name"))
        assert selection.currentIndex().data() == "a.jpg"
        assert [index.data() for index in selection.selectedIndexes()] == ["a.jpg"]
        assert kept.data() == "c.jpg"
    mixed.set_filter(passing(text="a.jpg"))
    assert [index.data() for index in selection.selectedIndexes()] == ["a.jpg"]
    assert not kept.isValid()


def test_scores_that_stream_in_are_sorted_within_a_second(qtbot: QtBot, model: GridModel) -> None:
    add(model, "a.jpg", "b.jpg")
    model.scores.note_scores([scored("b.jpg", 0.9)])
    assert shown_names(model) == ["a.jpg", "b.jpg"]
    qtbot.waitUntil(lambda: shown_names(model) == ["b.jpg", "a.jpg"], timeout=2000)


def test_while_held_nothing_moves_and_nothing_is_lost(qtbot: QtBot, model: GridModel) -> None:
    model.hold()
    add_scored(model, scored("a.jpg", 0.5), scored("b.jpg", 0.9))
    with qtbot.assertNotEmitted(model.layoutChanged, wait=700):
        model.scores.note_scores([scored("a.jpg", 0.4)])
    assert shown_names(model) == ["a.jpg", "b.jpg"]
    with qtbot.waitSignals([model.rearranging, model.layoutChanged, model.rearranged], timeout=0):
        model.release()
    assert shown_names(model) == ["b.jpg", "a.jpg"]


def test_what_the_user_requests_is_done_even_while_held(mixed: GridModel) -> None:
    mixed.hold()
    mixed.set_order(Order("name", descending=False))
    assert shown_names(mixed)[0] == "a.jpg"
    mixed.set_filter(passing(text="c"))
    assert shown_names(mixed) == ["c.jpg"]


def test_an_order_that_stays_is_not_announced(qtbot: QtBot, mixed: GridModel) -> None:
    with qtbot.assertNotEmitted(mixed.rearranging), qtbot.assertNotEmitted(mixed.layoutChanged):
        mixed.refresh()


def test_ties_are_neighbours_that_the_net_can_not_tell_apart(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.80), scored("b.jpg", 0.79), scored("c.jpg", 0.70))
    add(model, "d.jpg")
    model.refresh()
    assert [model.tile(place).tie_after for place in range(4)] == [True, False, False, False]
    assert [model.tile(place).tie_before for place in range(4)] == [False, True, False, False]
    model.set_order(Order("name", descending=False))
    assert not any(model.tile(place).tie_after for place in range(4))


def test_a_new_score_repaints_its_neighbours_ties(model: GridModel) -> None:
    add_scored(model, *(scored(f"{number}.jpg", 0.9 - number / 10) for number in range(5)))
    model.refresh()
    announced = []
    assert [model.tile(place).tie_before for place in range(5)] == [False] * 5
    model.dataChanged.connect(lambda first, last: announced.append((first.row(), last.row())))
    model.scores.note_scores([scored("2.jpg", 0.79)])
    assert announced == [(1, 3)]
    assert [model.tile(place).tie_before for place in range(5)] == [False, False, True, False, False]


def test_type_ahead_finds_the_next_name_and_wraps(mixed: GridModel) -> None:
    mixed.set_order(Order("name", descending=False))
    flags = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap

    def found(start: int, typed: str) -> list[str]:
        return [hit.data() for hit in mixed.match(mixed.index(start, 0), 0, typed, 1, flags)]

    assert found(0, "b1") == ["b10.jpg"]
    assert found(2, "b") == ["b10.jpg"]
    assert found(3, "B") == ["B9.jpg"]
    assert found(0, "x") == []


def test_dragging_takes_files_in_the_order_on_screen(mixed: GridModel) -> None:
    urls = mixed.mimeData([mixed.index(row, 0) for row in (2, 0)]).urls()
    assert [url.fileName() for url in urls] == ["B9.jpg", "b10.jpg"]


def test_thousands_of_random_changes_keep_library_and_model_in_step(model: GridModel) -> None:
    """Every step under the model tester; kept indexes must always be at their photo."""
    chance = random.Random(7)
    names = [f"{number}.jpg" for number in range(60)]
    kept: dict[str, QPersistentModelIndex] = {}
    for _ in range(400):
        some = chance.sample(names, 5)
        match chance.randrange(7):
            case 0 | 1:
                add(model, *some)
            case 2:
                model.scores.note_scores([scored(name, chance.random()) for name in some])
            case 3:
                remove(model, *some[:3])
            case 4:
                model.set_filter(passing(lowest=chance.choice([0, 0.4]), text=chance.choice(["", "1"])))
            case 5:
                model.set_order(Order(chance.choice(COLUMNS), descending=chance.random() < 0.5))
            case 6:
                model.refresh()
        for name, persistent in kept.items():
            assert persistent.data() in (name, None)
        for name in some:
            index = model.index_of(key(name))
            if index.isValid():
                assert index.data() == name
                assert model.key(index.row()) == key(name)
                kept[name] = QPersistentModelIndex(index)
        assert sorted(shown_names(model)) == sorted(set(shown_names(model)))
    model.set_filter(PhotoFilter())
    assert len(shown_names(model)) == model.rowCount() == len(model.library)
    model.library.clear()
    assert model.rowCount() == 0


@pytest.mark.parametrize(
    ("descending", "order"),
    [(True, "b.jpg d.jpg a.jpg c.jpg e.jpg"), (False, "d.jpg b.jpg c.jpg a.jpg e.jpg")],
)
def test_by_score_exact_ones_come_before_fast_ones_both_ways(
    model: GridModel, descending: bool, order: str
) -> None:
    add(model, "e.jpg")
    add_scored(
        model,
        scored_fast("a.jpg", 0.9),
        scored("b.jpg", 0.8),
        scored_fast("c.jpg", 0.5),
        scored("d.jpg", 0.6),
    )
    model.set_order(Order("score", descending=not descending))
    model.set_order(Order("score", descending=descending))
    assert shown_names(model) == order.split()
    assert fast_from(model) == 2
    model.set_order(Order("name", descending=False))
    assert shown_names(model) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]
    assert fast_from(model) is None


def test_an_exact_and_a_fast_score_are_never_a_tie(model: GridModel) -> None:
    add_scored(
        model,
        scored("a.jpg", 0.8),
        scored("b.jpg", 0.7),
        scored_fast("c.jpg", 0.7),
        scored_fast("d.jpg", 0.69),
    )
    model.refresh()
    ties = [model.tile(place).tie_after for place in range(4)]
    assert ties == [False, False, True, False]
    assert not model.tile(2).tie_before


def test_the_filter_takes_fast_scores_as_exact_ones(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.8), scored_fast("b.jpg", 0.8), scored_fast("c.jpg", 0.5))
    model.set_filter(passing(lowest=0.7))
    assert shown_names(model) == ["a.jpg", "b.jpg"]
    model.set_filter(passing(highest=0.6))
    assert (shown_names(model), fast_from(model)) == (["c.jpg"], None)


def test_the_border_to_fast_scores_is_announced_where_nothing_moves(qtbot: QtBot, model: GridModel) -> None:
    add_scored(model, scored_fast("a.jpg", 0.9), scored_fast("b.jpg", 0.8))
    model.refresh()
    seen = [fast_from(model)]
    model.scores.note_scores([scored("a.jpg", 0.9)])
    seen.append(fast_from(model))
    assert seen == [None, None]
    with qtbot.waitSignal(model.rearranged):
        model.refresh()
    assert (shown_names(model), fast_from(model)) == (["a.jpg", "b.jpg"], 1)


@pytest.mark.parametrize(
    ("gone", "left"), [("a", 1), ("c", 2), ("ab", None), ("cd", None), ("ac", 1), ("abcd", None)]
)
def test_the_border_to_fast_scores_stays_between_them_when_photos_go(
    model: GridModel, gone: str, left: int | None
) -> None:
    add_scored(
        model,
        scored_fast("d.jpg", 0.8),
        scored("a.jpg", 0.9),
        scored_fast("c.jpg", 0.9),
        scored("b.jpg", 0.8),
    )
    model.refresh()
    assert fast_from(model) == 2
    remove(model, *(f"{name}.jpg" for name in gone))
    assert fast_from(model) == left
