"""What photos of one moment share between the layers: why they belong together, and what a person said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StackKind(StrEnum):
    """Why photos belong together."""

    MOMENT = "moment"
    """Near-duplicates: a burst, or edits of one file."""
    BRACKET = "bracket"
    """One framing in several exposures that the camera made: all are wanted, none is the best."""


@dataclass(frozen=True, slots=True)
class StackChoice:
    """What a person said of the place of one photo."""

    leader: bool = False
    """It is on top of its moment, whatever the scores say."""
    alone: bool = False
    """It was taken out: it belongs to no moment."""
    joined: int | None = None
    """Photos with the same number belong together; None if nobody said so."""

    def __bool__(self) -> bool:
        return self != _NO_CHOICE


_NO_CHOICE = StackChoice()
