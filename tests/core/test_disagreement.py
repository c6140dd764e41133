"""How far apart two nets place photos."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.disagreement import FEWEST_PHOTOS, disagreement

TIE = 0.01


def apart(first: list[float], second: list[float], **options: bool) -> list[float]:
    found = disagreement(np.array(first), np.array(second), first_tie=TIE, second_tie=TIE, **options)
    return [round(float(points), 6) for points in found]


def rising(count: int) -> list[float]:
    """Scores of which no two tie."""
    return [0.3 + 0.02 * place for place in range(count)]


def test_nets_that_order_photos_alike_agree_whatever_their_scales() -> None:
    first = rising(11)
    assert apart(first, [0.1 + 3 * score for score in first]) == [0.0] * 11


def test_the_disagreement_is_the_distance_of_places_in_points_of_a_hundred() -> None:
    first = rising(11)
    second = [first[-1] + 0.02, *first[1:]]
    # The second net puts the first net's last photo first; all others move down by one place of ten.
    assert apart(first, second) == [-100.0] + [10.0] * 10


def test_it_changes_its_sign_with_the_nets() -> None:
    generator = np.random.default_rng(1)
    first, second = generator.random(40), generator.random(40)
    there = disagreement(first, second, first_tie=TIE, second_tie=2 * TIE)
    back = disagreement(second, first, first_tie=2 * TIE, second_tie=TIE)
    np.testing.assert_allclose(there, -back)
    assert np.abs(there).max() > 50


def test_photos_that_tie_share_their_places() -> None:
    # All of the first net's scores tie with each other: it has no opinion, so there is no disagreement.
    assert apart([0.5 + 0.0001 * place for place in range(11)], rising(11)) == [0.0] * 11
    # Ties in one corner of the set leave the rest as it was.
    first = rising(12)
    first[1] = first[0] + TIE / 2
    second = [first[1] + 0.5, first[0] + 0.6, *first[2:]]
    points = apart(first, second)
    # In the second net's order they are the two best: from places 0..1 of 11 to places 10 and 11.
    assert points[0] == pytest.approx(-100 * 9 / 11)
    assert points[1] == pytest.approx(-100 * 10 / 11)


def test_fewest_false_alarms_are_the_best() -> None:
    hits = rising(11)
    assert apart(hits, hits[::-1], second_is_best_low=True) == [0.0] * 11
    assert apart(hits[::-1], hits, first_is_best_low=True) == [0.0] * 11
    assert max(apart(hits, hits, second_is_best_low=True)) == 100.0


def test_photos_without_one_of_the_scores_are_left_out() -> None:
    first = rising(12)
    second = [*first[:-1], float("nan")]
    points = apart(first, second)
    assert np.isnan(points[-1])
    assert points[:-1] == [0.0] * 11


def test_a_small_set_says_too_little() -> None:
    first = rising(FEWEST_PHOTOS)
    assert not np.isnan(apart(first, first)).any()
    assert np.isnan(apart(first[1:], first[1:])).all()
    assert np.isnan(apart(first, [*first[1:], float("nan")])).all()
