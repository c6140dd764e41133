"""What the grid says of a photo in words: on the tile, in the tooltip, to screen readers."""

from __future__ import annotations

from html import escape

from memapp.core.calibration import ordinal, percentile, score_sentence, score_text
from memapp.core.records import Failure, FailureKind

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


def spoken_text(name: str, score: float | None, failure: Failure | None) -> str:
    """A photo in one line, for screen readers."""
    if failure is not None:
        return f"{name}, {failure_words(failure.kind).lower()}"
    if score is None:
        return f"{name}, waiting for its score"
    return f"{name}, score {score_text(score)}, {ordinal(percentile(score))} percentile"


def tooltip(name: str, score: float | None, failure: Failure | None) -> str:
    """The full name and what there is to say of the score, as rich text that wraps."""
    if failure is not None:
        said = failure.reason
    elif score is None:
        said = "Waiting for its score."
    else:
        rank = f"{ordinal(percentile(score))} percentile among pictures scored by people."
        said = f"{score_text(score)}, {rank} {score_sentence(score)}"
    return f"<p><b>{escape(name)}</b></p><p>{escape(said)}</p>"
