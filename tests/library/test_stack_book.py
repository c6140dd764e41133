"""Stacks in the library: what is shown of them, what a person changes, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from memapp.core.records import PhotoId, Precision
from memapp.core.stacks import StackChoice, StackKind
from memapp.library.arrangement import Arrangement
from memapp.library.filtering import InRange, PhotoFilter
from memapp.library.found_stacks import Choices, FoundStack, FoundStacks
from memapp.library.library import Library
from memapp.library.photo import Photo
from memapp.library.photo_columns import Part
from memapp.library.scores import Scores
from memapp.library.stack_book import StackBook, stack_book
from memapp.library.stack_columns import STACK
from tests.library.made import key, new_library, scored

SCORES = {"a1": 0.9, "lone": 0.8, "a2": 0.7, "b1": 0.6, "a3": 0.5, "b2": 0.4, "raw": 0.95}
"""By name. a1 to a3 are a moment, b1 and b2 a bracket, raw is the RAW file of lone."""


@dataclass
class Case:
    library: Library
    scores: Scores
    book: StackBook
    arrangement: Arrangement
    ids: dict[str, PhotoId]
    saved: list[Choices]

    def shown(self) -> list[str]:
        return [each.name for each in self.library.keys_at(self.arrangement.wanted())]

    def found(self, *, sharpness: dict[str, float] | None = None, choices: Choices | None = None) -> None:
        self.book.take(
            FoundStacks(
                (
                    FoundStack(StackKind.MOMENT, self.of("a1", "a2", "a3")),
                    FoundStack(StackKind.BRACKET, self.of("b2", "b1")),
                ),
                {self.ids["raw"]: self.ids["lone"]},
                {self.ids[name]: value for name, value in (sharpness or {}).items()},
                choices,
            )
        )

    def of(self, *names: str) -> tuple[PhotoId, ...]:
        return tuple(self.ids[name] for name in names)


@pytest.fixture
def case() -> Case:
    library = new_library()
    ids = {name: PhotoId(number) for number, name in enumerate(SCORES, start=1)}
    library.add((photo, key(name)) for name, photo in ids.items())
    scores = Scores(library)
    # The bracket's darker frame came first.
    taken = {name: f"2026-05-01T18:30:0{9 - number}" for number, name in enumerate(SCORES)}
    scores.note_scores([scored(name, score, taken=taken[name]) for name, score in SCORES.items()])
    book = stack_book(scores)
    book.wanted = True
    saved: list[Choices] = []
    book.save = saved.append
    return Case(library, scores, book, Arrangement(scores, book), ids, saved)


def test_photos_are_grouped_only_where_that_is_wanted(case: Case) -> None:
    alone = ["raw", "a1", "lone", "a2", "b1", "a3", "b2"]
    assert case.shown() == alone
    case.found()
    # The bracket stands where its first frame stands, and is in the order of its frames.
    assert case.shown() == ["a1", "lone", "b2", "b1"]
    case.book.wanted = False
    assert case.shown() == alone
    assert case.book.place_in(0) is None


def test_an_expanded_moment_follows_its_top_photo(case: Case) -> None:
    case.found()
    case.book.expand(case.of("a3"), expanded=True)
    assert case.shown() == ["a1", "a3", "a2", "lone", "b2", "b1"]
    assert case.book.is_expanded(case.ids["a1"])
    follows = case.book.followers(case.arrangement.wanted())
    assert follows.tolist() == [False, True, True, False, False, True]
    case.book.expand(None, expanded=False)
    assert case.shown() == ["a1", "lone", "b2", "b1"]
    case.book.expand(None, expanded=True)
    assert len(case.shown()) == 6


def test_a_photo_knows_its_place(case: Case) -> None:
    case.found()
    rows = {name: case.library.row(photo) for name, photo in case.ids.items()}
    places = {name: case.book.place_in(row) for name, row in rows.items() if row is not None}
    assert places["a1"] == (StackKind.MOMENT, 1, 3)
    assert places["a3"] == (StackKind.MOMENT, 2, 3)
    assert places["b1"] == (StackKind.BRACKET, 2, 2)
    assert places["lone"] is None
    lone, a1 = rows["lone"], rows["a1"]
    assert lone is not None
    assert a1 is not None
    assert case.book.has_raw(lone)
    assert not case.book.has_raw(a1)
    assert "top" in case.library.columns[STACK].tooltip_line(Photo(case.library, a1))
    assert case.library.columns[STACK].spoken_line(Photo(case.library, lone)) == ""
    b1 = rows["b1"]
    assert b1 is not None
    assert "bracket" in case.library.columns[STACK].spoken_line(Photo(case.library, b1))
    size = case.library.columns["stack_size"]
    assert [size.described(Photo(case.library, row)) for row in (a1, b1, lone)] == ["3", "2", ""]


def test_a_filter_shows_the_best_of_those_that_pass(case: Case) -> None:
    case.found()
    case.arrangement.filter = PhotoFilter((InRange("score", 0.0, 0.75),))
    assert case.shown() == ["a2", "b2", "b1"]
    # The RAW file stands alone where its JPEG does not pass.
    case.arrangement.filter = PhotoFilter((InRange("score", 0.95, 1.0),))
    assert case.shown() == ["raw"]


def test_among_ties_the_sharper_one_is_on_top(case: Case) -> None:
    case.found(sharpness={"a1": 10.0, "a2": 90.0, "a3": 99.0})
    assert case.scores.shown.scale.tie_width <= 0.2
    assert case.shown()[0] == "a1"
    case.scores.note_scores([scored("a2", 0.9 - case.scores.shown.scale.tie_width / 2)])
    assert case.shown()[0] == "a2"
    case.scores.note_scores([scored("a3", 0.99)])
    assert case.shown()[0] == "a3"


def test_a_person_puts_another_on_top_and_undoes_it(case: Case) -> None:
    case.found()
    before = case.book.change(case.book.on_top(case.ids["a3"]))
    assert case.shown() == ["lone", "a3", "b2", "b1"]
    assert case.book.on_top(case.ids["a3"]) == {}
    again = case.book.change(case.book.on_top(case.ids["a2"]))
    assert "a2" in case.shown()
    case.book.change(again)
    assert "a3" in case.shown()
    case.book.change(before)
    assert case.shown()[0] == "a1"
    assert len(case.saved) == 4
    assert case.book.on_top(case.ids["lone"]) == case.book.on_top(case.ids["b1"]) == {}


def test_a_person_takes_photos_out_and_undoes_it(case: Case) -> None:
    case.found()
    before = case.book.change(case.book.taken_out(case.of("a1", "lone")))
    assert case.saved == [{case.ids["a1"]: StackChoice(alone=True)}]
    assert case.shown() == ["a1", "lone", "a2", "b2", "b1"]
    case.book.change(case.book.taken_out(case.of("b1")))
    assert case.shown() == ["a1", "lone", "a2", "b1", "b2"]
    case.book.change(before)
    assert case.shown()[0] == "a1"
    assert "a2" not in case.shown()


def test_a_person_joins_moments_and_undoes_it(case: Case) -> None:
    case.found()
    before = case.book.change(case.book.joined(case.of("lone", "a2")))
    assert set(case.saved[0]) == set(case.of("a1", "a2", "a3", "lone"))
    assert case.shown() == ["a1", "b2", "b1"]
    assert case.book.in_moment(case.ids["lone"])
    # Of a bracket, only the chosen frame is joined.
    case.book.change(case.book.joined(case.of("lone", "b1")))
    assert case.shown() == ["a1", "b2"]
    case.book.change({photo: StackChoice() for photo in case.of("b1")})
    case.book.change(before)
    assert case.shown() == ["a1", "lone", "b2", "b1"]


def test_what_was_stored_counts_unless_a_person_was_quicker(case: Case) -> None:
    case.book.change({case.ids["a1"]: StackChoice(alone=True)})
    case.found(
        choices={
            case.ids["a1"]: StackChoice(leader=True),
            case.ids["b1"]: StackChoice(joined=4),
            case.ids["lone"]: StackChoice(joined=4),
        }
    )
    assert case.shown() == ["a1", "lone", "a2", "b2"]


def test_photos_that_leave_and_come_back(case: Case) -> None:
    case.found()
    case.library.remove(case.of("a1", "a2"))
    assert case.shown() == ["lone", "a3", "b2", "b1"]
    assert not case.book.in_moment(case.ids["a3"])
    case.library.restore(case.of("a1", "a2"))
    assert case.shown() == ["a1", "lone", "b2", "b1"]
    case.library.remove(case.of("lone"))
    assert "raw" in case.shown()
    assert case.book.with_companions(case.of("raw")) == [case.ids["raw"]]
    case.library.clear()
    assert case.shown() == []
    assert case.book.choice(case.ids["a1"]) == StackChoice()


def test_what_is_done_to_one_file_of_a_shot_is_done_to_both(case: Case) -> None:
    case.found()
    assert case.book.with_companions(case.of("a1", "lone")) == list(case.of("a1", "lone", "raw"))
    assert case.book.with_companions(case.of("raw")) == list(case.of("raw", "lone"))
    case.book.wanted = False
    assert case.book.with_companions(case.of("lone")) == list(case.of("lone"))


def test_borders_and_ties_are_those_of_the_tops(case: Case) -> None:
    case.found()
    case.library.blank(case.of("a3"))
    case.scores.note_scores([scored("a3", 0.55, precision=Precision.FAST), scored("lone", 0.89)])
    case.book.expand(None, expanded=True)
    rows = case.arrangement.wanted()
    case.arrangement.place(rows)
    assert case.arrangement.borders_in(rows) == ()
    assert case.shown()[:4] == ["a1", "a3", "a2", "lone"]
    assert case.arrangement.ties(0) == (False, False)
    case.book.expand(None, expanded=False)
    case.arrangement.place(case.arrangement.wanted())
    assert case.arrangement.ties(0) == (False, True)
    case.library.blank(case.of("b1", "b2"))
    case.scores.note_scores([scored(name, 0.3, precision=Precision.FAST) for name in ("b1", "b2")])
    (border,) = case.arrangement.borders_in(case.arrangement.wanted())
    assert (border.place, border.part) == (2, Part.FAST)


def test_new_photos_are_shown_before_they_are_searched(case: Case) -> None:
    case.found()
    fresh = PhotoId(100)
    case.library.add([(fresh, key("new"))])
    assert case.shown()[-1] == "new"
    row = case.library.row(fresh)
    assert row is not None
    assert case.book.place_in(row) is None
    assert not case.book.followers(np.array([row])).any()
