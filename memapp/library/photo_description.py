"""Texts from all columns of a photo: tooltip, line for screen readers, rows of the details."""

from __future__ import annotations

from html import escape

from memapp.core.names import display_name
from memapp.library.order import NAME
from memapp.library.photo import Photo


def tooltip(photo: Photo) -> str:
    """Return the full name and each column's line, as rich text that wraps; names are escaped."""
    lines = [line for column in photo.library.columns if (line := column.tooltip_line(photo))]
    title = f"<p><b>{escape(display_name(photo[NAME]))}</b></p>"
    return title + "".join(f"<p>{escape(line)}</p>" for line in lines)


def spoken_text(photo: Photo) -> str:
    """Return a photo in one line, for screen readers."""
    lines = [line for column in photo.library.columns if (line := column.spoken_line(photo))]
    return ", ".join([display_name(photo[NAME]), *lines])


def detail_rows(photo: Photo, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Return title and text of each column of the details view whose value is known.

    Args:
        photo: which photo.
        without: the ids of columns to leave out.
    """
    columns = (column for column in photo.library.columns.detailed if column.id not in without)
    rows = ((column.title, column.described(photo)) for column in columns)
    return [(title, text) for title, text in rows if text]
