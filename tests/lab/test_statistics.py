"""The lab's statistics compared with scipy, including ties and constant values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from memapp.lab.statistics import agreement, bootstrap_interval, calibration_bins, pearson, ranks, spearman


def pairs(ties: bool, n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    first = generator.uniform(0, 1, n)
    second = 0.6 * first + 0.4 * generator.uniform(0, 1, n)
    return (first.round(1), second.round(1)) if ties else (first, second)


@pytest.mark.parametrize("ties", [False, True])
def test_equal_to_scipy(ties: bool) -> None:
    first, second = pairs(ties)
    np.testing.assert_array_equal(ranks(first), stats.rankdata(first))
    assert spearman(first, second) == pytest.approx(stats.spearmanr(first, second).statistic, abs=1e-12)
    assert pearson(first, second) == pytest.approx(stats.pearsonr(first, second).statistic, abs=1e-12)


def test_the_interval_is_scipys() -> None:
    first, second = pairs(ties=False)
    ours = bootstrap_interval(spearman, first, second)
    referee = stats.bootstrap(
        (first, second),
        lambda one, other: stats.spearmanr(one, other).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=1,
    ).confidence_interval
    assert ours is not None
    assert ours == pytest.approx((referee.low, referee.high), abs=0.02)
    assert ours == bootstrap_interval(spearman, first, second), "the same each time"


def test_constant_values_have_no_correlation() -> None:
    first, _ = pairs(ties=False)
    same = np.full_like(first, 0.7)
    assert spearman(first, same) is None
    assert pearson(same, first) is None
    assert bootstrap_interval(spearman, first, same) is None
    assert spearman(first[:1], first[:1]) is None


def test_errors_are_in_score_points() -> None:
    found = agreement(np.array([0.5, 0.7, 0.9]), np.array([0.6, 0.6, 0.6]))
    assert found.rmse == pytest.approx(np.sqrt((0.01 + 0.01 + 0.09) / 3))
    assert found.mae == pytest.approx((0.1 + 0.1 + 0.3) / 3)
    assert found.bias == pytest.approx(0.1)
    assert (found.n, found.spearman) == (3, None)


def test_bins_contain_photos_with_similar_predictions() -> None:
    first, second = pairs(ties=False, n=25)
    bins = calibration_bins(first, second)
    assert [part.n for part in bins] == [3] * 5 + [2] * 5
    assert [part.predicted for part in bins] == sorted(part.predicted for part in bins)
    assert sum(part.n * part.measured for part in bins) / 25 == pytest.approx(second.mean())
    assert len(calibration_bins(first[:4], second[:4])) == 4
