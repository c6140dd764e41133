"""The frozen records that go up from the runs to whoever shows or stores them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import NewType, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.net_ids import RESMEM_ID, NetId

PixelArray: TypeAlias = npt.NDArray[np.uint8]
"""Upright sRGB pixels, shape (height, width, 3), uint8."""

PhotoId = NewType("PhotoId", int)
"""What a person means by a photo. It survives edits, moves, renames and another drive letter; a copy has an
id of its own."""

Fingerprint = NewType("Fingerprint", bytes)
"""128 bits of a file's content, 16 bytes: equal content has equal fingerprints."""


@dataclass(frozen=True, slots=True)
class ImageKey:
    """Names one state of a photo's file: a file that was changed has another key.

    Results and previews bind to this, never to a row.
    """

    path: str
    """The path as the user gave or dropped it (absolute, links not resolved)."""
    size: int
    """Bytes."""
    mtime_ns: int
    """Time of last modification, nanoseconds since the epoch."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return PurePath(self.path).name


@dataclass(frozen=True, slots=True)
class FileState:
    """In which state a file is or was, wherever it lies."""

    size: int
    """Bytes."""
    mtime_ns: int
    """Time of last modification, nanoseconds since the epoch."""
    fingerprint: Fingerprint | None = None
    """Of its content; None where it was not taken."""


class FileCheck(StrEnum):
    """What became of a file since its photo was shown."""

    SAME = "same"
    CHANGED = "changed"
    """Edited or replaced: what lies there is not what was shown."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a photo, as the search met it."""

    key: ImageKey
    real_path: str
    """The path with its links resolved; the path of the key where there are none."""


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo as the register knows it by its path."""

    id: PhotoId
    state: FileState
    """The last known state of its file."""
    identified: bool
    """False for a new photo whose content was not looked at yet: it may prove to be one that moved."""


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo and the file that it lies in now."""

    id: PhotoId
    key: ImageKey


@dataclass(frozen=True, slots=True)
class IdentifiedPhoto:
    """A file that was found under one id, and which photo its content says that it is."""

    key: ImageKey
    found_as: PhotoId
    """What it was taken for by its path: a new photo, or the photo that lay there before."""
    id: PhotoId
    """The photo that it is. It may have lain elsewhere until now."""


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a photo's file says of itself. Sizes are of the upright photo, in pixels."""

    width: int
    height: int
    format: str
    """As people write it: "JPEG", "HEIC", "Nikon NEF" ..."""
    taken: str | None = None
    """Date and time of exposure, ISO 8601 without zone ("2026-05-01T18:30:05"), None where unknown."""
    camera: str | None = None
    lens: str | None = None
    exposure: str | None = None
    """As photographers write it: "1/250 s  f/2.8  ISO 400  85 mm"."""
    rendering: str | None = None
    """What was scored where the file holds more than one picture: "embedded preview", "first frame" ..."""


@dataclass(frozen=True, slots=True)
class LoadedPhoto:
    """What the one loader gives for one photo: what was asked for, decided once."""

    facts: PhotoFacts
    frame: PixelArray | None = None
    """What the net sees, shape (227, 227, 3): the whole photo squashed to 256 x 256, its centre cut out."""
    picture: PixelArray | None = None
    """The photo itself, at the size asked for or smaller; never enlarged."""
    fingerprint: Fingerprint | None = None
    """Of the whole file; taken where the net's frame is asked for."""


class Precision(StrEnum):
    """How exactly a score was computed. Scores of different precision never share a cache row."""

    EXACT = "exact"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class NetIdentity:
    """Which net, bit for bit, and how photos are prepared for it: together they make a score repeatable."""

    name: str
    sha256: str
    """Of the weights' file, 64 hexadecimal digits."""
    preprocessing: str
    """Version of the preparation; raised whenever a change of it may change a score."""
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What executes the net, for the badge and for every export."""

    engine: str
    """ "torch" or "onnxruntime"."""
    device: str
    """ "cpu", "cuda" or "mps"."""
    device_name: str
    """As its maker calls it: "NVIDIA GeForce RTX 4070", "Apple M3", "CPU, 8 cores"."""
    note: str | None = None
    """One sentence when this is not what was asked for, and why."""


@dataclass(frozen=True, slots=True)
class ScoredPhoto:
    """A photo with its score."""

    key: ImageKey
    score: float
    """The net's number, 0..1."""
    facts: PhotoFacts
    engine: EngineInfo | None = None
    """What computed it, so that it can be computed again."""
    precision: Precision = Precision.EXACT
    """Fast scores are marked wherever they are shown."""
    fingerprint: Fingerprint | None = None
    """Of the content that was scored; None for scores that are older than fingerprints."""


class FailureKind(StrEnum):
    """Why a photo has no score. The reason beside it is for people; this is for programs and tiles."""

    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class Failure:
    """One photo that has no score, with a reason that a photographer understands. It never stops a run."""

    key: ImageKey
    """Size and time are 0 where the file could not even be looked at."""
    kind: FailureKind
    reason: str
    """A sentence or two: what happened, then what to do."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a run is asked to do."""

    paths: tuple[str, ...]
    """Files and folders."""
    precision: Precision = Precision.EXACT
    triage: int | None = None
    """Score all fast, then so many of the best exactly; precision does not matter then."""
    net: NetId = RESMEM_ID
    """Which net scores; all but ResMem score exactly."""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file in a dropped folder that is plainly no picture: a sidecar, a film, a text."""

    path: str
