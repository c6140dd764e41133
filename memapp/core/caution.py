"""Photos whose score says little: damaged files, and shapes that the net can't judge.

They are listed apart from all others.
"""

from __future__ import annotations

from enum import StrEnum

from memapp.core.records import PhotoFacts
from memapp.core.text import deferred, tr

CAUTION_MARK = "⚠"
"""Stands beside the score of such a photo, wherever one is painted."""

SMALLEST_SIDE = 64
"""Pixels. The net sees 227: a smaller picture is an icon, and what it sees is mostly made up."""
LONGEST_SHAPE = 8
"""Long side over short side. The net sees the picture squashed to a square: of a longer one, nothing is
recognisable."""


class Caution(StrEnum):
    """Why a score can't be compared with those of whole photos, as exports name it."""

    DAMAGED = "damaged"
    TOO_SMALL = "too small"
    EXTREME_SHAPE = "extreme shape"


_TEXTS = {
    Caution.DAMAGED: deferred("Damaged"),
    Caution.TOO_SMALL: deferred("Too small to judge"),
    Caution.EXTREME_SHAPE: deferred("Too narrow to judge"),
}

_SENTENCES = {
    Caution.DAMAGED: deferred(
        "This photo's file is damaged, so parts of the picture may be wrong. Its score means little. "
        "Copy the file again from its source."
    ),
    Caution.TOO_SMALL: deferred(
        "The scoring model can't judge this photo: it is smaller than {least} pixels. Its score means little."
    ),
    Caution.EXTREME_SHAPE: deferred(
        "The scoring model can't judge this photo: its long side is more than {most} times its "
        "short side. Its score means little."
    ),
}


def caution_of(facts: PhotoFacts) -> Caution | None:
    """Return why the score of a photo says little; None for a whole photo of a usual shape."""
    if facts.missing is not None:
        return Caution.DAMAGED
    # Without sorted(): a library asks this of each of 100,000 photos again and again.
    short, long = facts.width, facts.height
    if short > long:
        short, long = long, short
    if short < SMALLEST_SIDE:
        return Caution.TOO_SMALL
    return Caution.EXTREME_SHAPE if long > LONGEST_SHAPE * short else None


def caution_text(caution: Caution) -> str:
    """Return the caution in a few words."""
    return str(_TEXTS[caution])


def caution_sentence(facts: PhotoFacts) -> str:
    """Return the caution in one or two sentences; empty for a whole photo of a usual shape."""
    caution = caution_of(facts)
    if caution is None:
        return ""
    percent = round(100 * (facts.missing or 0.0))
    if percent:
        return tr(
            "This photo's file is damaged: about {percent} % of the picture, at its end, is missing. "
            "Its score means little. Copy the file again from its source.",
            percent=percent,
        )
    return _SENTENCES[caution].filled(least=SMALLEST_SIDE, most=LONGEST_SHAPE)
