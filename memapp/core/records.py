"""The frozen records that runs pass up to be shown or stored."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from os.path import basename
from pathlib import PurePath
from typing import NewType, TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.likeness import Likeness
from memapp.core.net_ids import RESMEM_ID, NetId

PixelArray: TypeAlias = npt.NDArray[np.uint8]
"""Upright sRGB pixels, shape (height, width, 3), uint8."""

PhotoId = NewType("PhotoId", int)
"""What a person means by a photo. It survives edits, moves, renames and another drive letter; a copy has its
own id."""

Fingerprint = NewType("Fingerprint", bytes)
"""128 bits of a file's content, 16 bytes: equal content has equal fingerprints."""


@dataclass(frozen=True, slots=True)
class ImageKey:
    """One state of a photo's file: a changed file has another key.

    Results and previews refer to this, never to a row.
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
        # PurePath takes ten times as long, which 100,000 photos feel; it knows what to do with "folder/".
        return basename(self.path) or PurePath(self.path).name  # noqa: PTH119


@dataclass(frozen=True, slots=True)
class FileState:
    """The present or former state of a file, at any path."""

    size: int
    """Bytes."""
    mtime_ns: int
    """Time of last modification, nanoseconds since the epoch."""
    fingerprint: Fingerprint | None = None
    """Of its content; None if it was not taken."""


class FileCheck(StrEnum):
    """What happened to a file since its photo was shown."""

    SAME = "same"
    CHANGED = "changed"
    """Edited or replaced: the file is not what was shown."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file found by the search that may be a photo."""

    key: ImageKey
    real_path: str
    """The path with its links resolved; the key's path if there are none."""


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A photo as the register knows it, by its path."""

    id: PhotoId
    state: FileState
    """The last known state of its file."""
    identified: bool
    """False for a new photo whose content was not checked yet: it may turn out to be a moved one."""


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo and its present file."""

    id: PhotoId
    key: ImageKey


@dataclass(frozen=True, slots=True)
class IdentifiedPhoto:
    """A file found under one id, and the photo that its content shows."""

    key: ImageKey
    found_as: PhotoId
    """The photo assumed by its path: a new photo, or the one that was there before."""
    id: PhotoId
    """The real photo. It may have been elsewhere until now."""


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Facts from a photo's file. Sizes are of the upright photo, in pixels."""

    width: int
    height: int
    format: str
    """The common name: "JPEG", "HEIC", "Nikon NEF" ..."""
    taken: str | None = None
    """Date and time of exposure, ISO 8601, in the camera's own time, as far as known; None if it is not:
    "2026-05-01T18:30:05.25+02:00", "2026-05-01T18:30", "2026-05-01"."""
    camera: str | None = None
    lens: str | None = None
    exposure: str | None = None
    """As photographers write it: "1/250 s  f/2.8  ISO 400  85 mm"."""
    rendering: str | None = None
    """Which picture was scored if the file contains several: "embedded preview", "first frame" ..."""
    missing: float | None = None
    """None unless the picture is damaged; else the share of it, from its end, that is known to be missing:
    0..1, and 0 where that is not known."""

    def __post_init__(self) -> None:
        """Keep one copy of each text that many photos share: a fifth of what the window holds of a photo.

        Here, since facts are made by workers: it costs the GUI thread nothing.
        """
        for name in ("format", "camera", "lens", "exposure"):
            if text := getattr(self, name):
                object.__setattr__(self, name, sys.intern(text))


@dataclass(frozen=True, slots=True)
class LoadedPhoto:
    """The loader's result for one photo, with the requested parts."""

    facts: PhotoFacts
    frame: PixelArray | None = None
    """What the net sees, shape (227, 227, 3): the whole photo squashed to 256 x 256, of that the centre."""
    picture: PixelArray | None = None
    """The photo itself, at the requested size or smaller; never enlarged."""
    fingerprint: Fingerprint | None = None
    """Of the whole file; taken if the net's frame is requested."""
    sharpness: float | None = None
    """As core.likeness.Likeness has it; measured if the net's frame is requested."""


class Precision(StrEnum):
    """How exactly a score was computed. Scores of different precision never share a cache row."""

    EXACT = "exact"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class NetIdentity:
    """The exact identity of a net and its preparation of photos: together they make a score reproducible."""

    name: str
    sha256: str
    """Of the weights' file, 64 hexadecimal digits."""
    preprocessing: str
    """Version of the preparation; raise it when a change may change a score."""
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What executes the net, for the badge and for every export."""

    engine: str
    """ "torch" or "onnxruntime"."""
    device: str
    """ "cpu", "cuda" or "mps"."""
    device_name: str
    """Its maker's name for it: "NVIDIA GeForce RTX 4070", "Apple M3", "CPU, 8 cores"."""
    note: str | None = None
    """One sentence with the reason if it differs from the requested one."""


@dataclass(frozen=True, slots=True)
class ScoredPhoto:
    """A photo with its score."""

    key: ImageKey
    score: float
    """The net's number, 0..1."""
    facts: PhotoFacts
    engine: EngineInfo | None = None
    """What computed it, for reproduction."""
    precision: Precision = Precision.EXACT
    """Fast scores are marked everywhere."""
    fingerprint: Fingerprint | None = None
    """Of the scored content; None for scores from before fingerprints."""
    likeness: Likeness | None = None
    """What tells how alike it is to others; None unless it was noted just now."""


class FailureKind(StrEnum):
    """Why a photo has no score, for programs and tiles. The reason beside it is for people."""

    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED = "unsupported"
    DAMAGED = "damaged"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NOT_HERE = "not_here"
    """It is listed here by a cloud service, but not copied to this computer yet."""
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class Failure:
    """One photo without a score, with a reason that a photographer understands. It never stops a run."""

    key: ImageKey
    """Size and time are 0 if the file's state could not be read."""
    kind: FailureKind
    reason: str
    """One or two sentences: what happened, then what to do."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What a run should do."""

    paths: tuple[str, ...]
    """Files and folders."""
    precision: Precision = Precision.EXACT
    triage: int | None = None
    """Score all fast, then this many of the best exactly; precision is ignored then."""
    net: NetId = RESMEM_ID
    """The net that scores; all except ResMem score exactly."""


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file in a dropped folder that is clearly no photo: a sidecar, a film, a text, a camera's note."""

    path: str
