from __future__ import annotations

import pytest

from memapp.core.records import Precision
from memapp.library.columns import RangeFilter
from memapp.library.filtering import Contains, InRange, PhotoFilter, contains, in_range
from memapp.library.library import Library
from tests.library.made import add, scored, scored_library


@pytest.fixture
def library() -> Library:
    library = scored_library(
        [
            scored("Café.jpg", 0.795),
            scored("dog.jpg", 0.5),
            scored("cat.jpg", 0.9, precision=Precision.FAST),
        ]
    )
    add(library, "waiting dog.jpg")
    return library


def shown(library: Library, *conditions: InRange | Contains) -> list[str]:
    """Return the names that pass the conditions."""
    rows = library.rows()
    passing = PhotoFilter(conditions).passing(library, rows)
    return [key.name for key in library.keys_at(rows[passing])]


def test_no_condition_shows_everything(library: Library) -> None:
    assert len(shown(library)) == 4
    assert not PhotoFilter()


def test_a_range_compares_scores_as_they_are_written(library: Library) -> None:
    assert shown(library, InRange("score", 0.8)) == ["Café.jpg", "cat.jpg"]
    assert shown(library, InRange("score", 0.0, 0.5)) == ["dog.jpg"]


def test_text_is_found_whatever_its_case_and_form(library: Library) -> None:
    assert shown(library, Contains("name", "CAFE\u0301")) == ["Café.jpg"]
    assert shown(library, Contains("name", "dog")) == ["dog.jpg", "waiting dog.jpg"]


def test_conditions_must_all_be_met(library: Library) -> None:
    assert shown(library, Contains("name", "dog"), InRange("score", 0.1)) == ["dog.jpg"]


def test_a_condition_on_a_column_that_is_gone_hides_nothing(library: Library) -> None:
    assert len(shown(library, InRange("disagreement", 25))) == 4


def test_what_leaves_nothing_out_is_no_condition() -> None:
    assert in_range("score", RangeFilter(0.0, 1.0), 0.0, 1.0) is None
    assert in_range("score", RangeFilter(0.0, 1.0), 0.5, 1.0) == InRange("score", 0.5, 1.0)
    assert contains("name", "  ") is None
    assert contains("name", " a ") == Contains("name", "a")


def test_a_column_has_one_condition_at_most() -> None:
    chosen = PhotoFilter().with_condition("score", InRange("score", 0.5))
    chosen = chosen.with_condition("score", InRange("score", 0.6))
    assert chosen.on("score") == InRange("score", 0.6)
    assert chosen.depends_on(frozenset({"score"}))
    assert not chosen.depends_on(frozenset({"name"}))
    assert chosen.with_condition("score", None) == PhotoFilter()


def test_a_column_can_only_be_filtered_as_it_declares(library: Library) -> None:
    with pytest.raises(ValueError, match="range"):
        shown(library, InRange("name", 1))
    with pytest.raises(ValueError, match="text"):
        shown(library, Contains("score", "1"))
