"""Triage: score all photos fast, then the best exactly, as one run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from memapp.core.caution import caution_of
from memapp.core.events import Event, Found, Progress, Scored, Skipped
from memapp.core.records import ImageKey, Precision
from memapp.core.score_scale import RESMEM_SCALE

ScoreRunMaker: TypeAlias = Callable[[Sequence[str], Precision], Iterator[Event]]
"""Creates the score run over some paths with one precision."""


def triage_run(paths: Sequence[str], *, count: int, make_run: ScoreRunMaker) -> Iterator[Event]:
    """Score all photos fast, then the best of them, and all ties at the border, exactly.

    Args:
        paths: files and folders.
        count: how many of the best to score exactly, at least 1.
        make_run: creates each of the two score runs; both have the same control.

    Yields:
        The events of both runs, as of one: photos are Found once, and Progress counts both.
    """
    fast: dict[ImageKey, float] = {}
    first = Progress(done=0, total=0, total_is_final=False, photos_per_second=None, seconds_left=None)
    for event in make_run(paths, Precision.FAST):
        if isinstance(event, Scored):
            # What can't be compared is not among the best.
            fast.update((photo.key, photo.score) for photo in event.photos if caution_of(photo.facts) is None)
        elif isinstance(event, Progress):
            # The second run's photos are not known before the first has ended.
            first = event
            event = dataclasses.replace(event, seconds_left=None)
        yield event
    chosen = best_and_ties(fast, count)
    if not chosen or first.done < first.total:
        return
    for event in make_run([key.path for key in chosen], Precision.EXACT):
        if isinstance(event, Skipped):
            continue
        if isinstance(event, Found):
            # Only photos changed between the two runs are new.
            event = Found(tuple(photo for photo in event.photos if photo.key not in fast))
            if not event.photos:
                continue
        if isinstance(event, Progress):
            event = dataclasses.replace(event, done=first.done + event.done, total=first.total + len(chosen))
        yield event


def best_and_ties(scores: dict[ImageKey, float], count: int) -> list[ImageKey]:
    """Return the best, best first, followed by all that tie with the last of them."""
    ranked = sorted(scores, key=lambda key: (-scores[key], key.path))
    if len(ranked) <= count:
        return ranked
    border = scores[ranked[count - 1]] - RESMEM_SCALE.tie_width
    return ranked[:count] + [key for key in ranked[count:] if scores[key] > border]
