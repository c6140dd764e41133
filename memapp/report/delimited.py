"""A report as comma-separated values: "." in numbers and "," between them, whatever the country."""

from __future__ import annotations

import csv
import io

from memapp.report.record import Report

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(report: Report) -> str:
    """Return a table with a head and a line for each photo."""
    text = io.StringIO(newline="")
    # A bare line feed: where the system writes line ends of its own, it adds what is missing.
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_defused(field.name) for field in report.fields])
    for values in zip(*(field.values for field in report.fields), strict=True):
        writer.writerow(map(_defused, values))
    return text.getvalue()


def _defused(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in _FORMULA_STARTS:
        return f"'{value}"
    return value
