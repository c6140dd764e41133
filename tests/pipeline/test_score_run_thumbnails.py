"""Runs that store thumbnails: one decode serves both, and no thumbnail changes a score."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memapp.core.control import RunControl
from memapp.core.events import (
    Notice,
    Scored,
)
from memapp.core.records import (
    LoadedPhoto,
    Precision,
)
from memapp.intake.load import load_photo
from memapp.pipeline.thumbnail_cache import ThumbnailCache
from memapp.store.thumbnails import FOLDER_NAME, ThumbnailStore
from tests.pipeline.score_runs import run, scores


def test_one_decode_serves_the_net_and_the_thumbnail(folder: Path, tmp_path: Path) -> None:
    asked: list[int | None] = []

    def loader(
        path: str,
        *,
        frame: bool = False,
        longest_side: int | None = None,
        precision: Precision = Precision.EXACT,
        control: RunControl | None = None,
    ) -> LoadedPhoto:
        asked.append(longest_side)
        return load_photo(path, frame=frame, longest_side=longest_side, precision=precision, control=control)

    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    events = list(run(folder, loader=loader, thumbnails=cache))
    assert asked == [512] * 21
    keys = [photo.key for event in events if isinstance(event, Scored) for photo in event.photos]
    for key in keys:
        thumbnail = cache.find(key, 200)
        assert thumbnail is not None
        assert thumbnail.shape == (64, 80, 3)
        assert np.abs(thumbnail.astype(int) - 10 * int(key.name.split(".")[0])).max() <= 1
    # What was made once is not made again.
    asked.clear()
    list(run(folder, loader=loader, thumbnails=cache))
    assert sorted(asked, key=str) == [512, *[None] * 20]  # the broken one


def test_thumbnails_change_no_score(folder: Path, tmp_path: Path) -> None:
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "home"))
    assert scores(run(folder, thumbnails=cache)) == scores(run(folder))


def test_without_a_cache_no_thumbnail_is_written(folder: Path, memapp_home: Path) -> None:
    list(run(folder, home=memapp_home))
    assert not (memapp_home / FOLDER_NAME).exists()


def test_a_failing_thumbnail_cache_stops_no_run(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    cache = ThumbnailCache(ThumbnailStore(home=tmp_path / "file"))
    events = list(run(folder, thumbnails=cache))
    assert len(scores(events)) == 20
    assert not [event for event in events if isinstance(event, Notice)]
