"""What the window exports: its photos as a report, written as the kind that was chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memapp import __version__
from memapp.core.errors import StoreError
from memapp.core.files import is_one_of, write_bytes_atomically
from memapp.core.records import Failure, NetIdentity, PhotoId, ScoredPhoto
from memapp.gui.window.file_commands import ExportOrder
from memapp.library.library import Library
from memapp.library.photo_columns import photo_columns, score_column
from memapp.library.scores import DISAGREEMENT, Scores
from memapp.report.exporters import EXPORTERS
from memapp.report.record import Report, from_library

EXPORT_KINDS = EXPORTERS.file_kinds
"""What the window offers."""


def write_export(order: ExportOrder) -> None:
    """Write what the window shows.

    Raises:
        OSError: nothing was written.
        StoreError: a photo would be lost.
    """
    report = _report(order)
    refuse_photos(order.path, [key.path for key in report.photos])
    write_bytes_atomically(order.path, EXPORTERS[order.kind.name].content(report, for_spreadsheets=True))


def refuse_photos(path: Path, photos: list[str]) -> None:
    """Raise StoreError where a file is one of the photos, whatever it is called."""
    if is_one_of(path, photos):
        raise StoreError("it is one of the photos")


def _report(order: ExportOrder) -> Report:
    library = Library(photo_columns(order.shown))
    library.add((PhotoId(place), outcome.key) for place, outcome in enumerate(order.outcomes))
    scores = Scores(library, net=order.shown)
    scores.set_nets([each.net for each in order.columns] or [order.shown], shown=order.shown)
    scores.note_scores([each for each in order.outcomes if isinstance(each, ScoredPhoto)], order.shown.id)
    scores.note_failures([each for each in order.outcomes if isinstance(each, Failure)])
    for column in order.columns:
        known = {PhotoId(place): score for place, score in enumerate(column.scores) if score is not None}
        library.set(score_column(column.net.id), known)
    if order.comparison is not None:
        scores.compare((order.comparison.first, order.comparison.second))
        points = [np.nan if each is None else each for each in order.comparison.points]
        library.set_all(DISAGREEMENT, np.array(points))
    identities: dict[str, NetIdentity] = {each.net.id: each.identity for each in order.columns}
    identities[order.shown.id] = order.net
    return from_library(scores, library.rows(), identities=identities, app_version=__version__)
