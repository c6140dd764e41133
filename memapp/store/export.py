"""Scores for other programs and for people: table, JSON, JSON Lines, CSV. Best first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from memapp.core.calibration import ordinal, percentile, score_text
from memapp.core.files import write_atomically
from memapp.core.records import EngineInfo, Failure, NetIdentity, ScoredPhoto


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
) -> None:
    """Write outcomes in the order given, whole or not at all; the path's ending says the format.

    Raises:
        OSError: nothing was written.
    """
    endings = {".json": ExportFormat.JSON, ".jsonl": ExportFormat.JSONL}
    text = render(
        [row(outcome) for outcome in outcomes],
        form=endings.get(path.suffix.lower(), ExportFormat.CSV),
        provenance=Provenance.of(outcomes, net=net, app_version=app_version),
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
    """Scored photos by falling score, then failed ones; equals by path."""
    return sorted(rows, key=lambda row: (row.score is None, -(row.score or 0.0), row.path))


def render(rows: Sequence[ExportRow], *, form: ExportFormat, provenance: Provenance) -> str:
    """The whole export as text, in the order of the rows, ending with a line end."""
    if form is ExportFormat.JSON:
        return _json(rows, provenance)
    if form is ExportFormat.JSONL:
        return "".join(f"{json.dumps(asdict(row))}\n" for row in rows)
    if form is ExportFormat.CSV:
        return _csv(rows)
    return "".join(f"{line}\n" for line in _table(rows))


def _json(rows: Sequence[ExportRow], provenance: Provenance) -> str:
    net = provenance.net
    document = {
        "net": {"name": net.name, "sha256": net.sha256, "preprocessing": net.preprocessing},
        "engine": provenance.engine,
        "device": provenance.device,
        "app_version": provenance.app_version,
        "results": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=2) + "\n"


def _csv(rows: Sequence[ExportRow]) -> str:
    text = io.StringIO(newline="")
    # A bare line feed: where the system writes line ends of its own, it adds what is missing.
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ExportRow.__slots__)
    for row in rows:
        writer.writerow(_defused(value) for value in asdict(row).values())
    return text.getvalue()


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
            yield f"{score_text(row.score):>5}  {place:>10}  {name}"


def _one_line(path: str) -> str:
    """A name as one line of a terminal can show it: control and direction marks written out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in path
    )
