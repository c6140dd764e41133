"""How scores, differences and places are written, everywhere alike."""

from __future__ import annotations

from memapp.core.records import Precision
from memapp.core.text import deferred

FAST_MARK = "≈"
"""Stands before every fast score, wherever one is written."""

FAST_SENTENCE = deferred("Fast score, a little less exact. Score it exactly to be sure.")
"""What the mark means, wherever there is room to say it."""

_ORDINALS = {1: deferred("{number}st"), 2: deferred("{number}nd"), 3: deferred("{number}rd")}
_ORDINAL = deferred("{number}th")


def score_text(score: float, precision: Precision = Precision.EXACT) -> str:
    """Return a score as it is written: two decimals, never more; a fast one is marked: "≈0.82"."""
    return f"{FAST_MARK if precision is Precision.FAST else ''}{score:.2f}"


def of_hundred(score: float) -> int:
    """Return a score as people of a hundred, rounded as it is written: 0.415 is "0.41", so 41."""
    return round(100 * float(score_text(score)))


def points_text(points: float) -> str:
    """Return a difference of scores with its sign: "+0.04", "−0.12"; what rounds to nothing is "0.00"."""
    shown = f"{abs(points):.2f}"
    if shown == "0.00":
        return shown
    return f"+{shown}" if points > 0 else f"−{shown}"


def ordinal(value: float) -> str:
    """Return a percentile as people say it: 74.3 is "74th", 100 is "99th" (nobody is above all others)."""
    return place_text(max(1, min(99, round(value))))


def place_text(place: int) -> str:
    """Return a place as people say it: 12 is "12th", 1203 is "1,203rd"."""
    last = 0 if 10 <= place % 100 <= 20 else place % 10
    return _ORDINALS.get(last, _ORDINAL).filled(number=f"{place:,}")
