"""From a score to what it means: its place among the scores of people.

Source: quantiles of human memorability scores of LaMem (58,741 pictures) and MemCat (10,000), in
resources/human_memorability_quantiles.csv.
"""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import numpy.typing as npt

from memapp.core.resources import resource_path


@cache
def human_quantiles() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return quantiles (0..1) and the human scores at them, LaMem and MemCat together.

    Both rise; their shape is (201,).
    """
    with resource_path("human_memorability_quantiles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    quantiles = np.array([float(row["quantile"]) for row in rows])
    scores = np.array([float(row["lamem_and_memcat"]) for row in rows])
    return quantiles, scores


def percentile(score: float) -> float:
    """Return the share, 0..100, of the 68,741 pictures scored by people that lie below this score.

    Linear between the quantiles; below the lowest human score 0, above the highest 100.
    """
    quantiles, scores = human_quantiles()
    below = float(np.interp(score, scores, quantiles, left=0.0, right=1.0))
    return 100.0 * below
