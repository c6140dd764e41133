"""What a run says while it goes on. Frozen; the same for the window and the command line.

The order: one Started; then any number of the others in any order; the generator's end (or its exception)
closes the run. A photo that is Found later gets exactly one of Scored or Failed, unless the run is cancelled;
where it is Identified, that comes between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from memapp.core.records import (
    EngineInfo,
    Failure,
    FoundPhoto,
    IdentifiedPhoto,
    ImageKey,
    NetIdentity,
    ScoredPhoto,
)


@dataclass(frozen=True, slots=True)
class Started:
    """The run knows which net it is going to use."""

    net: NetIdentity


@dataclass(frozen=True, slots=True)
class Found:
    """Photos that will be scored, in the order of the folders, in batches.

    Their ids are those of their paths. An id that was found before, with another key, is a photo whose file
    was changed, or that is reached by another path now.
    """

    photos: tuple[FoundPhoto, ...]

    @property
    def keys(self) -> tuple[ImageKey, ...]:
        """The files of these photos."""
        return tuple(photo.key for photo in self.photos)


@dataclass(frozen=True, slots=True)
class Identified:
    """Files that were Found under one id are other photos, as their content says: moved, renamed, swapped.

    What shows the key under the id that it was found as shows it under the other id from now on. Where that
    id is shown already, with a former key, it takes this key, and nothing is shown twice.
    """

    photos: tuple[IdentifiedPhoto, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Files that are plainly no pictures (sidecars, films, texts) were passed over in a folder."""

    count: int


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores have come, new ones or known ones."""

    photos: tuple[ScoredPhoto, ...]
    known: bool
    """True when they come from the store and no picture was touched."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Photos that will get no score in this run."""

    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class EngineReady:
    """The net is loaded and its device proved."""

    engine: EngineInfo


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is. Finished photos only: scored, known and failed."""

    done: int
    total: int
    total_is_final: bool
    """False while folders are still being searched."""
    photos_per_second: float | None
    """Of photos that are really being scored (known ones left out), over the last half minute."""
    seconds_left: float | None


class NoticeKind(StrEnum):
    """How much a notice matters: what a person should know, or what they should act on."""

    INFORMATION = "information"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the user that stops nothing (scores can't be kept, the device fell back ...)."""

    kind: NoticeKind
    text: str


Event: TypeAlias = Started | Found | Identified | Skipped | Scored | Failed | EngineReady | Progress | Notice
