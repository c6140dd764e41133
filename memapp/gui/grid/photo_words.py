"""What the grid says of a photo in words: on the tile, in the tooltip, to screen readers."""

from __future__ import annotations

from html import escape

from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import Failure, FailureKind, Precision, ScoredPhoto
from memapp.core.score_text import FAST_SENTENCE, ordinal, score_text

_FAILURE_WORDS = {
    FailureKind.NOT_A_PICTURE: "Not a picture",
    FailureKind.UNSUPPORTED: "Format not supported",
    FailureKind.DAMAGED: "File is damaged",
    FailureKind.TOO_LARGE: "Photo too large",
    FailureKind.TOO_SLOW: "Took too long",
    FailureKind.UNREADABLE: "Can't be read",
    FailureKind.MISSING: "File not found",
    FailureKind.NOT_SCORED: "Couldn't be scored",
}


def failure_words(kind: FailureKind) -> str:
    """Why a photo has no score, in three words at most."""
    return _FAILURE_WORDS[kind]


def disagreement_flag(points: float) -> str:
    """The mark on the tile of a photo that two nets place far apart: "≠ 31"."""
    return f"≠ {round(abs(points))}"


def disagreement_words(points: float, first: NetInfo, second: NetInfo) -> str:
    """How far apart two nets place a photo; points as core.disagreement has them."""
    if round(points) == 0:
        return f"{first.title} and {second.title} place it alike in this set."
    above, below = (first, second) if points > 0 else (second, first)
    return f"{above.title} places it {round(abs(points))} points higher in this set than {below.title}."


def spoken_text(
    name: str, outcome: ScoredPhoto | Failure | None, *, net: NetInfo = RESMEM, flag: str = ""
) -> str:
    """A photo in one line, for screen readers; flag is what stands out about it."""
    if isinstance(outcome, Failure):
        return f"{name}, {failure_words(outcome.kind).lower()}"
    if outcome is None:
        return f"{name}, waiting for its score"
    kind = net.scale.spoken_kind(outcome.precision)
    rank = net.scale.percentile(outcome.score)
    place = "" if rank is None else f", {ordinal(rank)} percentile"
    return f"{name}, {kind} {score_text(outcome.score)}{place}{f', {flag}' if flag else ''}"


def tooltip(
    name: str, outcome: ScoredPhoto | Failure | None, *, net: NetInfo = RESMEM, flag: str = ""
) -> str:
    """The full name and what there is to say of the score, as rich text that wraps."""
    if isinstance(outcome, Failure):
        said = outcome.reason
    elif outcome is None:
        said = "Waiting for its score."
    else:
        said = score_text(outcome.score, outcome.precision)
        rank = net.scale.percentile(outcome.score)
        if rank is None:
            said += f" by {net.title}."
        else:
            said += f", {ordinal(rank)} percentile among pictures scored by people."
        said += f" {net.scale.sentence(outcome.score)}"
        if outcome.precision is Precision.FAST:
            said += f" {FAST_SENTENCE}"
    flagged = f"<p>{escape(flag)}</p>" if flag else ""
    return f"<p><b>{escape(name)}</b></p><p>{escape(said)}</p>{flagged}"
