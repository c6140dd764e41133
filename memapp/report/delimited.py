"""A report as comma-separated values: "." in numbers and "," between them, whatever the country."""

from __future__ import annotations

import csv
import io

from memapp.core.plain_text import defused
from memapp.report.record import Report


def csv_text(report: Report) -> str:
    """Return a table with a head and a line for each photo."""
    text = io.StringIO(newline="")
    # A bare line feed: where the system writes line ends of its own, it adds what is missing.
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([defused(field.name) for field in report.fields])
    for values in zip(*(field.values for field in report.fields), strict=True):
        writer.writerow(map(_cell, values))
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a value as people read it in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return defused(value)
