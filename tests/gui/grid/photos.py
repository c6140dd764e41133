"""Photos made of plain values, for the grid's tests."""

from __future__ import annotations

from memapp.core.records import Failure, FailureKind, ImageKey, PhotoFacts, PhotoId, Precision, ScoredPhoto
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.tile_images import TileImages
from memapp.library.columns import RangeFilter
from memapp.library.filtering import PhotoFilter, contains, in_range
from memapp.library.library import Library
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores

_IDS: dict[str, PhotoId] = {}


def new_model(*, preview_bytes: int = 1_000_000_000) -> GridModel:
    """An empty grid over an empty library."""
    scores = Scores(Library(photo_columns()))
    return GridModel(scores=scores, images=TileImages(library=scores.library, preview_bytes=preview_bytes))


def key(name: str, size: int = 1000) -> ImageKey:
    """A photo by its name."""
    return ImageKey(f"/photos/{name}", size, 1)


def photo_id(photo: ImageKey) -> PhotoId:
    """The id of what lies at a path: always the same."""
    return _IDS.setdefault(photo.path, PhotoId(len(_IDS) + 1))


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


def add(model: GridModel, *photos: str | ImageKey) -> None:
    """Add photos that wait for their scores."""
    keys = [key(photo) if isinstance(photo, str) else photo for photo in photos]
    model.library.add((photo_id(each), each) for each in keys)


def add_scored(model: GridModel, *photos: ScoredPhoto) -> None:
    """Add photos together with their scores."""
    add(model, *(photo.key for photo in photos))
    model.scores.note_scores(photos)


def add_failed(model: GridModel, *failures: Failure) -> None:
    """Add photos that have no score."""
    add(model, *(failure.key for failure in failures))
    model.scores.note_failures(failures)


def remove(model: GridModel, *names: str) -> None:
    """Remove photos."""
    model.library.remove(photo_id(key(name)) for name in names)


def add_hundred(model: GridModel) -> None:
    """Add 00.jpg to 99.jpg, whose order by name is also their order by score, best first."""
    add_scored(model, *(scored(f"{number:02}.jpg", 0.95 - number / 200) for number in range(100)))


def shown_names(model: GridModel) -> list[str]:
    """What is shown, in order."""
    return [photo.name for photo in model.photos_shown()]


def passing(*, lowest: float = 0.0, highest: float = 1.0, text: str = "") -> PhotoFilter:
    """A filter by score and by name."""
    return (
        PhotoFilter()
        .with_condition("score", in_range("score", RangeFilter(0.0, 1.0), lowest, highest))
        .with_condition("name", contains("name", text))
    )
