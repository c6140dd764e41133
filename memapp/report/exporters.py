"""The exporters: what writes a report, by the kind of file."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from memapp.core.export_kinds import ExportKind
from memapp.core.text import deferred
from memapp.report.delimited import csv_text
from memapp.report.json_files import json_lines_text, json_text
from memapp.report.record import Report
from memapp.report.table import table_text


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes reports as one kind of file."""

    kind: ExportKind
    render: Callable[[Report], str | bytes]
    """Return the whole file; text where it is text."""
    marks_utf8: bool = False
    """Whether spreadsheets need a byte order mark to read it as UTF-8."""

    def content(self, report: Report, *, for_spreadsheets: bool = False) -> bytes:
        """Return the bytes of the file.

        Text is UTF-8. What can't be encoded, such as a byte of a file's name that is no text, is written
        out: "\\udcff".

        Args:
            report: what is to be written.
            for_spreadsheets: begin with a byte order mark where spreadsheets need it; other programs may
                take the mark for a part of the first name.
        """
        rendered = self.render(report)
        if isinstance(rendered, bytes):
            return rendered
        mark = codecs.BOM_UTF8 if for_spreadsheets and self.marks_utf8 else b""
        return mark + rendered.encode("utf-8", errors="backslashreplace")


class Exporters:
    """The registry: every exporter, in the order in which people choose among them."""

    def __init__(self, exporters: Iterable[Exporter] = ()) -> None:
        self._exporters: dict[str, Exporter] = {}
        for exporter in exporters:
            self.register(exporter)

    def register(self, exporter: Exporter) -> None:
        """Add an exporter at the end.

        Raises:
            ValueError: its name or one of its endings is another exporter's.
        """
        kind = exporter.kind
        if kind.name in self._exporters:
            raise ValueError(f"there is an exporter {kind.name} already")
        taken = {ending for other in self.kinds for ending in other.endings}.intersection(kind.endings)
        if taken:
            raise ValueError(f"another exporter writes {', '.join(sorted(taken))}")
        self._exporters[kind.name] = exporter

    def __getitem__(self, name: str) -> Exporter:
        return self._exporters[name]

    def __iter__(self) -> Iterator[Exporter]:
        return iter(tuple(self._exporters.values()))

    @property
    def kinds(self) -> tuple[ExportKind, ...]:
        """All kinds."""
        return tuple(exporter.kind for exporter in self)

    @property
    def file_kinds(self) -> tuple[ExportKind, ...]:
        """The kinds that are files; a table for the terminal is none."""
        return tuple(kind for kind in self.kinds if kind.endings)


TABLE = Exporter(ExportKind("table", deferred("Table for the terminal"), (), "text/plain"), table_text)
CSV = Exporter(
    ExportKind("csv", deferred("Comma-separated values (CSV)"), (".csv",), "text/csv"),
    csv_text,
    marks_utf8=True,
)
JSON = Exporter(ExportKind("json", "JSON", (".json",), "application/json"), json_text)
JSON_LINES = Exporter(ExportKind("jsonl", "JSON Lines", (".jsonl",), "application/jsonl"), json_lines_text)

EXPORTERS = Exporters((TABLE, CSV, JSON, JSON_LINES))
"""What memapp can write."""
