"""Scores for other programs and for people: table, JSON, JSON Lines, CSV. Best first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from memapp.core.calibration import ordinal, percentile, score_text
from memapp.core.files import write_atomically
from memapp.core.nets import RESMEM, Comparison, InstalledNet, NetColumn
from memapp.core.records import EngineInfo, Failure, NetIdentity, Precision, ScoredPhoto


class ExportFormat(StrEnum):
    """How scores are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One photo in an export; the fields' names are the columns."""

    path: str
    status: str
    """ "scored" or "failed"."""
    score: float | None
    percentile: float | None
    """0..100, among people's scores; None for nets that predict something else than these."""
    width: int | None
    height: int | None
    taken: str | None
    reason: str | None
    exact: bool | None = None
    """Whether the score was computed exactly; a fast one is a little off."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a score needs to be computed again."""

    net: NetIdentity
    engines: frozenset[EngineInfo]
    """What computed these scores; several where some were known from another device."""
    app_version: str

    @classmethod
    def of(
        cls, outcomes: Iterable[ScoredPhoto | Failure], *, net: NetIdentity, app_version: str
    ) -> Provenance:
        """Of these outcomes of runs with one net."""
        engines = frozenset(
            outcome.engine for outcome in outcomes if isinstance(outcome, ScoredPhoto) and outcome.engine
        )
        return cls(net=net, engines=engines, app_version=app_version)

    @property
    def engine(self) -> str | None:
        """The engine's name; several with commas; None where nothing was scored."""
        return ", ".join(sorted({engine.engine for engine in self.engines})) or None

    @property
    def device(self) -> str | None:
        """The device; several with commas; None where nothing was scored."""
        return ", ".join(sorted({engine.device for engine in self.engines})) or None


def write_export(
    path: Path,
    outcomes: Sequence[ScoredPhoto | Failure],
    *,
    net: NetIdentity,
    app_version: str,
    shown: InstalledNet = RESMEM,
    columns: Sequence[NetColumn] = (),
    comparison: Comparison | None = None,
) -> None:
    """Write outcomes in the order given, whole or not at all; the path's ending says the format.

    Args:
        path: where to.
        outcomes: of one net, in the order of the rows.
        net: that net's identity.
        app_version: memapp's.
        shown: what kind of net it is.
        columns: what each of several nets says of the same photos, a column each; empty where there is one.
        comparison: how far apart two of them place the photos, a column too.

    Raises:
        OSError: nothing was written.
    """
    endings = {".json": ExportFormat.JSON, ".jsonl": ExportFormat.JSONL}
    rows = [row(outcome) for outcome in outcomes]
    if not shown.has_percentiles:
        rows = [replace(each, percentile=None) for each in rows]
    text = render(
        rows,
        form=endings.get(path.suffix.lower(), ExportFormat.CSV),
        provenance=Provenance.of(outcomes, net=net, app_version=app_version),
        columns=columns,
        comparison=comparison,
    )
    write_atomically(path, text)


def row(outcome: ScoredPhoto | Failure) -> ExportRow:
    """One photo's outcome."""
    return _scored_row(outcome) if isinstance(outcome, ScoredPhoto) else _failed_row(outcome)


def _scored_row(photo: ScoredPhoto) -> ExportRow:
    return ExportRow(
        path=photo.key.path,
        status="scored",
        score=round(float(photo.score), 7),
        percentile=round(percentile(photo.score), 4),
        width=photo.facts.width,
        height=photo.facts.height,
        taken=photo.facts.taken,
        reason=None,
        exact=photo.precision is Precision.EXACT,
    )


def _failed_row(failure: Failure) -> ExportRow:
    return ExportRow(
        path=failure.key.path,
        status="failed",
        score=None,
        percentile=None,
        width=None,
        height=None,
        taken=None,
        reason=failure.reason,
    )


def best_first(rows: Iterable[ExportRow]) -> list[ExportRow]:
    """Exact scores by falling score, then fast ones, then failed photos; equals by path.

    Fast scores stand apart: an order that mixed both would rank by what they are off.
    """
    return sorted(
        rows, key=lambda row: (row.score is None, row.exact is False, -(row.score or 0.0), row.path)
    )


def render(
    rows: Sequence[ExportRow],
    *,
    form: ExportFormat,
    provenance: Provenance,
    columns: Sequence[NetColumn] = (),
    comparison: Comparison | None = None,
) -> str:
    """The whole export as text, in the order of the rows, ending with a line end.

    The table for the terminal has no room for columns of several nets.
    """
    if form is ExportFormat.JSON:
        return _json(rows, provenance, columns, comparison)
    if form is ExportFormat.JSONL:
        return "".join(f"{json.dumps(each)}\n" for each in _results(rows, columns, comparison))
    if form is ExportFormat.CSV:
        return _csv(rows, columns, comparison)
    return "".join(f"{line}\n" for line in _table(rows))


def _json(
    rows: Sequence[ExportRow],
    provenance: Provenance,
    columns: Sequence[NetColumn],
    comparison: Comparison | None,
) -> str:
    document: dict[str, object] = {
        "net": _net(provenance.net),
        "engine": provenance.engine,
        "device": provenance.device,
        "precision": _precision(rows),
        "app_version": provenance.app_version,
    }
    if columns:
        document["nets"] = [
            {"title": each.net.title, "predicts": each.net.predicts.value, **_net(each.identity)}
            for each in columns
        ]
    if comparison is not None:
        document["disagreement"] = {
            "first": comparison.first.title,
            "second": comparison.second.title,
            "unit": "points of a hundred by which the first places the photo higher in the set, beyond ties",
        }
    document["results"] = list(_results(rows, columns, comparison))
    return json.dumps(document, indent=2) + "\n"


def _precision(rows: Sequence[ExportRow]) -> str | None:
    """ "exact", "fast", or "mixed" after a triage; None where nothing was scored."""
    kinds = {row.exact for row in rows if row.exact is not None}
    if not kinds:
        return None
    if len(kinds) > 1:
        return "mixed"
    return (Precision.EXACT if True in kinds else Precision.FAST).value


def _net(net: NetIdentity) -> dict[str, str]:
    return {"name": net.name, "sha256": net.sha256, "preprocessing": net.preprocessing}


def _results(
    rows: Sequence[ExportRow], columns: Sequence[NetColumn], comparison: Comparison | None
) -> Iterator[dict[str, object]]:
    """Each row with what several nets say of it."""
    for place, row in enumerate(rows):
        result: dict[str, object] = asdict(row)
        if columns:
            result["scores"] = {each.net.title: _rounded(each.scores[place]) for each in columns}
        if comparison is not None:
            result["disagreement"] = _points(comparison.points[place])
        yield result


def _csv(rows: Sequence[ExportRow], columns: Sequence[NetColumn], comparison: Comparison | None) -> str:
    text = io.StringIO(newline="")
    # A bare line feed: where the system writes line ends of its own, it adds what is missing.
    writer = csv.writer(text, lineterminator="\n")
    compared = ["disagreement"] if comparison is not None else []
    writer.writerow(map(_defused, [*ExportRow.__slots__, *(each.net.title for each in columns), *compared]))
    for place, row in enumerate(rows):
        values = [*asdict(row).values(), *(_rounded(each.scores[place]) for each in columns)]
        if comparison is not None:
            values.append(_points(comparison.points[place]))
        writer.writerow(map(_defused, values))
    return text.getvalue()


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(float(score), 7)


def _points(points: float | None) -> float | None:
    return None if points is None else round(float(points), 2)


def _defused(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return f"'{value}"
    return value


def _table(rows: Sequence[ExportRow]) -> Iterator[str]:
    yield f"{'score':>5}  {'percentile':>10}  photo"
    for row in rows:
        name = _one_line(row.path)
        if row.score is None:
            yield f"{'-':>5}  {'-':>10}  {name}: {row.reason}"
        else:
            place = "-" if row.percentile is None else ordinal(row.percentile)
            precision = Precision.FAST if row.exact is False else Precision.EXACT
            yield f"{score_text(row.score, precision):>5}  {place:>10}  {name}"


def _one_line(path: str) -> str:
    """A name as one line of a terminal can show it: control and direction marks written out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in path
    )
