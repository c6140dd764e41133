"""Libraries made of plain values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from memapp.core.records import Failure, FailureKind, ImageKey, PhotoFacts, PhotoId, Precision, ScoredPhoto
from memapp.library.library import Library
from memapp.library.order import Order, ordered
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores

_IDS = count(1)


def new_library() -> Library:
    """Return an empty library with the standard columns."""
    return Library(photo_columns())


def key(name: str, size: int = 1000, mtime_ns: int = 1) -> ImageKey:
    """Return a state of a file."""
    return ImageKey(f"/photos/{name}", size, mtime_ns)


def add(library: Library, *names: str) -> list[PhotoId]:
    """Add photos by their names; return their ids."""
    return list(library.add((PhotoId(next(_IDS)), key(name)) for name in names))


def scored(
    name: str, score: float, *, taken: str | None = None, precision: Precision = Precision.EXACT
) -> ScoredPhoto:
    """Return a photo with its score."""
    return ScoredPhoto(key(name), score, PhotoFacts(6000, 4000, "JPEG", taken=taken), precision=precision)


def failed(name: str) -> Failure:
    """Return a photo that has no score."""
    return Failure(key(name), FailureKind.DAMAGED, "This file ends too early (1.2 of 4.8 MB).")


def scored_library(photos: Iterable[ScoredPhoto]) -> Library:
    """Return a library with these photos and their scores."""
    photos = list(photos)
    library = new_library()
    add(library, *(photo.key.name for photo in photos))
    Scores(library).note_scores(photos)
    return library


def names(library: Library, order: Order) -> list[str]:
    """Return the names of the photos, in order."""
    return [photo.name for photo in library.keys_at(ordered(library, order))]
