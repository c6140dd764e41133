"""What a net's numbers mean to people: one record for each kind of number, and the only place that knows.

Sources of the figures: the README, "What a score means"; ties: the benchmark mirror_ties.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from memapp.core.calibration import percentile
from memapp.core.number_text import number_text
from memapp.core.records import Precision
from memapp.core.score_text import as_written, of_hundred, place_text, score_text
from memapp.core.text import Deferred, deferred, tr

FLOOR_MARGIN = 0.02
"""Scores within this of the floor deserve a warning."""


class Predicts(StrEnum):
    """What a net's scores are. For files and for matching two nets; what follows from it is ScoreScale's."""

    HITS = "hits"
    """The share of people who recognise the photo when it comes back."""
    FALSE_ALARMS = "false alarms"
    """The share of people who believe that they saw the photo, and never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreScale:
    """What the scores of a net mean. All numbers are scores, 0..1, unless said otherwise."""

    predicts: Predicts
    low_is_better: bool = False
    """Whether the lowest score is the best one."""
    tie_width: float
    """Two scores closer than this are a tie: as far as a photo's mirror image moves its score on average."""
    bar: tuple[float, float]
    """The scores at the two ends of a bar."""
    has_percentiles: bool
    """Whether scores can be placed among people's."""
    sentence_pattern: Deferred
    """What a score predicts; {people} stands for people of a hundred."""
    meaning: Deferred
    """What any score is, in one sentence."""
    spoken_name: Deferred = deferred("score")
    """What a screen reader calls the number."""
    spoken_fast_name: Deferred = deferred("fast score")
    """The same for a fast score."""
    place_pattern: Deferred = deferred("{place} of {count} in this list")
    """The place of a photo in its set; it says from which end places are counted where it must."""
    exact_place_pattern: Deferred = deferred("{place} of the {count} exact scores in this list")
    """The same among exact scores only, where the set has fast ones too."""
    fast_place_pattern: Deferred = deferred("{place} of the {count} fast scores in this list")
    """The same among fast scores only."""
    typical_error: float | None = None
    """How far the net is off on a typical photo; None where that was never measured."""
    floor: float | None = None
    """What the net never predicts less than, however forgettable the photo; None where that is not known."""
    caution: Deferred | str = ""
    """What must be said beside every score; empty for most nets."""

    def percentile(self, score: float) -> float | None:
        """Return the place among people's scores, 0..100; None where it can't be said."""
        return percentile(score) if self.has_percentiles else None

    def is_tie(self, first: float, second: float) -> bool:
        """Return whether the net can't tell these two scores apart."""
        return abs(first - second) < self.tie_width

    def is_near_floor(self, score: float) -> bool:
        """Return whether the score is so near the floor that it only says "low"."""
        return self.floor is not None and score < self.floor + FLOOR_MARGIN

    def floor_warning(self, score: float) -> str:
        """Return what to say of a score near the floor, in a sentence; empty for others."""
        if self.floor is None or not self.is_near_floor(score):
            return ""
        return tr(
            "Close to {floor}, the lowest score that the scoring model ever gives. It says that "
            "the score is low, not how low.",
            floor=score_text(self.floor),
        )

    def sentence(self, score: float) -> str:
        """Return what a score predicts, in words."""
        return self.sentence_pattern.filled(people=of_hundred(score))

    def error_text(self) -> str:
        """Return how far a score may be off, as it is written behind one: "± 0.09"; empty if not known."""
        return "" if self.typical_error is None else f"± {score_text(self.typical_error)}"

    def spoken_kind(self, precision: Precision) -> str:
        """Return what a screen reader calls a score of this precision."""
        # In words: what a screen reader makes of the mark is anyone's guess.
        return str(self.spoken_fast_name if precision is Precision.FAST else self.spoken_name)

    def place_sentence(self, place: int, count: int, *, among: Precision | None = None) -> str:
        """Return the place of a photo in its set, as a sentence.

        Args:
            place: 1 for the best one.
            count: of the scores that it is compared with.
            among: the precision of these scores, where the set has scores of both precisions.
        """
        pattern = self.place_pattern
        if among is not None:
            pattern = self.fast_place_pattern if among is Precision.FAST else self.exact_place_pattern
        return pattern.filled(place=place_text(place), count=number_text(count, ","))


HITS = ScoreScale(
    predicts=Predicts.HITS,
    tie_width=0.03,
    bar=(0.4, 1.0),
    has_percentiles=True,
    sentence_pattern=deferred(
        "About {people} of 100 people are predicted to recognise this photo when it comes back."
    ),
    meaning=deferred("Score: how many of 100 people recognise the photo when it comes back."),
)
"""Of any net that predicts hits."""

RESMEM_SCALE = replace(HITS, typical_error=0.09, floor=0.411)
"""Of published ResMem. Its error: the root of its published mean squared error 0.009."""

FALSE_ALARMS = ScoreScale(
    predicts=Predicts.FALSE_ALARMS,
    low_is_better=True,
    tie_width=0.005,
    bar=(0.0, 0.15),
    has_percentiles=False,
    sentence_pattern=deferred(
        "About {people} of 100 people who never saw this photo are predicted to believe that they did."
    ),
    meaning=deferred("Score: how many of 100 people who never saw the photo believe that they did."),
    spoken_name=deferred("predicted false alarms"),
    spoken_fast_name=deferred("fast predicted false alarms"),
    place_pattern=deferred("{place} of {count} in this list, from the most false alarms"),
    exact_place_pattern=deferred(
        "{place} of the {count} exact scores in this list, from the most false alarms"
    ),
    fast_place_pattern=deferred(
        "{place} of the {count} fast scores in this list, from the most false alarms"
    ),
)
"""Of any net that predicts false alarms."""


def scale_of(predicts: Predicts) -> ScoreScale:
    """Return the scale of a net of which no more is known than what it predicts."""
    return {scale.predicts: scale for scale in (HITS, FALSE_ALARMS)}[predicts]


def hits_and_false_alarms(hits: float, false_alarms: float) -> str:
    """Return both predictions of one photo together, and what is left of the one without the other."""
    # Of the numbers as they are written, or the difference would look miscounted.
    corrected = as_written(hits) - as_written(false_alarms)
    return tr(
        "About {hits} of 100 people recognise it. About {false_alarms} of 100 who never saw it "
        "believe that they did. Difference: {corrected}.",
        hits=of_hundred(hits),
        false_alarms=of_hundred(false_alarms),
        corrected=score_text(corrected),
    )
