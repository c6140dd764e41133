from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from memapp.core.records import Precision
from memapp.library.columns import Column, Kind, Sorting
from memapp.library.library import Library
from memapp.library.order import Border, Order, borders_in, ordered
from memapp.library.photo_columns import Part
from memapp.library.scores import Scores
from memapp.library.ties import ties_with_next
from tests.library.made import add, names, new_library, scored, scored_library


@pytest.fixture
def library() -> Library:
    return scored_library(
        [scored("img10.jpg", 0.7), scored("IMG9.jpg", 0.9), scored("b.jpg", 0.8, taken="2026-05-01T18:30:05")]
    )


def test_by_score_best_first_and_the_other_way(library: Library) -> None:
    assert names(library, Order("score")) == ["IMG9.jpg", "b.jpg", "img10.jpg"]
    assert names(library, Order("score", descending=False)) == ["img10.jpg", "b.jpg", "IMG9.jpg"]


def test_names_sort_as_people_sort_them(library: Library) -> None:
    assert names(library, Order("name", descending=False)) == ["b.jpg", "IMG9.jpg", "img10.jpg"]


def test_unknown_values_come_last_in_both_directions(library: Library) -> None:
    assert names(library, Order("taken", descending=False))[0] == "b.jpg"
    assert names(library, Order("taken", descending=True))[0] == "b.jpg"
    add(library, "waiting.jpg")
    assert names(library, Order("score"))[-1] == "waiting.jpg"
    assert names(library, Order("score", descending=False))[-1] == "waiting.jpg"


def test_fractions_of_a_second_count_in_the_order_by_date() -> None:
    burst = {
        "DSC_0001.JPG": "2024-05-01T10:00:00.70+02:00",
        "DSC_0002.JPG": "2024-05-01T10:00:00.95+02:00",
        "DSC_9998.JPG": "2024-05-01T10:00:00.10+02:00",
        "DSC_9999.JPG": "2024-05-01T10:00:00.4+02:00",
    }
    library = scored_library([scored(name, 0.7, taken=taken) for name, taken in burst.items()])
    in_time = ["DSC_9998.JPG", "DSC_9999.JPG", "DSC_0001.JPG", "DSC_0002.JPG"]
    assert names(library, Order("taken", descending=False)) == in_time
    assert names(library, Order("taken", descending=True)) == in_time[::-1]


def test_dates_are_ordered_by_the_clock_of_their_place() -> None:
    library = scored_library(
        [
            scored("evening in Lyon.jpg", 0.7, taken="2024-05-01T20:00:00+02:00"),
            scored("noon in Osaka.jpg", 0.7, taken="2024-05-02T12:00:00+09:00"),
            scored("morning in Osaka.jpg", 0.7, taken="2024-05-02T02:30:00+09:00"),
            scored("a day.jpg", 0.7, taken="2024-05-02"),
        ]
    )
    assert names(library, Order("taken", descending=False)) == [
        "evening in Lyon.jpg", "a day.jpg", "morning in Osaka.jpg", "noon in Osaka.jpg"
    ]  # fmt: skip


def test_equals_keep_the_order_of_their_names_in_both_directions() -> None:
    library = scored_library([scored("b.jpg", 0.8), scored("a.jpg", 0.8), scored("c.jpg", 0.8)])
    assert names(library, Order("score")) == ["a.jpg", "b.jpg", "c.jpg"]
    assert names(library, Order("score", descending=False)) == ["a.jpg", "b.jpg", "c.jpg"]


def test_fast_scores_stand_apart_below_exact_ones() -> None:
    fast = Precision.FAST
    library = scored_library(
        [scored("a.jpg", 0.9, precision=fast), scored("b.jpg", 0.5), scored("c.jpg", 0.6)]
    )
    assert names(library, Order("score")) == ["c.jpg", "b.jpg", "a.jpg"]
    assert names(library, Order("score", descending=False)) == ["b.jpg", "c.jpg", "a.jpg"]
    assert borders_in(library, Order("score"), ordered(library, Order("score"))) == (Border(2, Part.FAST),)
    assert borders_in(library, Order("name"), ordered(library, Order("name"))) == ()


def test_where_all_or_none_stand_apart_there_is_no_border(library: Library) -> None:
    assert borders_in(library, Order("score"), ordered(library, Order("score"))) == ()
    fast = scored_library([scored("a.jpg", 0.9, precision=Precision.FAST)])
    assert borders_in(fast, Order("score"), ordered(fast, Order("score"))) == ()


def test_names_that_come_later_find_their_place(library: Library) -> None:
    assert names(library, Order("name", descending=False))[-1] == "img10.jpg"
    add(library, "img2.jpg", "z.jpg", "A.jpg")
    wanted = ["A.jpg", "b.jpg", "img2.jpg", "IMG9.jpg", "img10.jpg", "z.jpg"]
    assert names(library, Order("name", descending=False)) == wanted


def test_a_column_of_texts_sorts_as_names_do() -> None:
    library = new_library()
    library.register(Column(id="place", title="Place", kind=Kind.TEXT, sort=Sorting()))
    first, second, third = add(library, "a.jpg", "b.jpg", "c.jpg")
    library.set("place", {first: "Hall 10", second: "hall 9", third: None})
    assert names(library, Order("place", descending=False)) == ["b.jpg", "a.jpg", "c.jpg"]


def test_a_column_that_can_not_be_sorted_by_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="facts"):
        ordered(library, Order("facts"))


def test_magnitudes_sort_without_their_sign() -> None:
    library = new_library()
    library.register(Column(id="d", title="", kind=Kind.NUMBER, sort=Sorting(by_magnitude=True)))
    first, second, third = add(library, "a.jpg", "b.jpg", "c.jpg")
    library.set("d", {first: 1.0, second: -3.0, third: 2.0})
    assert names(library, Order("d")) == ["b.jpg", "c.jpg", "a.jpg"]


def test_ties_are_neighbours_closer_than_the_width_and_of_one_precision() -> None:
    library = scored_library(
        [
            scored("a.jpg", 0.90),
            scored("b.jpg", 0.88),
            scored("c.jpg", 0.80),
            scored("d.jpg", 0.80, precision=Precision.FAST),
        ]
    )
    add(library, "e.jpg")
    rows = ordered(library, Order("score"))
    assert ties_with_next(library, rows, 0.03).tolist() == [True, False, False, False]
    assert ties_with_next(library, rows[:0], 0.03).tolist() == []


def test_the_order_of_many_photos_is_that_of_a_plain_sort() -> None:
    random = np.random.default_rng(5)
    photos = [scored(f"{number:04}.jpg", float(score)) for number, score in enumerate(random.random(500))]
    library = scored_library(photos)
    wanted = sorted(photos, key=lambda photo: -photo.score)
    assert names(library, Order("score")) == [photo.key.name for photo in wanted]
    assert Scores(library).count() == 500


def test_damaged_photos_and_shapes_that_can_not_be_judged_come_last_of_the_scored() -> None:
    damaged, tiny = scored("damaged.jpg", 0.92), scored("tiny.jpg", 0.97)
    panorama = scored("panorama.jpg", 0.95, precision=Precision.FAST)
    library = scored_library(
        [
            replace(damaged, facts=replace(damaged.facts, missing=0.5)),
            replace(tiny, facts=replace(tiny.facts, width=40, height=30)),
            replace(panorama, facts=replace(panorama.facts, width=20_000, height=1_000)),
            scored("low.jpg", 0.4),
            scored("high.jpg", 0.8),
            scored("fast.jpg", 0.9, precision=Precision.FAST),
        ]
    )
    add(library, "waiting.jpg")
    apart = ["tiny.jpg", "panorama.jpg", "damaged.jpg"]
    assert names(library, Order()) == ["high.jpg", "low.jpg", "fast.jpg", *apart, "waiting.jpg"]
    assert names(library, Order(descending=False)) == [
        *("low.jpg", "high.jpg", "fast.jpg"),
        *reversed(apart),
        "waiting.jpg",
    ]
    assert borders_in(library, Order(), ordered(library, Order())) == (
        Border(2, Part.FAST),
        Border(3, Part.CAUTION),
    )


def test_damaged_photos_tie_with_none() -> None:
    whole = [scored("a.jpg", 0.8), scored("b.jpg", 0.8)]
    damaged = [scored("c.jpg", 0.801), scored("d.jpg", 0.801)]
    damaged = [replace(photo, facts=replace(photo.facts, missing=0.0)) for photo in damaged]
    library = scored_library([*whole, *damaged])
    assert ties_with_next(library, ordered(library, Order()), 0.02).tolist() == [True, False, False]
