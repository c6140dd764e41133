"""How scores and places are written."""

from __future__ import annotations

import pytest

from memapp.core.records import Precision
from memapp.core.score_text import of_hundred, ordinal, place_text, points_text, score_text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "1st"),
        (1.0, "1st"),
        (2.0, "2nd"),
        (3.4, "3rd"),
        (4.0, "4th"),
        (10.0, "10th"),
        (11.0, "11th"),
        (12.0, "12th"),
        (13.0, "13th"),
        (14.0, "14th"),
        (20.0, "20th"),
        (21.0, "21st"),
        (22.0, "22nd"),
        (23.0, "23rd"),
        (74.3, "74th"),
        (91.0, "91st"),
        (99.4, "99th"),
        (100.0, "99th"),
    ],
)
def test_ordinal(value: float, words: str) -> None:
    assert ordinal(value) == words


def test_scores_in_words() -> None:
    assert score_text(0.8249) == "0.82"
    assert score_text(1.0) == "1.00"
    # Rounded as it is written, or 0.415 would read "0.41" and "42 of 100".
    assert of_hundred(0.8249) == 82
    assert of_hundred(0.415) == round(100 * float(score_text(0.415)))


def test_a_fast_score_is_marked() -> None:
    assert score_text(0.8234, Precision.FAST) == "≈0.82"
    assert score_text(0.8234, Precision.EXACT) == score_text(0.8234) == "0.82"


def test_a_difference_has_its_sign() -> None:
    assert [points_text(points) for points in (0.04, -0.12, 0.004, -0.004)] == [
        "+0.04",
        "−0.12",
        "0.00",
        "0.00",
    ]


def test_a_place_in_a_large_set() -> None:
    assert [place_text(place) for place in (1, 12, 1203)] == ["1st", "12th", "1,203rd"]
