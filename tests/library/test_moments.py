"""Sorting by date taken: parts of a second count, and no more is said than is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.records import ImageKey, PhotoFacts, PhotoId, ScoredPhoto
from memapp.intake.load import load_photo
from memapp.library.columns import UNKNOWN_INTEGER
from memapp.library.order import Order, ordered
from memapp.library.photo import Photo
from memapp.library.photo_columns import place_in_time
from memapp.library.photo_description import detail_rows
from memapp.library.scores import Scores
from tests.library.made import new_library


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2024-05-01T10:00:05", "2024-05-01T10:00:05.1"),
        ("2024-05-01T10:00:05.10+02:00", "2024-05-01T10:00:05.4+02:00"),
        ("2024-05-01T10:00", "2024-05-01T10:00:01"),
        ("2024-05-01", "2024-05-01T00:00:01"),
        ("1969-12-31T23:59:59", "1970-01-01"),
        # The camera's own time counts: photographers sort a day by the day.
        ("2024-05-01T10:00:00+00:00", "2024-05-01T11:00:00+09:00"),
    ],
)
def test_moments_are_in_order(earlier: str, later: str) -> None:
    assert UNKNOWN_INTEGER < place_in_time(earlier) < place_in_time(later)


def test_no_date_is_unknown() -> None:
    assert {place_in_time(None), place_in_time(""), place_in_time("soon")} == {UNKNOWN_INTEGER}


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        ("2024-05-01T10:00:05.5+02:00", "1 May 2024, 10:00:05.5 (UTC+02:00)"),
        ("2024-05-01T10:00", "1 May 2024, 10:00"),
        ("2024-05-01", "1 May 2024"),
        ("1912-04-15T02:20:00", "15 April 1912, 02:20:00"),
    ],
)
def test_no_more_is_said_than_is_known(taken: str, words: str) -> None:
    key = ImageKey("/photos/a.jpg", 1, 1)
    library = new_library()
    library.add([(PhotoId(1), key)])
    Scores(library).note_scores([ScoredPhoto(key, 0.8, PhotoFacts(1, 1, "JPEG", taken=taken))])
    assert dict(detail_rows(Photo(library, 0)))["Date taken"] == words


def test_the_handed_burst(shared_data: Path) -> None:
    """Four shots in one second, over the camera's change from 9999 to 0001."""
    library = new_library()
    paths = sorted((shared_data / "cases" / "same_second").glob("*.JPG"))
    keys = [ImageKey(str(path), 1, 1) for path in paths]
    library.add([(PhotoId(number), key) for number, key in enumerate(keys, start=1)])
    Scores(library).note_scores([ScoredPhoto(key, 0.5, load_photo(key.path).facts) for key in keys])
    rows = ordered(library, Order("taken", descending=False))
    assert [paths[row].stem for row in rows] == ["DSC_9998", "DSC_9999", "DSC_0001", "DSC_0002"]
