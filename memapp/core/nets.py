"""The nets that can score here, as the window knows them, and what their numbers mean to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from memapp.core.calibration import (
    FALSE_ALARM_TIE_WIDTH,
    TIE_WIDTH,
    TYPICAL_ERROR,
    is_near_floor,
    percentile,
    score_sentence,
    score_text,
)
from memapp.core.records import NetIdentity, Precision

RESMEM_NAME = "resmem"
"""Of the published net: always there, and what scores unless something else is chosen."""


FALSERESMEM_NAME = "falseresmem"
"""Of the published net that predicts false alarms."""

UNTRAINED_M3M_NAME = "m3m"
"""Of M3M as it starts from the published net, and equal to it."""


class Predicts(StrEnum):
    """What a net's scores are."""

    HITS = "hits"
    """The share of people who recognise the photo when it comes back."""
    FALSE_ALARMS = "false alarms"
    """The share of people who believe that they saw the photo, and never did."""


@dataclass(frozen=True, slots=True)
class InstalledNet:
    """A net that can score here."""

    name: str
    """What it is called in settings and on the command line; no other net has it."""
    title: str
    """As people read it; no other net has it."""
    predicts: Predicts
    note: str
    """One sentence: where it comes from."""
    removable: bool = False
    """Whether a person added it, and may remove it."""

    @property
    def has_percentiles(self) -> bool:
        """Whether its scores can be placed among people's: those are hits."""
        return self.predicts is Predicts.HITS

    @property
    def tie_width(self) -> float:
        """Two of its scores closer than this are a tie."""
        return TIE_WIDTH if self.predicts is Predicts.HITS else FALSE_ALARM_TIE_WIDTH

    @property
    def score_range(self) -> tuple[float, float]:
        """The scores at the two ends of a bar."""
        return (0.4, 1.0) if self.predicts is Predicts.HITS else (0.0, 0.15)

    def percentile(self, score: float) -> float | None:
        """0..100, among people's scores; None where it can't be said."""
        return percentile(score) if self.has_percentiles else None

    @property
    def typical_error(self) -> float | None:
        """How far it is off on a typical photo, in score; None where that was never measured."""
        return TYPICAL_ERROR if self._scores_as_published else None

    @property
    def caution(self) -> str:
        """What must be said beside every score of it; nothing for most nets."""
        return self.note if self.name == UNTRAINED_M3M_NAME else ""

    def is_near_floor(self, score: float) -> bool:
        """Whether the score is as low as the published net can give one."""
        return self._scores_as_published and is_near_floor(score)

    @property
    def _scores_as_published(self) -> bool:
        return self.name in (RESMEM_NAME, UNTRAINED_M3M_NAME)

    def sentence(self, score: float) -> str:
        """What a score predicts, in words."""
        if self.predicts is Predicts.HITS:
            return score_sentence(score)
        return (
            f"About {of_hundred(score)} of 100 people who never saw this photo are predicted to believe "
            "that they did."
        )


RESMEM = InstalledNet(
    RESMEM_NAME, "ResMem", Predicts.HITS, "Published: how many people recognise a photo when it comes back."
)


@dataclass(frozen=True, slots=True)
class NetScore:
    """What one net says of one photo."""

    net: InstalledNet
    score: float | None
    """None while it has not been scored."""
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class NetColumn:
    """What one net says of several photos, for an export."""

    net: InstalledNet
    identity: NetIdentity
    scores: Sequence[float | None]
    """In the order of the photos; None where there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far apart two nets place several photos, for an export."""

    first: InstalledNet
    second: InstalledNet
    points: Sequence[float | None]
    """As core.disagreement has them, in the order of the photos; None where that is not known."""


@dataclass(frozen=True, slots=True)
class NetWork:
    """What the composition root lends the window: work on nets, done off the window's thread."""

    installed: tuple[InstalledNet, ...]
    """When the window opens, the published one first."""
    add: Callable[[Path], tuple[InstalledNet, ...]]
    """Check a file and take it in; gives all nets, the new one last. Raises: MemappError: it is refused."""
    remove: Callable[[str], tuple[InstalledNet, ...]]
    """Delete the copy of a net that was added; gives the others. Raises: MemappError."""
    missing: str = ""
    """Which published net is not here, and how to get it; empty where none is missing."""


def of_hundred(score: float) -> int:
    """A score as people of a hundred, rounded as it is written."""
    return round(100 * float(score_text(score)))


def hits_and_false_alarms(hits: float, false_alarms: float) -> str:
    """Both predictions of one photo together, and what is left of the one without the other."""
    # Of the numbers as they are written, or the difference would look miscounted.
    corrected = float(score_text(hits)) - float(score_text(false_alarms))
    return (
        f"About {of_hundred(hits)} of 100 recognise it; about {of_hundred(false_alarms)} of 100 "
        f"who never saw it believe they did; corrected {score_text(corrected)}."
    )
