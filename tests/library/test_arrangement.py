"""Where photos stand in a view: order, places, ties, the border to fast scores, the ranges of places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from memapp.core.records import Precision
from memapp.library.arrangement import Arrangement, joined_ranges, with_neighbours
from memapp.library.filtering import InRange, PhotoFilter
from memapp.library.order import NAME
from memapp.library.photo_columns import Part
from memapp.library.scores import Scores
from memapp.library.stack_book import stack_book
from tests.library.made import add, key, new_library, scored


def arranged(
    *photos: tuple[str, float], fast: tuple[tuple[str, float], ...] = ()
) -> tuple[Arrangement, Scores]:
    """Return photos with exact and fast scores, arranged by score, highest first."""
    library = new_library()
    add(library, *(name for name, _ in (*photos, *fast)))
    scores = Scores(library)
    scores.note_scores([scored(name, score) for name, score in photos])
    scores.note_scores([scored(name, score, precision=Precision.FAST) for name, score in fast])
    return Arrangement(scores, stack_book(scores)), scores


def fast_from(arrangement: Arrangement) -> int | None:
    """Where fast scores begin, the only part of these lists."""
    assert all(border.part == Part.FAST for border in arrangement.borders)
    return arrangement.borders[0].place if arrangement.borders else None


def shown(arrangement: Arrangement, scores: Scores) -> list[str]:
    return [each.name for each in scores.library.keys_at(arrangement.rows)]


def test_photos_stand_by_score_and_know_their_places() -> None:
    arrangement, scores = arranged(("low.jpg", 0.5), ("high.jpg", 0.9), ("middle.jpg", 0.7))
    assert shown(arrangement, scores) == ["high.jpg", "middle.jpg", "low.jpg"]
    assert [arrangement.place_of(key(name)) for name in ("low.jpg", "high.jpg")] == [2, 0]
    assert arrangement.place_of(key("nowhere.jpg")) is None
    assert arrangement.places_of(scores.library.rows()).tolist() == [0, 1, 2]
    assert fast_from(arrangement) is None


def test_it_changes_only_when_it_is_told() -> None:
    arrangement, scores = arranged(("a.jpg", 0.5), ("b.jpg", 0.9))
    arrangement.order = replace(arrangement.order, column=NAME, descending=False)
    assert shown(arrangement, scores) == ["b.jpg", "a.jpg"]
    arrangement.place(arrangement.wanted())
    assert shown(arrangement, scores) == ["a.jpg", "b.jpg"]
    add(scores.library, "c.jpg")
    assert arrangement.place_of(key("c.jpg")) is None


def test_what_the_filter_hides_has_no_place() -> None:
    arrangement, scores = arranged(("a.jpg", 0.5), ("b.jpg", 0.9))
    arrangement.filter = PhotoFilter((InRange("score", 0.8),))
    arrangement.place(arrangement.wanted())
    assert shown(arrangement, scores) == ["b.jpg"]
    assert arrangement.place_of(key("a.jpg")) is None


def test_ties_are_with_the_photo_before_and_the_one_after() -> None:
    arrangement, _ = arranged(("a.jpg", 0.90), ("b.jpg", 0.89), ("c.jpg", 0.5))
    assert [arrangement.ties(place) for place in range(3)] == [(False, True), (True, False), (False, False)]
    arrangement.order = replace(arrangement.order, column=NAME)
    arrangement.place(arrangement.wanted())
    assert [arrangement.ties(place) for place in range(3)] == [(False, False)] * 3


def test_the_border_to_fast_scores_follows_photos_that_leave() -> None:
    arrangement, _ = arranged(("a.jpg", 0.6), ("b.jpg", 0.5), fast=(("c.jpg", 0.9), ("d.jpg", 0.8)))
    assert fast_from(arrangement) == 2
    arrangement.leave(np.array([True, False, False, False]))
    assert fast_from(arrangement) == 1


def test_the_border_goes_with_the_last_fast_score() -> None:
    arrangement, _ = arranged(("a.jpg", 0.6), ("b.jpg", 0.5), fast=(("c.jpg", 0.9),))
    arrangement.leave(np.array([False, False, True]))
    assert fast_from(arrangement) is None


def test_places_are_joined_to_ranges_and_very_many_to_one() -> None:
    assert joined_ranges(np.array([], dtype=np.int64)) == []
    assert joined_ranges(np.array([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert joined_ranges(np.arange(0, 1000, 2)) == [(0, 998)]


def test_neighbours_end_at_the_first_and_the_last_place() -> None:
    assert with_neighbours(np.array([0, 5]), 6).tolist() == [0, 1, 4, 5]
