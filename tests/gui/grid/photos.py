"""Photos made of plain values, for the grid's tests."""

from __future__ import annotations

from memapp.core.records import Failure, FailureKind, ImageKey, PhotoFacts, Precision, ScoredPhoto
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.sort_proxy import PhotoSortProxy


def key(name: str, size: int = 1000) -> ImageKey:
    """A photo by its name."""
    return ImageKey(f"/photos/{name}", size, 1)


def scored(
    name: str,
    score: float,
    *,
    size: int = 1000,
    taken: str | None = None,
    precision: Precision = Precision.EXACT,
) -> ScoredPhoto:
    """A photo with its score."""
    facts = PhotoFacts(6000, 4000, "JPEG", taken=taken)
    return ScoredPhoto(key(name, size), score, facts, precision=precision)


def scored_fast(name: str, score: float) -> ScoredPhoto:
    """A photo with its fast score."""
    return scored(name, score, precision=Precision.FAST)


def failed(name: str, kind: FailureKind = FailureKind.DAMAGED) -> Failure:
    """A photo that has no score."""
    return Failure(key(name), kind, "This file ends too early (1.2 of 4.8 MB).")


def add_scored(model: PhotoItemModel, *photos: ScoredPhoto) -> None:
    """Add photos together with their scores."""
    model.add(photo.key for photo in photos)
    model.set_scores(photos)


def add_hundred(model: PhotoItemModel) -> None:
    """Add 00.jpg to 99.jpg, whose order by name is also their order by score, best first."""
    add_scored(model, *(scored(f"{number:02}.jpg", 0.95 - number / 200) for number in range(100)))


def shown_names(proxy: PhotoSortProxy) -> list[str]:
    """What is shown, in order."""
    return [photo.name for photo in proxy.photos_shown()]
