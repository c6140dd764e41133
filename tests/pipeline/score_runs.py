"""What tests of runs share: run over some paths, and read the events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from memapp.core.contracts import PhotoLoader
from memapp.core.control import RunControl
from memapp.core.events import (
    Event,
    Progress,
    Scored,
)
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BrightnessFactory


def run(
    *paths: Path,
    factory: BrightnessFactory | None = None,
    home: Path | None = None,
    control: RunControl | None = None,
    loader: PhotoLoader = load_photo,
    thumbnails: ThumbnailCache | None = None,
) -> Iterator[Event]:
    return score_run(
        [str(path) for path in paths],
        finder=find_photos,
        loader=loader,
        scorers=factory or BrightnessFactory(),
        open_store=None if home is None else lambda: SqliteScoreStore(home=home),
        control=control or RunControl(),
        thumbnails=thumbnails,
    )


def scores(events: Iterable[Event], *, known: bool | None = None) -> dict[str, float]:
    return {
        photo.key.name: photo.score
        for event in events
        if isinstance(event, Scored) and known in (None, event.known)
        for photo in event.photos
    }


def collect(events: Iterable[Event], into: list[Event]) -> None:
    """Collect the events even of a run that fails."""
    for event in events:
        into.append(event)


def last_progress(events: list[Event]) -> Progress:
    return [event for event in events if isinstance(event, Progress)][-1]
