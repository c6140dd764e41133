"""What the grid says of a photo in words: on the tile, in the tooltip, to screen readers."""

from __future__ import annotations

from html import escape

from memapp.core.calibration import FAST_SENTENCE, ordinal, percentile, score_sentence, score_text
from memapp.core.records import Failure, FailureKind, Precision, ScoredPhoto

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


def spoken_text(name: str, outcome: ScoredPhoto | Failure | None) -> str:
    """A photo in one line, for screen readers."""
    if isinstance(outcome, Failure):
        return f"{name}, {failure_words(outcome.kind).lower()}"
    if outcome is None:
        return f"{name}, waiting for its score"
    # In words: what a reader makes of the mark is anyone's guess.
    kind = "fast score" if outcome.precision is Precision.FAST else "score"
    rank = ordinal(percentile(outcome.score))
    return f"{name}, {kind} {score_text(outcome.score)}, {rank} percentile"


def tooltip(name: str, outcome: ScoredPhoto | Failure | None) -> str:
    """The full name and what there is to say of the score, as rich text that wraps."""
    if isinstance(outcome, Failure):
        said = outcome.reason
    elif outcome is None:
        said = "Waiting for its score."
    else:
        rank = f"{ordinal(percentile(outcome.score))} percentile among pictures scored by people."
        said = f"{score_text(outcome.score, outcome.precision)}, {rank} {score_sentence(outcome.score)}"
        if outcome.precision is Precision.FAST:
            said += f" {FAST_SENTENCE}"
    return f"<p><b>{escape(name)}</b></p><p>{escape(said)}</p>"
