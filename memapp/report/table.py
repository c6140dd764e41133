"""A report as a table that people read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from memapp.core.plain_text import one_line
from memapp.core.records import Precision
from memapp.core.score_text import ordinal, score_text
from memapp.report.record import Report


def table_text(report: Report) -> str:
    """Return a line for each photo: score, percentile and path, or the path and why there is no score.

    A terminal has no room for fields of several nets.
    """
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{'score':>5}  {'percentile':>10}  photo"
    names = ("path", "score", "percentile", "exact", "reason", "caution")
    columns = (report.values(name) for name in names)
    for path, score, percentile, exact, reason, caution in zip(*columns, strict=True):
        name = one_line(str(path))
        if not isinstance(score, float):
            yield f"{'-':>5}  {'-':>10}  {name}: {reason}"
            continue
        place = ordinal(percentile) if isinstance(percentile, float) else "-"
        precision = Precision.FAST if exact is False else Precision.EXACT
        mark = f" ({caution})" if caution else ""
        yield f"{score_text(score, precision):>5}  {place:>10}  {name}{mark}"
