"""Statistics of the agreement between predictions and people, with numpy; the tests compare with scipy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]

RESAMPLES = 2_000
BINS = 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of predictions with measurements. None if undefined, because all values are equal."""

    n: int
    spearman: float | None
    """Of ranks; equal values share the mean of their ranks."""
    pearson: float | None
    rmse: float
    mae: float
    bias: float
    """Mean of predicted minus measured."""
    mean_predicted: float
    mean_measured: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Photos with similar predictions."""

    n: int
    predicted: float
    """Mean."""
    measured: float
    """Mean."""


def agreement(predicted: Numbers, measured: Numbers) -> Agreement:
    """Compare predictions with measurements, both of shape (n,), n at least 1."""
    error = predicted - measured
    return Agreement(
        n=len(predicted),
        spearman=spearman(predicted, measured),
        pearson=pearson(predicted, measured),
        rmse=float(np.sqrt(np.mean(error**2))),
        mae=float(np.mean(np.abs(error))),
        bias=float(np.mean(error)),
        mean_predicted=float(np.mean(predicted)),
        mean_measured=float(np.mean(measured)),
    )


def pearson(first: Numbers, second: Numbers) -> float | None:
    """Return Pearson's correlation; None if one of them is constant."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.clip(first @ second / scale, -1.0, 1.0)) if scale > 0 else None


def spearman(first: Numbers, second: Numbers) -> float | None:
    """Return Spearman's rank correlation; None if one of them is constant."""
    return pearson(ranks(first), ranks(second))


def ranks(values: Numbers) -> Numbers:
    """Return ranks from 1; equal values share the mean of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Numbers = ((last - counts + 1 + last) / 2)[places]
    return shared


def bootstrap_interval(
    statistic: Callable[[Numbers, Numbers], float | None],
    predicted: Numbers,
    measured: Numbers,
    *,
    share: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Return the percentile bootstrap interval (Efron 1979), drawing with replacement, reproducibly.

    Returns:
        The bounds that contain the given share of the statistics; None if it is undefined.
    """
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        drawn = generator.integers(0, len(predicted), len(predicted))
        value = statistic(predicted[drawn], measured[drawn])
        if value is not None:
            found.append(value)
    if len(found) < resamples / 2:
        return None
    low, high = np.quantile(found, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def calibration_bins(predicted: Numbers, measured: Numbers, bins: int = BINS) -> list[Bin]:
    """Return mean predicted and mean measured in bins of equal size, ordered by prediction."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    return [Bin(len(part), float(predicted[part].mean()), float(measured[part].mean())) for part in parts]
