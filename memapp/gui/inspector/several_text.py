"""What the inspector says of the scores of several photos."""

from __future__ import annotations

from memapp.core.records import Precision
from memapp.core.score_text import FAST_MARK, score_text
from memapp.core.text import tr, trn
from memapp.library.selection import ScoreSummary


def scores_text(summary: ScoreSummary) -> str:
    """Return mean and range of several scores; a figure that rests on a fast score is marked."""
    if not len(summary.scores):
        return tr("None of them has a score yet.")
    kinds = [Precision.FAST if fast else Precision.EXACT for fast in summary.fast.tolist()]
    lowest, highest = int(summary.scores.argmin()), int(summary.scores.argmax())
    mean_precision = Precision.FAST if summary.fast.any() else Precision.EXACT
    unscored = summary.count - len(summary.scores)
    sentences = [
        tr(
            "Average score {mean}, from {lowest} to {highest}.",
            mean=score_text(float(summary.scores.mean()), mean_precision),
            lowest=score_text(float(summary.scores[lowest]), kinds[lowest]),
            highest=score_text(float(summary.scores[highest]), kinds[highest]),
        )
    ]
    if unscored:
        sentences.append(trn("{count:,} of them has no score.", "{count:,} of them have no score.", unscored))
    if summary.verdict:
        sentences.append(summary.verdict)
    return " ".join(sentences)


def fast_among(summary: ScoreSummary) -> str:
    """Return a sentence about the fast scores among several; empty where there is none."""
    fast = int(summary.fast.sum())
    if not fast:
        return ""
    if fast == len(summary.scores) > 1:
        return tr(
            "All of these scores are fast ({mark}), a little less exact. Score exactly to be sure.",
            mark=FAST_MARK,
        )
    return trn(
        "One of these scores is fast ({mark}), a little less exact. Score exactly to be sure.",
        "{count:,} of these scores are fast ({mark}), a little less exact. Score exactly to be sure.",
        fast,
        mark=FAST_MARK,
    )
