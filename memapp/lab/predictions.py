"""A net's scores of labelled photos, computed by the normal run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from memapp.core.contracts import ScorerFactory, StoreOpener
from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.events import Failed, Notice, Scored
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run


def predict(
    paths: Sequence[Path],
    *,
    scorers: ScorerFactory,
    open_store: StoreOpener | None,
    control: RunControl,
    progress: Callable[[int], object],
    notify: Callable[[str], None],
) -> tuple[dict[Path, float], dict[Path, str]]:
    """Score photos.

    Args:
        paths: absolute.
        scorers: the net's factory.
        open_store: opens the store of known scores; None to score everything.
        control: cancels.
        progress: called with the number of newly finished photos.
        notify: called with the run's messages.

    Returns:
        Scores by path, and the reason for each photo without one.

    Raises:
        MemappError: the net is not available.
        Cancelled: control was cancelled.
    """
    scores: dict[Path, float] = {}
    failed: dict[Path, str] = {}
    for event in score_run(
        [str(path) for path in paths],
        finder=find_photos,
        loader=load_photo,
        scorers=scorers,
        open_store=open_store,
        control=control,
    ):
        match event:
            case Scored():
                scores |= {Path(photo.key.path): photo.score for photo in event.photos}
                progress(len(event.photos))
            case Failed():
                failed |= {Path(failure.key.path): failure.reason for failure in event.failures}
                progress(len(event.failures))
            case Notice():
                notify(event.text)
            case _:
                pass
    if control.cancelled:
        raise Cancelled("Cancelled.")
    if missing := [path for path in paths if path not in scores and path not in failed]:
        # A run scores each file once; the labels may name it twice, by links.
        by_file = {_file_at(path): path for path in (*scores, *failed)}
        for path in missing:
            same = by_file.get(_file_at(path))
            if same in scores:
                scores[path] = scores[same]
            else:
                failed[path] = "it is not a picture" if same is None else failed[same]
    return scores, failed


def _file_at(path: Path) -> object:
    """Return what names the file at a path, links followed; the path where there is none."""
    try:
        status = path.stat()
    except OSError:
        return path
    return (status.st_dev, status.st_ino)
