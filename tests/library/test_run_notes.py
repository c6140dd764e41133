"""What runs say comes into the library: the same for the window and the command line."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from memapp.core.events import Failed, Found, Identified, Scored, Skipped
from memapp.core.records import FoundPhoto, IdentifiedPhoto, ImageKey, PhotoId
from memapp.library.library import Library
from memapp.library.photo_columns import PhotoState
from memapp.library.run_notes import note_event
from memapp.library.scores import Scores
from tests.library.made import failed, key, new_library, scored

STARS = "stars"


@pytest.fixture
def library() -> Library:
    return new_library()


@pytest.fixture
def scores(library: Library) -> Scores:
    return Scores(library)


def found(*photos: tuple[int, ImageKey]) -> Found:
    return Found(tuple(FoundPhoto(PhotoId(number), where) for number, where in photos))


def identified(*photos: tuple[ImageKey, int, int]) -> Identified:
    return Identified(tuple(IdentifiedPhoto(where, PhotoId(old), PhotoId(new)) for where, old, new in photos))


def shown(library: Library) -> dict[int, str]:
    """Return which photo shows which file."""
    keys: Iterable[tuple[int, str]] = (
        (photo, library.key_at(row).name) for photo, row in zip(library.ids(), library.rows(), strict=True)
    )
    return dict(keys)


def test_photos_are_found_scored_or_failed(scores: Scores) -> None:
    note_event(scores, found((1, key("a.jpg")), (2, key("b.jpg")), (3, key("c.jpg"))), "resmem")
    note_event(scores, Scored((scored("a.jpg", 0.8),), known=False), "resmem")
    note_event(scores, Failed((failed("b.jpg"),)), "resmem")
    note_event(scores, Skipped(3), "resmem")
    assert [scores.count(state) for state in PhotoState] == [1, 1, 1]


def test_a_file_that_was_moved_is_shown_under_its_photo_with_its_old_place_gone(
    scores: Scores, library: Library
) -> None:
    note_event(scores, found((1, key("a.jpg")), (2, key("moved.jpg"))), "resmem")
    note_event(scores, identified((key("moved.jpg"), 2, 1)), "resmem")
    assert shown(library) == {1: "moved.jpg"}


def test_a_file_that_was_known_before_gets_its_photo(scores: Scores, library: Library) -> None:
    note_event(scores, found((2, key("moved.jpg"))), "resmem")
    note_event(scores, identified((key("moved.jpg"), 2, 7)), "resmem")
    assert shown(library) == {7: "moved.jpg"}


def test_two_files_that_were_swapped_keep_their_photos(scores: Scores, library: Library) -> None:
    note_event(scores, found((1, key("a.jpg", 5)), (2, key("b.jpg", 9))), "resmem")
    note_event(scores, found((1, key("a.jpg", 9)), (2, key("b.jpg", 5))), "resmem")
    note_event(scores, identified((key("a.jpg", 9), 1, 2), (key("b.jpg", 5), 2, 1)), "resmem")
    assert shown(library) == {1: "b.jpg", 2: "a.jpg"}


def test_files_that_moved_on_in_a_row_keep_their_photos(scores: Scores, library: Library) -> None:
    """Photo 1 went from a to b, photo 2 from b to c; what lies in a is a photo that was known elsewhere."""
    note_event(scores, found((1, key("a.jpg", 7)), (2, key("b.jpg", 5)), (3, key("c.jpg", 9))), "resmem")
    events = identified((key("a.jpg", 7), 1, 8), (key("b.jpg", 5), 2, 1), (key("c.jpg", 9), 3, 2))
    note_event(scores, events, "resmem")
    assert shown(library) == {8: "a.jpg", 1: "b.jpg", 2: "c.jpg"}


def test_news_of_a_photo_that_is_shown_elsewhere_by_now_changes_nothing(
    scores: Scores, library: Library
) -> None:
    note_event(scores, found((1, key("a.jpg"))), "resmem")
    note_event(scores, identified((key("gone.jpg"), 4, 1)), "resmem")
    assert shown(library) == {1: "a.jpg"}
