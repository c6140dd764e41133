"""How scores, differences and places are written, everywhere alike."""

from __future__ import annotations

import math

from memapp.core.number_text import number_text
from memapp.core.records import Precision
from memapp.core.text import deferred, tr

FAST_MARK = "≈"
"""Stands before every fast score, wherever one is written."""

FAST_SENTENCE = deferred("Fast score, a little less exact. Score it exactly to be sure.")
"""What the mark means, wherever there is room to say it."""

_ORDINALS = {1: deferred("{number}st"), 2: deferred("{number}nd"), 3: deferred("{number}rd")}
_ORDINAL = deferred("{number}th")


def score_text(score: float, precision: Precision = Precision.EXACT) -> str:
    """Return a score as it is written: two decimals, never more; a fast one is marked: "≈0.82"."""
    return f"{FAST_MARK if precision is Precision.FAST else ''}{number_text(score, '.2f')}"


def as_written(score: float) -> float:
    """Return a score with the decimals that are written, to reckon with: 0.415 is written 0.41."""
    return float(f"{score:.2f}")


def of_hundred(score: float) -> int:
    """Return a score as people of a hundred, rounded as it is written: 0.415 is "0.41", so 41."""
    return round(100 * as_written(score))


def points_text(points: float) -> str:
    """Return a difference of scores with its sign: "+0.04", "−0.12"; what rounds to nothing is "0.00"."""
    shown = number_text(abs(points), ".2f")
    if not as_written(points):
        return shown
    return f"+{shown}" if points > 0 else f"−{shown}"


def ordinal(value: float) -> str:
    """Return a percentile as people say it: 74.3 is "74th", 100 is "99th" (nobody is above all others)."""
    return place_text(max(1, min(99, round(value))))


def people_text(points: float) -> str:
    """Return a difference of scores as people: 0.15 is "+15 of 100 people"."""
    people = of_hundred(abs(points))
    signed = f"+{people}" if points > 0 and people else f"−{people}" if people else "0"
    return tr("{people} of 100 people", people=signed)


def standing(percentile: float) -> str:
    """Return a percentile as people say it: 78.2 is "Top 22 %", 11.4 is "Bottom 12 %".

    Args:
        percentile: the share of others that are lower, 0..100.
    """
    if percentile >= 50:
        return tr("Top {percent} %", percent=max(1, math.ceil(100 - percentile)))
    return tr("Bottom {percent} %", percent=max(1, math.ceil(percentile)))


def place_text(place: int) -> str:
    """Return a place as people say it: 12 is "12th", 1203 is "1,203rd"."""
    last = 0 if 10 <= place % 100 <= 20 else place % 10
    return _ORDINALS.get(last, _ORDINAL).filled(number=number_text(place, ","))
