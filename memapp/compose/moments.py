"""The search for photos of one moment: from what is stored of them to stacks, off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from memapp.core.control import RunControl
from memapp.core.likeness import FEATURES, GREY_SIDE, Likeness, unit_features
from memapp.core.moments import order_of
from memapp.core.records import ImageKey
from memapp.intake.greys import decode_grey
from memapp.library.found_stacks import FoundStack, FoundStacks, StackedPhoto
from memapp.library.stacks import Compared, find_stacks, raw_companions
from memapp.store.likenesses import LikenessStore
from memapp.store.stack_choices import StackChoiceStore

_TO_THE_SECOND = len("2026-05-01T18:30:05")
_MICROSECONDS = 1e6


def search_stacks(photos: Sequence[StackedPhoto], *, home: Path, control: RunControl) -> FoundStacks:
    """Return the stacks among photos, and what people said of them.

    Args:
        photos: all that are listed.
        home: MEMAPP_HOME.
        control: cancels the search.

    Raises:
        StoreError: what is stored can't be read.
        Cancelled: control was cancelled.
    """
    likenesses, choices = LikenessStore(home=home), StackChoiceStore(home=home)
    try:
        known = likenesses.load([photo.key for photo in photos])
        control.checkpoint()
        said = choices.load([photo.id for photo in photos])
    finally:
        likenesses.close()
        choices.close()
    seconds = np.array([_seconds(photo.taken) for photo in photos], np.float64)
    companions = raw_companions([photo.key.path for photo in photos], seconds)
    compared = _compared(photos, known, seconds, control)
    stacks = find_stacks(compared, without=companions, checkpoint=control.checkpoint)
    return FoundStacks(
        stacks=tuple(FoundStack(stack.kind, tuple(photos[row].id for row in stack.rows)) for stack in stacks),
        companions={photos[raw].id: photos[jpeg].id for raw, jpeg in companions.items()},
        sharpness={
            photo.id: like.sharpness
            for photo in photos
            if (like := known.get(photo.key)) is not None and like.sharpness is not None
        },
        choices=said,
        lacking=tuple(photo.key for photo in photos if photo.key not in known),
    )


def _compared(
    photos: Sequence[StackedPhoto],
    known: dict[ImageKey, Likeness],
    seconds: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    control: RunControl,
) -> Compared:
    features = np.zeros((len(photos), FEATURES), np.float32)
    greys = np.zeros((len(photos), GREY_SIDE, GREY_SIDE), np.uint8)
    readable = np.zeros(len(photos), np.bool_)
    packed: list[bytes] = []
    for row, photo in enumerate(photos):
        like = known.get(photo.key)
        grey = None if like is None else decode_grey(like.grey)
        if like is not None and grey is not None:
            greys[row], readable[row] = grey, True
            packed.append(like.features)
        if row % 500 == 0:
            control.checkpoint()
    if packed:
        features[readable] = unit_features(packed)
    return Compared(
        features=features,
        greys=greys,
        known=readable,
        seconds=seconds,
        exposures=[photo.exposure for photo in photos],
        cameras=[photo.camera for photo in photos],
    )


def _seconds(taken: str | None) -> float:
    """Return when a photo was taken, in seconds since 1970; NaN unless that is known to the second."""
    if taken is None or len(taken) < _TO_THE_SECOND:
        return np.nan
    order = order_of(taken)
    return np.nan if order is None else order / _MICROSECONDS
