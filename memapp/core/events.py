"""The events of a run. Frozen; the same for the window and the command line.

The order: one Started; then any number of the others in any order; the end of the generator (or its
exception) ends the run. A Found photo later gets exactly one of Scored or Failed, unless the run is
cancelled; its Identified, if any, comes between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from memapp.core.contents import Contents
from memapp.core.marks import Marks
from memapp.core.records import (
    EngineInfo,
    Failure,
    FoundPhoto,
    IdentifiedPhoto,
    ImageKey,
    NetIdentity,
    PhotoId,
    ScoredPhoto,
)


@dataclass(frozen=True, slots=True)
class Started:
    """The run has identified its net."""

    net: NetIdentity


@dataclass(frozen=True, slots=True)
class Found:
    """Photos that will be scored, in the order of the folders, in batches.

    Their ids are those of their paths. An id found before, with another key, is a photo whose file has
    changed, or that was reached by another path.
    """

    photos: tuple[FoundPhoto, ...]

    @property
    def keys(self) -> tuple[ImageKey, ...]:
        """The files of these photos."""
        return tuple(photo.key for photo in self.photos)


@dataclass(frozen=True, slots=True)
class Identified:
    """Files Found under one id are other photos, according to their content: moved, renamed, swapped.

    A view that shows the key under the old id shows it under the new id from now on. If the new id is already
    shown, with a former key, it gets this key, and nothing is shown twice.
    """

    photos: tuple[IdentifiedPhoto, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The stored marks of photos that were Found or Identified just before; only of those that have some."""

    marks: Mapping[PhotoId, Marks]


@dataclass(frozen=True, slots=True)
class Looked:
    """What photos that were Found just before consist of; only of those that a segmenter has looked at."""

    contents: Mapping[ImageKey, Contents]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Files that are clearly not pictures (sidecars, films, texts) were skipped in a folder."""

    count: int


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores, new or known ones."""

    photos: tuple[ScoredPhoto, ...]
    known: bool
    """True if they come from the store and no picture was opened."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Photos that get no score in this run."""

    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class EngineReady:
    """The net is loaded and its device verified."""

    engine: EngineInfo


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of the run. Only finished photos count: scored, known and failed."""

    done: int
    total: int
    total_is_final: bool
    """False while folders are still being searched."""
    photos_per_second: float | None
    """Of photos scored in this run (without known ones), over the last half minute."""
    seconds_left: float | None


class NoticeKind(StrEnum):
    """The importance of a notice: for information, or to act on."""

    INFORMATION = "information"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the user that stops nothing (scores can't be kept, the device fell back ...)."""

    kind: NoticeKind
    text: str


Event: TypeAlias = (
    Started
    | Found
    | Identified
    | Marked
    | Looked
    | Skipped
    | Scored
    | Failed
    | EngineReady
    | Progress
    | Notice
)
