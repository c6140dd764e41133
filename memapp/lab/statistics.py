"""How well predictions agree with people. In numpy alone; the tests have scipy as referee."""

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
    """How well predictions agree with what was measured. None where it is not defined: all values alike."""

    n: int
    spearman: float | None
    """Of ranks; equals share the mean of their ranks."""
    pearson: float | None
    rmse: float
    mae: float
    bias: float
    """Mean of predicted less measured."""
    mean_predicted: float
    mean_measured: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Photos of like predictions."""

    n: int
    predicted: float
    """Mean."""
    measured: float
    """Mean."""


def agreement(predicted: Numbers, measured: Numbers) -> Agreement:
    """Compare predictions with what was measured, both of shape (n,), n at least 1."""
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
    """Pearson's correlation; None where one of them does not vary."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.clip(first @ second / scale, -1.0, 1.0)) if scale > 0 else None


def spearman(first: Numbers, second: Numbers) -> float | None:
    """Spearman's rank correlation; None where one of them does not vary."""
    return pearson(ranks(first), ranks(second))


def ranks(values: Numbers) -> Numbers:
    """Ranks from 1; equals share the mean of theirs."""
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
    """The percentile bootstrap's interval (Efron 1979): photos drawn with replacement, the same each time.

    Returns:
        The bounds within which the given share of the statistics lies; None where it is not defined.
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
    """Photos in the order of their predictions, in parts of equal size: mean predicted, mean measured."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    return [Bin(len(part), float(predicted[part].mean()), float(measured[part].mean())) for part in parts]
