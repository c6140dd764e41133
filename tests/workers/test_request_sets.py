"""Which request comes next: by kind, then the newest set, then the order in the set."""

from __future__ import annotations

from collections.abc import Container

from memapp.core.records import ImageKey
from memapp.workers.request_sets import Kind, Request, RequestSets, View


def preview(name: str) -> Request:
    return Request(ImageKey(name, 1, 1), 200, is_picture=False)


def picture(name: str, side: int = 800) -> Request:
    return Request(ImageKey(name, 1, 1), side, is_picture=True)


def take_all(sets: RequestSets, in_hand: Container[Request] = ()) -> list[str]:
    """Take and answer requests until none may start."""
    taken = []
    while (request := sets.take_next(in_hand=in_hand, may_begin=lambda _request: True)) is not None:
        taken.append(request.key.path)
        sets.answer(request)
    return taken


def test_requests_are_taken_by_kind_then_by_the_newest_set() -> None:
    sets = RequestSets()
    sets.replace(View.GRID, Kind.NEARBY_PREVIEW, [preview("n1"), preview("n2")])
    sets.replace(View.VIEWER, Kind.PICTURE, [picture("v")])
    sets.replace(View.GRID, Kind.PREVIEW, [preview("g1"), preview("g2")])
    sets.replace(View.COMPARE, Kind.PICTURE, [picture("c1"), picture("c2")])
    sets.replace(View.INSPECTOR, Kind.PREVIEW, [preview("i")])
    assert take_all(sets) == ["c1", "c2", "v", "i", "g1", "g2", "n1", "n2"]


def test_a_request_of_several_sets_is_taken_once() -> None:
    sets = RequestSets()
    sets.replace(View.GRID, Kind.PREVIEW, [preview("a"), preview("b"), preview("a")])
    sets.replace(View.INSPECTOR, Kind.PREVIEW, [preview("b")])
    assert take_all(sets) == ["b", "a"]


def test_a_picture_and_a_thumbnail_of_one_photo_are_two_requests() -> None:
    sets = RequestSets()
    sets.replace(View.GRID, Kind.PREVIEW, [preview("a")])
    sets.replace(View.VIEWER, Kind.PICTURE, [picture("a", side=200)])
    assert take_all(sets) == ["a", "a"]


def test_a_request_in_progress_is_not_taken_again() -> None:
    sets = RequestSets()
    sets.replace(View.VIEWER, Kind.PICTURE, [picture("a"), picture("b")])
    assert take_all(sets, in_hand={picture("a")}) == ["b"]
    assert sets.wants(picture("a"))
    sets.answer(picture("a"))
    assert not sets.wants(picture("a"))


def test_a_request_without_room_waits_in_its_place_and_others_go_on() -> None:
    sets = RequestSets()
    sets.replace(View.COMPARE, Kind.PICTURE, [picture("a", 0), picture("b", 0), picture("c")])

    def no_full_size(request: Request) -> bool:
        return not request.is_full_size

    assert sets.take_next(in_hand=(), may_begin=no_full_size) == picture("c")
    assert sets.take_next(in_hand=(), may_begin=no_full_size) is None
    sets.answer(picture("c"))
    assert take_all(sets) == ["a", "b"]


def test_a_set_replaces_only_the_same_views_set_of_the_same_kind() -> None:
    sets = RequestSets()
    sets.replace(View.GRID, Kind.PREVIEW, [preview("old")])
    sets.replace(View.GRID, Kind.NEARBY_PREVIEW, [preview("near")])
    sets.replace(View.INSPECTOR, Kind.PREVIEW, [preview("panel")])
    sets.replace(View.GRID, Kind.PREVIEW, [preview("new")])
    assert take_all(sets) == ["new", "panel", "near"]
    sets.replace(View.GRID, Kind.PREVIEW, [preview("a")])
    sets.replace(View.GRID, Kind.PREVIEW, ())
    assert not sets.wants(preview("a"))
    assert take_all(sets) == []
