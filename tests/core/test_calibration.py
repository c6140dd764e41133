"""From a score to what it means, checked against the committed numbers read in another way."""

from __future__ import annotations

import bisect
import itertools

import numpy as np
import pytest

from memapp.core.calibration import human_quantiles, percentile
from memapp.core.resources import resource_path


def read_quantiles() -> list[tuple[float, float]]:
    """(quantile, score) of LaMem and MemCat together, by splitting the lines, without csv and numpy."""
    lines = resource_path("human_memorability_quantiles.csv").read_text(encoding="utf-8").splitlines()
    table = [line.split(",") for line in lines if line and not line.startswith("#")]
    column = table[0].index("lamem_and_memcat")
    return [(float(row[0]), float(row[column])) for row in table[1:]]


def expected_percentile(score: float) -> float:
    """By hand: find the two neighbours and draw the line between them."""
    pairs = read_quantiles()
    scores = [pair[1] for pair in pairs]
    if score < scores[0]:
        return 0.0
    if score > scores[-1]:
        return 100.0
    right = bisect.bisect_right(scores, score)
    if right == len(scores):
        return 100.0 * pairs[-1][0]
    (low_quantile, low), (high_quantile, high) = pairs[right - 1], pairs[right]
    return 100.0 * (low_quantile + (high_quantile - low_quantile) * (score - low) / (high - low))


def test_the_quantiles_are_complete_and_rise() -> None:
    quantiles, scores = human_quantiles()
    assert quantiles.shape == scores.shape == (201,)
    assert quantiles[0] == 0.0
    assert quantiles[-1] == 1.0
    assert np.all(np.diff(quantiles) > 0)
    assert np.all(np.diff(scores) >= 0)


def test_percentile_is_linear_between_the_quantiles() -> None:
    for score in np.linspace(0.15, 1.05, 1_801):
        assert percentile(float(score)) == pytest.approx(expected_percentile(float(score)), abs=1e-9)


def test_percentile_at_each_quantile_is_that_quantile() -> None:
    pairs = read_quantiles()
    for (_, below), (quantile, score), (_, above) in zip(pairs, pairs[1:], pairs[2:], strict=False):
        if below < score < above:  # where several quantiles share a score there is no one answer
            assert percentile(score) == pytest.approx(100 * quantile)


def test_percentile_at_and_beyond_the_ends() -> None:
    lowest, highest = read_quantiles()[0][1], read_quantiles()[-1][1]
    assert percentile(lowest) == 0.0
    assert percentile(lowest - 0.01) == 0.0
    assert percentile(-1.0) == 0.0
    assert percentile(highest) == 100.0
    assert percentile(highest + 0.01) == 100.0


def test_percentile_never_falls_while_the_score_rises() -> None:
    values = [percentile(float(score)) for score in np.linspace(0, 1, 10_001)]
    assert all(first <= second for first, second in itertools.pairwise(values))
    assert values[0] == 0.0
    assert values[-1] == 100.0
