"""Order and filter: stable, live, held while a hand is in the grid, and never wrong about a row."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from pytestqt.qtbot import QtBot

from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.photo_filter import PhotoFilter
from memapp.gui.grid.roles import PhotoRole, SortKey
from memapp.gui.grid.sort_proxy import PhotoSortProxy
from tests.gui.grid.photos import add_scored, failed, key, scored, scored_fast, shown_names


@pytest.fixture
def mixed(model: PhotoItemModel, proxy: PhotoSortProxy) -> PhotoSortProxy:
    """Four scored photos, one that failed, one that waits."""
    add_scored(
        model,
        scored("b10.jpg", 0.7, size=40, taken="2026-05-01T10:00:00"),
        scored("B9.jpg", 0.9, size=30, taken="2026-05-01T09:00:00"),
        scored("a.jpg", 0.7, size=20),
        scored("c.jpg", 0.5, size=20, taken="2025-12-31T23:59:59"),
    )
    model.set_failures([failed("e.jpg")])
    model.add([key("d.jpg")])
    proxy.refresh()
    return proxy


@pytest.mark.parametrize(
    ("sort_key", "descending", "order"),
    [
        (SortKey.SCORE, True, "B9 a b10 c d e"),
        (SortKey.SCORE, False, "c a b10 B9 d e"),
        (SortKey.NAME, False, "a B9 b10 c d e"),
        (SortKey.NAME, True, "e d c b10 B9 a"),
        (SortKey.TAKEN, False, "c B9 b10 a d e"),
        (SortKey.TAKEN, True, "b10 B9 c a d e"),
        (SortKey.SIZE, False, "a c B9 b10 d e"),
        (SortKey.SIZE, True, "d e b10 B9 a c"),
    ],
)
def test_orders_are_stable_and_what_has_no_value_comes_last(
    mixed: PhotoSortProxy, sort_key: SortKey, descending: bool, order: str
) -> None:
    mixed.set_sort(sort_key, descending=descending)
    assert shown_names(mixed) == [f"{name}.jpg" for name in order.split()]


def test_equal_names_keep_the_order_of_arrival(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    keys = [key("one/a.jpg"), key("two/a.jpg"), key("three/a.jpg")]
    model.add(keys)
    for descending in (False, True):
        proxy.set_sort(SortKey.NAME, descending=descending)
        assert proxy.photos_shown() == keys


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        (PhotoFilter(lowest=0.7), "B9 a b10"),
        (PhotoFilter(lowest=0.6, highest=0.8), "a b10"),
        (PhotoFilter(text="B"), "B9 b10"),
        (PhotoFilter(text="b", highest=0.8), "b10"),
        (PhotoFilter(text="nothing"), ""),
    ],
)
def test_filter_by_score_and_text(mixed: PhotoSortProxy, wanted: PhotoFilter, order: str) -> None:
    mixed.set_filter(wanted)
    assert shown_names(mixed) == [f"{name}.jpg" for name in order.split()]
    mixed.set_filter(PhotoFilter())
    assert len(shown_names(mixed)) == 6


def test_the_filter_goes_by_the_score_as_written(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    add_scored(model, scored("reads 0.80.jpg", 0.7951), scored("reads 0.79.jpg", 0.7949))
    proxy.set_filter(PhotoFilter(lowest=0.8))
    assert shown_names(proxy) == ["reads 0.80.jpg"]


def test_selection_current_and_kept_indexes_go_with_their_photos(mixed: PhotoSortProxy) -> None:
    selection = QItemSelectionModel(mixed)
    selection.setCurrentIndex(mixed.index_of(key("a.jpg", 20)), QItemSelectionModel.SelectionFlag.Select)
    kept = QPersistentModelIndex(mixed.index_of(key("c.jpg", 20)))
    for sort_key in SortKey:
        mixed.set_sort(sort_key, descending=sort_key != SortKey.NAME)
        assert selection.currentIndex().data() == "a.jpg"
        assert [index.data() for index in selection.selectedIndexes()] == ["a.jpg"]
        assert kept.data() == "c.jpg"
    mixed.set_filter(PhotoFilter(text="a.jpg"))
    assert [index.data() for index in selection.selectedIndexes()] == ["a.jpg"]
    assert not kept.isValid()


def test_scores_that_stream_in_are_sorted_within_a_second(
    qtbot: QtBot, model: PhotoItemModel, proxy: PhotoSortProxy
) -> None:
    model.add(key(name) for name in ("a.jpg", "b.jpg"))
    model.set_scores([scored("b.jpg", 0.9)])
    assert shown_names(proxy) == ["a.jpg", "b.jpg"]
    qtbot.waitUntil(lambda: shown_names(proxy) == ["b.jpg", "a.jpg"], timeout=2000)


def test_while_held_nothing_moves_and_nothing_is_lost(
    qtbot: QtBot, model: PhotoItemModel, proxy: PhotoSortProxy
) -> None:
    proxy.hold()
    add_scored(model, scored("a.jpg", 0.5), scored("b.jpg", 0.9))
    with qtbot.assertNotEmitted(proxy.layoutChanged, wait=700):
        model.set_scores([scored("a.jpg", 0.4)])
    assert shown_names(proxy) == ["a.jpg", "b.jpg"]
    with qtbot.waitSignals([proxy.rearranging, proxy.layoutChanged, proxy.rearranged], timeout=0):
        proxy.release()
    assert shown_names(proxy) == ["b.jpg", "a.jpg"]


def test_what_the_user_asks_for_is_done_even_while_held(mixed: PhotoSortProxy) -> None:
    mixed.hold()
    mixed.set_sort(SortKey.NAME, descending=False)
    assert shown_names(mixed)[0] == "a.jpg"
    mixed.set_filter(PhotoFilter(text="c"))
    assert shown_names(mixed) == ["c.jpg"]


def test_an_order_that_stays_is_not_announced(qtbot: QtBot, mixed: PhotoSortProxy) -> None:
    with qtbot.assertNotEmitted(mixed.rearranging), qtbot.assertNotEmitted(mixed.layoutChanged):
        mixed.refresh()


def test_ties_are_neighbours_that_the_net_can_not_tell_apart(
    model: PhotoItemModel, proxy: PhotoSortProxy
) -> None:
    add_scored(model, scored("a.jpg", 0.80), scored("b.jpg", 0.79), scored("c.jpg", 0.70))
    model.add([key("d.jpg")])
    proxy.refresh()
    rows = [proxy.index(row, 0) for row in range(4)]
    assert [row.data(PhotoRole.TIE_WITH_NEXT) for row in rows] == [True, False, False, False]
    assert [row.data(PhotoRole.TIE_WITH_PREVIOUS) for row in rows] == [False, True, False, False]
    proxy.set_sort(SortKey.NAME, descending=False)
    assert not any(proxy.index(row, 0).data(PhotoRole.TIE_WITH_NEXT) for row in range(4))


def test_a_new_score_repaints_its_neighbours_ties(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    add_scored(model, *(scored(f"{number}.jpg", 0.9 - number / 10) for number in range(5)))
    proxy.refresh()
    announced = []
    proxy.dataChanged.connect(lambda first, last, roles: announced.append((first.row(), last.row(), roles)))
    model.set_scores([scored("2.jpg", 0.71)])
    [(first, last, roles)] = announced
    assert (first, last) == (1, 3)
    assert PhotoRole.TIE_WITH_NEXT in roles


def test_type_ahead_finds_the_next_name_and_wraps(mixed: PhotoSortProxy) -> None:
    mixed.set_sort(SortKey.NAME, descending=False)
    flags = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap

    def found(start: int, typed: str) -> list[str]:
        return [hit.data() for hit in mixed.match(mixed.index(start, 0), 0, typed, 1, flags)]

    assert found(0, "b1") == ["b10.jpg"]
    assert found(2, "b") == ["b10.jpg"]
    assert found(3, "B") == ["B9.jpg"]
    assert found(0, "x") == []


def test_dragging_takes_files_in_the_order_on_screen(mixed: PhotoSortProxy) -> None:
    urls = mixed.mimeData([mixed.index(row, 0) for row in (2, 0)]).urls()
    assert [url.fileName() for url in urls] == ["B9.jpg", "b10.jpg"]


def test_thousands_of_random_changes_keep_model_and_proxy_in_step(
    model: PhotoItemModel, proxy: PhotoSortProxy
) -> None:
    """Every step under the model tester; kept indexes must always be at their photo."""
    chance = random.Random(7)
    names = [f"{number}.jpg" for number in range(60)]
    kept: dict[str, QPersistentModelIndex] = {}
    for _ in range(400):
        some = chance.sample(names, 5)
        match chance.randrange(7):
            case 0 | 1:
                model.add(key(name) for name in some)
            case 2:
                model.set_scores([scored(name, chance.random()) for name in some])
            case 3:
                model.remove(key(name) for name in some[:3])
            case 4:
                proxy.set_filter(PhotoFilter(lowest=chance.choice([0, 0.4]), text=chance.choice(["", "1"])))
            case 5:
                proxy.set_sort(chance.choice(list(SortKey)), descending=chance.random() < 0.5)
            case 6:
                proxy.refresh()
        for name, persistent in kept.items():
            assert persistent.data() in (name, None)
        for name in some:
            index = proxy.index_of(key(name))
            if index.isValid():
                assert index.data() == name
                kept[name] = QPersistentModelIndex(index)
        assert sorted(shown_names(proxy)) == sorted(set(shown_names(proxy)))
    proxy.set_filter(PhotoFilter())
    assert len(shown_names(proxy)) == model.rowCount()
    model.clear()
    assert proxy.rowCount() == 0


@pytest.mark.parametrize(
    ("descending", "order"),
    [(True, "b.jpg d.jpg a.jpg c.jpg e.jpg"), (False, "d.jpg b.jpg c.jpg a.jpg e.jpg")],
)
def test_by_score_exact_ones_come_before_fast_ones_both_ways(
    model: PhotoItemModel, proxy: PhotoSortProxy, descending: bool, order: str
) -> None:
    model.add([key("e.jpg")])
    add_scored(
        model,
        scored_fast("a.jpg", 0.9),
        scored("b.jpg", 0.8),
        scored_fast("c.jpg", 0.5),
        scored("d.jpg", 0.6),
    )
    proxy.set_sort(SortKey.SCORE, descending=not descending)
    proxy.set_sort(SortKey.SCORE, descending=descending)
    assert shown_names(proxy) == order.split()
    assert proxy.fast_from == 2
    proxy.set_sort(SortKey.NAME, descending=False)
    assert shown_names(proxy) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]
    assert proxy.fast_from is None


def test_an_exact_and_a_fast_score_are_never_a_tie(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    add_scored(
        model,
        scored("a.jpg", 0.8),
        scored("b.jpg", 0.7),
        scored_fast("c.jpg", 0.7),
        scored_fast("d.jpg", 0.69),
    )
    proxy.refresh()
    ties = [proxy.index(row, 0).data(PhotoRole.TIE_WITH_NEXT) for row in range(4)]
    assert ties == [False, False, True, False]
    assert proxy.index(2, 0).data(PhotoRole.TIE_WITH_PREVIOUS) is False


def test_the_filter_takes_fast_scores_as_exact_ones(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    add_scored(model, scored("a.jpg", 0.8), scored_fast("b.jpg", 0.8), scored_fast("c.jpg", 0.5))
    proxy.set_filter(PhotoFilter(lowest=0.7))
    assert shown_names(proxy) == ["a.jpg", "b.jpg"]
    proxy.set_filter(PhotoFilter(highest=0.6))
    assert (shown_names(proxy), proxy.fast_from) == (["c.jpg"], None)


def test_the_border_to_fast_scores_is_told_even_where_nothing_moves(
    qtbot: QtBot, model: PhotoItemModel, proxy: PhotoSortProxy
) -> None:
    add_scored(model, scored_fast("a.jpg", 0.9), scored_fast("b.jpg", 0.8))
    proxy.refresh()
    seen = [proxy.fast_from]
    model.set_scores([scored("a.jpg", 0.9)])
    seen.append(proxy.fast_from)
    assert seen == [None, None]
    with qtbot.waitSignal(proxy.rearranged):
        proxy.refresh()
    assert (shown_names(proxy), proxy.fast_from) == (["a.jpg", "b.jpg"], 1)


@pytest.mark.parametrize(
    ("gone", "fast_from"), [("a", 1), ("c", 2), ("ab", None), ("cd", None), ("ac", 1), ("abcd", None)]
)
def test_the_border_to_fast_scores_stays_between_them_when_photos_go(
    model: PhotoItemModel, proxy: PhotoSortProxy, gone: str, fast_from: int | None
) -> None:
    add_scored(
        model,
        scored_fast("d.jpg", 0.8),
        scored("a.jpg", 0.9),
        scored_fast("c.jpg", 0.9),
        scored("b.jpg", 0.8),
    )
    proxy.refresh()
    assert proxy.fast_from == 2
    model.remove(key(f"{name}.jpg") for name in gone)
    assert proxy.fast_from == fast_from
