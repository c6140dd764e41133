from __future__ import annotations

import numpy as np
import pytest

from memapp.core.records import PhotoId
from memapp.library.changes import Change, ChangeKind
from memapp.library.columns import Column, Columns, Kind
from memapp.library.library import Library
from tests.library.made import add, key, new_library

LIKES = Column(id="likes", title="Likes", kind=Kind.INTEGER, missing=-1, of_file=False)


@pytest.fixture
def library() -> Library:
    return new_library()


@pytest.fixture
def changes(library: Library) -> list[Change]:
    seen: list[Change] = []
    library.subscribe(seen.append)
    return seen


def test_photos_come_in_the_order_of_arrival_each_once(library: Library, changes: list[Change]) -> None:
    first, second = add(library, "b.jpg", "a.jpg")
    assert library.ids() == (first, second)
    assert library.add([(first, key("b.jpg"))]) == ()
    assert len(library) == 2
    assert [(change.kind, change.ids) for change in changes] == [(ChangeKind.ADDED, (first, second))]


def test_two_ids_for_one_state_of_a_file_are_one_photo(library: Library) -> None:
    add(library, "a.jpg")
    assert library.add([(PhotoId(10**9), key("a.jpg"))]) == ()
    assert len(library) == 1


def test_setting_values_returns_the_old_ones_and_announces_what_changed(
    library: Library, changes: list[Change]
) -> None:
    library.register(LIKES)
    first, second = add(library, "a.jpg", "b.jpg")
    assert library.set("likes", {first: 3, second: -1}) == {first: -1, second: -1}
    change = changes[-1]
    assert (change.kind, change.ids, change.columns) == (ChangeKind.VALUES, (first,), frozenset({"likes"}))
    assert library.set("likes", {first: 4}) == {first: 3}
    assert library.set("likes", {PhotoId(10**9): 1}) == {}


def test_a_value_that_stays_is_no_change(library: Library, changes: list[Change]) -> None:
    (photo,) = add(library, "a.jpg")
    library.set("score:resmem", {photo: np.nan})
    assert [change.kind for change in changes] == [ChangeKind.ADDED]


def test_values_that_are_gathered_come_as_one_change_with_all_that_depends_on_them(
    library: Library, changes: list[Change]
) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    with library.gathered():
        library.set("score:resmem", {first: 0.8})
        library.set("fast:resmem", {second: True})
    assert len(changes) == 2
    assert set(changes[-1].ids) == {first, second}
    assert {"score", "percentile", "fast", "state"} <= changes[-1].columns


def test_a_computed_column_follows_its_sources(library: Library) -> None:
    (photo,) = add(library, "a.jpg")
    assert np.isnan(library.value(photo, "score"))
    library.set("score:resmem", {photo: 0.8})
    assert library.value(photo, "score") == 0.8


def test_a_computed_column_takes_no_values(library: Library) -> None:
    (photo,) = add(library, "a.jpg")
    with pytest.raises(KeyError):
        library.set("score", {photo: 0.8})


def test_what_was_removed_comes_back_as_it_was(library: Library) -> None:
    library.register(LIKES)
    first, second, third = add(library, "a.jpg", "b.jpg", "c.jpg")
    library.set("likes", {second: 5})
    assert library.remove([second]) == (second,)
    assert library.ids() == (first, third)
    assert second not in library
    assert key("b.jpg") not in library
    assert library.restore([second]) == (second,)
    assert library.ids() == (first, second, third)
    assert library.value(second, "likes") == 5


def test_what_was_removed_and_is_added_again_is_new_and_last(library: Library) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    library.set("score:resmem", {first: 0.8})
    library.remove([first])
    assert library.add([(first, key("a.jpg"))]) == (first,)
    assert library.ids() == (second, first)
    assert np.isnan(library.value(first, "score"))


def test_a_removed_photo_stays_away_when_its_file_is_here_under_another_id(library: Library) -> None:
    (first,) = add(library, "a.jpg")
    library.remove([first])
    (second,) = add(library, "a.jpg")
    assert library.restore([first]) == ()
    assert library.ids() == (second,)


def test_a_file_that_changed_keeps_its_photo_and_its_marks_and_loses_its_score(library: Library) -> None:
    library.register(LIKES)
    (photo,) = add(library, "a.jpg")
    library.set("likes", {photo: 4})
    library.set("score:resmem", {photo: 0.8})
    edited = key("a.jpg", size=2000)
    assert library.add([(photo, edited)]) == ()
    assert library.key_of(photo) == edited
    assert library.id_of(key("a.jpg")) is None
    assert library.value(photo, "size") == 2000
    assert library.value(photo, "likes") == 4
    assert np.isnan(library.value(photo, "score"))


def test_a_file_that_was_moved_keeps_its_score(library: Library) -> None:
    (photo,) = add(library, "a.jpg")
    library.set("score:resmem", {photo: 0.8})
    library.set_state(photo, key("b.jpg"))
    assert library.value(photo, "score") == 0.8
    assert library.value(photo, "name") == "b.jpg"


def test_two_photos_may_swap_their_files(library: Library) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    library.set_state(first, key("b.jpg"))
    library.set_state(second, key("a.jpg"))
    assert (library.id_of(key("a.jpg")), library.id_of(key("b.jpg"))) == (second, first)


def test_a_photo_that_turns_out_to_be_known_gets_the_known_id(library: Library) -> None:
    (photo,) = add(library, "a.jpg")
    library.set("score:resmem", {photo: 0.8})
    known = PhotoId(10**9)
    library.rename(photo, known)
    assert library.ids() == (known,)
    assert library.value(known, "score") == 0.8
    assert photo not in library


def test_a_photo_that_turns_out_to_be_another_one_here_becomes_that_one(library: Library) -> None:
    here, found = add(library, "gone.jpg", "moved.jpg")
    library.rename(found, here)
    assert library.ids() == (here,)
    assert library.key_of(here) == key("moved.jpg")


@pytest.mark.parametrize("count", [2, 3])
def test_photos_that_swap_their_files_are_all_there_though_they_are_identified_one_by_one(
    library: Library, count: int
) -> None:
    library.register(LIKES)
    before = [f"{place}.jpg" for place in range(count)]
    photos = add(library, *before)
    library.set("likes", {photo: place for place, photo in enumerate(photos)})
    states = [key(name, size=2000 + place) for place, name in enumerate(before)]
    library.add(zip(photos, states, strict=True))
    for place, state in enumerate(states):
        library.identify([(photos[place], photos[place - 1], state)])
    assert [library.id_of(state) for state in states] == [photos[place - 1] for place in range(count)]
    assert [library.value(photo, "likes") for photo in photos] == list(range(count))
    assert len(library) == count


def test_a_file_whose_photo_lies_elsewhere_now_may_be_a_photo_that_was_not_listed(library: Library) -> None:
    first, second = add(library, "a.jpg", "b.jpg")
    at_a, at_b, unlisted = key("a.jpg", size=2000), key("b.jpg", size=3000), PhotoId(10**9)
    library.add([(first, at_a), (second, at_b)])
    library.identify([(first, second, at_a)])
    library.identify([(second, unlisted, at_b)])
    assert (library.id_of(at_a), library.id_of(at_b)) == (second, unlisted)


def test_a_photo_that_comes_back_leaves_the_place_of_its_file_to_the_photo_there(library: Library) -> None:
    gone, here = add(library, "a.jpg", "b.jpg")
    library.remove([gone])
    library.set_state(here, key("a.jpg"))
    library.add([(gone, key("c.jpg"))])
    assert library.id_of(key("a.jpg")) == here


def test_a_cleared_library_is_empty_and_can_be_filled_again(library: Library, changes: list[Change]) -> None:
    add(library, "a.jpg")
    library.clear()
    assert library.ids() == ()
    assert changes[-1].kind is ChangeKind.CLEARED
    add(library, "b.jpg")
    assert len(library) == 1


def test_it_grows_far_beyond_its_first_room(library: Library) -> None:
    photos = add(library, *(f"{number}.jpg" for number in range(1000)))
    assert library.ids() == tuple(photos)
    assert library.key_of(photos[999]) == key("999.jpg")


def test_a_column_can_be_registered_and_removed_later(library: Library, changes: list[Change]) -> None:
    (photo,) = add(library, "a.jpg")
    library.register(LIKES)
    assert library.value(photo, "likes") == -1
    library.unregister("likes")
    assert "likes" not in library.columns
    assert [change.kind for change in changes[1:]] == [ChangeKind.COLUMNS, ChangeKind.COLUMNS]


def test_a_registry_refuses_what_makes_no_sense() -> None:
    columns = Columns([LIKES])
    with pytest.raises(ValueError, match="already"):
        columns.register(LIKES)
    with pytest.raises(ValueError, match="must come first"):
        columns.register(
            Column(id="x", title="", kind=Kind.FLAG, of_photo=lambda _: True, depends_on=frozenset({"y"}))
        )
    with pytest.raises(ValueError, match="keys"):
        Library(columns)


def test_a_listener_can_stop_listening(library: Library) -> None:
    seen: list[Change] = []
    stop = library.subscribe(seen.append)
    stop()
    add(library, "a.jpg")
    assert seen == []
