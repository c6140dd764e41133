"""The content of a tile, read from the library in one go."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QImage

from memapp.core.caution import Caution
from memapp.core.marks import Marks
from memapp.core.names import display_name
from memapp.core.records import Failure, Precision
from memapp.core.stacks import StackKind
from memapp.gui.grid.tile_images import TileImages
from memapp.library.marks import marks_of
from memapp.library.order import NAME
from memapp.library.photo import Photo
from memapp.library.photo_columns import CAUTION, CHANGED, failure_of, precision_of, score_of
from memapp.library.scores import Scores
from memapp.library.stack_book import StackBook


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo in the grid, as it is painted."""

    name: str
    """The file's name, safe to paint (no control characters)."""
    score: float | None
    """The score by the net that is shown; None where there is none."""
    precision: Precision
    percentile: float | None
    """The percentile among people's scores, 0..100; None where there is none."""
    score_range: tuple[float, float]
    """The scores at the two ends of the bar."""
    caution: Caution | None
    """Why the score can't be compared with others; None where it can."""
    failure: Failure | None
    flag: float | None
    """How far apart two nets place the photo, where that is far enough to be flagged."""
    preview: QImage | None
    overlay: QImage | None
    """The picture that is drawn over the preview."""
    tie_before: bool
    """Whether its score and that of the photo before it are too close to call."""
    tie_after: bool
    """Whether its score and that of the photo after it are too close to call."""
    changed: bool
    marks: Marks
    stack: TileStack | None
    """What it is one of; None where it stands alone."""
    has_raw: bool
    """Whether it stands for its RAW file, too."""


@dataclass(frozen=True, slots=True)
class TileStack:
    """A photo's place in a moment or a bracket."""

    kind: StackKind
    place: int
    """From 1; the top photo of a moment is the first."""
    count: int
    """Photos in it."""
    expanded: bool


def tile_of(
    photo: Photo, *, scores: Scores, images: TileImages, ties: tuple[bool, bool], stacks: StackBook
) -> Tile:
    """Return what the tile of a photo shows; ties with the photo before it and with the one after."""
    score, key, net = score_of(photo), photo.key, scores.shown
    return Tile(
        name=display_name(photo[NAME]),
        score=score,
        precision=precision_of(photo),
        percentile=None if score is None else net.scale.percentile(score),
        score_range=net.scale.bar,
        caution=None if score is None else photo[CAUTION],
        failure=failure_of(photo) if score is None else None,
        flag=scores.flag(key),
        preview=images.preview(key),
        overlay=images.overlay(key),
        tie_before=ties[0],
        tie_after=ties[1],
        changed=photo[CHANGED],
        marks=marks_of(photo),
        stack=_stack(photo, stacks),
        has_raw=stacks.has_raw(photo.row),
    )


def _stack(photo: Photo, stacks: StackBook) -> TileStack | None:
    found = stacks.place_in(photo.row)
    return None if found is None else TileStack(*found, expanded=stacks.is_expanded(photo.id))
