"""Writes the window's photos as a report of the chosen kind."""

from __future__ import annotations

from memapp import __version__
from memapp.core.errors import StoreError
from memapp.core.files import is_one_of, write_bytes_atomically
from memapp.core.text import tr
from memapp.gui.window.file_commands import ExportOrder
from memapp.report.exporters import EXPORTERS
from memapp.report.record import from_library

EXPORT_KINDS = EXPORTERS.file_kinds
"""The kinds that the window offers."""


def write_export(order: ExportOrder) -> None:
    """Write the photos that the window lists.

    Raises:
        OSError: nothing was written.
        StoreError: a photo would be lost.
    """
    scores = order.scores
    report = from_library(scores, scores.library.rows(), identities=order.identities, app_version=__version__)
    if is_one_of(order.path, [key.path for key in report.photos]):
        raise StoreError(tr("it is one of the photos"))
    write_bytes_atomically(order.path, EXPORTERS[order.kind.name].content(report, for_spreadsheets=True))
