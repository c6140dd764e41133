"""What goes into a search for stacks, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from memapp.core.records import ImageKey, PhotoId
from memapp.core.stacks import StackChoice, StackKind

Choices: TypeAlias = Mapping[PhotoId, StackChoice]


@dataclass(frozen=True, slots=True)
class FoundStack:
    """Photos that belong together, as they were found."""

    kind: StackKind
    photos: tuple[PhotoId, ...]


@dataclass(frozen=True, slots=True)
class StackedPhoto:
    """What the search for stacks needs to know of a photo."""

    id: PhotoId
    key: ImageKey
    taken: str | None
    """As PhotoFacts has it, like exposure and camera."""
    exposure: str | None
    camera: str | None


@dataclass(frozen=True, slots=True)
class FoundStacks:
    """What the search for stacks found."""

    stacks: tuple[FoundStack, ...] = ()
    companions: Mapping[PhotoId, PhotoId] | None = None
    """RAW files, each with the JPEG or HEIC of its shot."""
    sharpness: Mapping[PhotoId, float] | None = None
    choices: Choices | None = None
    """What was stored of what a person said."""
    lacking: tuple[ImageKey, ...] = ()
    """Photos of which nothing is noted yet that tells how alike they are to others."""
