"""From a score to what it means: percentile among people's scores, tie band, the floor, the sentence.

Sources: quantiles of human memorability scores of LaMem (58,741 pictures) and MemCat (10,000), in
resources/human_memorability_quantiles.csv; the net's error and floor: the README, "What a score means".
"""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import numpy.typing as npt

from memapp.core.records import Precision
from memapp.core.resources import resource_path

TYPICAL_ERROR = 0.09
"""How far ResMem is off on a typical photo, in score (root of its published mean squared error 0.009)."""

TIE_WIDTH = 0.03
"""Two scores closer than this are a tie: a photo's own mirror image moves its score by 0.032 on average."""

FALSE_ALARM_TIE_WIDTH = 0.005
"""The same for predicted false alarms: their mean change by the mirror image (bench mirror_ties)."""

FLOOR = 0.411
"""ResMem never predicts less than about this, however forgettable the photo."""

FLOOR_MARGIN = 0.02
"""Scores within this of the floor deserve a warning."""

FAST_MARK = "≈"
"""Stands before every fast score, wherever one is written."""

FAST_SENTENCE = "Fast score, a little less exact. Score it exactly to be sure."
"""What the mark means, wherever there is room to say it."""


@cache
def human_quantiles() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Quantiles (0..1) and the human scores at them, LaMem and MemCat together; both rising, shape (201,)."""
    with resource_path("human_memorability_quantiles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    quantiles = np.array([float(row["quantile"]) for row in rows])
    scores = np.array([float(row["lamem_and_memcat"]) for row in rows])
    return quantiles, scores


def percentile(score: float) -> float:
    """Share, 0..100, of the 68,741 pictures scored by people that lie below this score.

    Linear between the quantiles; below the lowest human score 0, above the highest 100.
    """
    quantiles, scores = human_quantiles()
    below = float(np.interp(score, scores, quantiles, left=0.0, right=1.0))
    return 100.0 * below


def is_tie(first: float, second: float) -> bool:
    """Whether the net can't tell these two scores apart."""
    return abs(first - second) < TIE_WIDTH


def is_near_floor(score: float) -> bool:
    """Whether the score is so near the net's floor that it only says "low"."""
    return score < FLOOR + FLOOR_MARGIN


def ordinal(value: float) -> str:
    """A percentile as people say it: 74.3 gives "74th", 100 gives "99th" (nobody is above all others)."""
    return place_text(max(1, min(99, round(value))))


def place_text(place: int) -> str:
    """A place as people say it: 12 gives "12th", 1203 gives "1,203rd"."""
    suffix = "th" if 10 <= place % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{suffix}"


def score_text(score: float, precision: Precision = Precision.EXACT) -> str:
    """A score as it is written everywhere: two decimals, never more; a fast one is marked: "≈0.82"."""
    return f"{FAST_MARK if precision is Precision.FAST else ''}{score:.2f}"


def points_text(points: float) -> str:
    """A difference of scores with its sign: "+0.04", "−0.12"; what rounds to nothing is "0.00"."""
    shown = f"{abs(points):.2f}"
    if shown == "0.00":
        return shown
    return f"+{shown}" if points > 0 else f"−{shown}"


def band_text() -> str:
    """How far a score may be off, as it is written behind one: "± 0.09"."""
    return f"± {score_text(TYPICAL_ERROR)}"


def score_sentence(score: float) -> str:
    """What the score predicts, in words."""
    # Rounded as it is written, or 0.415 would read "0.41" and "42 of 100".
    people = round(100 * float(score_text(score)))
    return f"About {people} of 100 people are predicted to recognise this photo when it comes back."
