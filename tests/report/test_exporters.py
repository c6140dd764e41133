"""Exports say what a script expects, best first, whatever the names are."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.export_kinds import ExportKind
from memapp.core.records import Precision
from memapp.report.exporters import CSV, EXPORTERS, JSON, JSON_LINES, TABLE, Exporter, Exporters
from memapp.report.record import Report
from tests.report.made import OUTCOMES, report_of, scored

COLUMNS = [
    *("path", "name", "status", "score", "percentile", "width", "height", "taken", "contents", "reason"),
    *("exact", "caution", "flag", "stars", "label", "rank", "ties", "scoring_model"),
]


def text_of(exporter: Exporter, report: Report) -> str:
    """Return what an exporter writes."""
    return exporter.content(report).decode("utf-8")


def test_json_has_the_agreed_shape() -> None:
    document = json.loads(text_of(JSON, report_of()))
    assert list(document) == ["net", "engine", "device", "precision", "app_version", "results"]
    assert document["net"] == {"name": "ResMem", "sha256": "a" * 64, "preprocessing": "memapp-1"}
    assert (document["engine"], document["device"], document["app_version"]) == ("torch", "cpu", "1.2.3")
    best = document["results"][0]
    assert list(best) == COLUMNS
    assert (best["status"], best["score"], best["width"], best["taken"]) == (
        "scored",
        0.9,
        300,
        "2026-05-01T18:30:05",
    )
    assert 85 < best["percentile"] < 95
    failure = document["results"][-1]
    assert (failure["status"], failure["score"], failure["reason"]) == ("failed", None, "It ends too early.")
    assert (failure["width"], failure["taken"]) == (None, None)
    assert (document["precision"], best["exact"], failure["exact"]) == ("exact", True, None)


def test_fast_scores_are_marked_and_stand_after_exact_ones() -> None:
    fast = replace(scored("/p/fast.jpg", 0.95), precision=Precision.FAST)
    report = report_of([fast, *OUTCOMES])
    document = json.loads(text_of(JSON, report))
    assert [each["path"] for each in document["results"]][-2:] == ["/p/fast.jpg", "/p/broken.jpg"]
    assert document["precision"] == "mixed"
    assert [each["exact"] for each in document["results"]] == [True, True, True, False, None]
    table = text_of(TABLE, report)
    assert "≈0.95" in table
    assert table.count("≈") == 1
    assert json.loads(text_of(JSON, report_of([fast])))["precision"] == "fast"
    assert json.loads(text_of(JSON, report_of(OUTCOMES[:1])))["precision"] is None


def test_json_lines_and_csv_say_the_same() -> None:
    lines = text_of(JSON_LINES, report_of()).splitlines()
    table = list(csv.DictReader(io.StringIO(text_of(CSV, report_of()))))
    assert list(table[0]) == COLUMNS
    for line, columns in zip(lines, table, strict=True):
        words = {None: "", True: "yes", False: "no"}
        expected = {
            name: words[value] if value is None or isinstance(value, bool) else str(value)
            for name, value in json.loads(line).items()
        }
        assert columns == expected


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "-2.jpg", "@x.jpg", "\t=1.jpg", " =1.jpg"]
)
def test_a_name_is_no_formula(name: str) -> None:
    report = report_of([scored(name, 0.5)])
    assert next(csv.DictReader(io.StringIO(text_of(CSV, report))))["path"] == f"'{name}"
    assert json.loads(text_of(JSON_LINES, report))["path"] == name


@pytest.mark.parametrize("exporter", list(EXPORTERS), ids=lambda exporter: exporter.kind.name)
@pytest.mark.parametrize("name", ['/p/new\nline, "quoted".jpg', "/p/‮gpj.exe", "/p/🦊.jpg", "/p/\udcff.jpg"])
def test_any_name_can_be_written(exporter: Exporter, name: str) -> None:
    text = text_of(exporter, report_of([scored(name, 0.5)]))
    if exporter is TABLE:
        assert len(text.splitlines()) == 2
        assert "‮" not in text
    elif exporter is CSV:
        # A byte that is no text is written out.
        wanted = name.replace("\udcff", r"\udcff")
        assert next(csv.DictReader(io.StringIO(text, newline="")))["path"] == wanted
    elif exporter is JSON_LINES:
        assert json.loads(text)["path"] == name
    else:
        assert json.loads(text)["results"][0]["path"] == name


def test_the_table_has_two_decimals_and_the_reason() -> None:
    lines = text_of(TABLE, report_of()).splitlines()
    assert lines[1] == " 0.90        89th  /p/also high.jpg"
    assert lines[-1].endswith("/p/broken.jpg: It ends too early.")


def test_only_a_table_for_spreadsheets_begins_with_a_mark() -> None:
    report = report_of()
    for exporter in EXPORTERS:
        plain = exporter.content(report)
        assert not plain.startswith(b"\xef\xbb\xbf")
        marked = exporter.content(report, for_spreadsheets=True)
        assert marked == (b"\xef\xbb\xbf" + plain if exporter is CSV else plain)


# The registry


def test_a_kind_that_is_registered_can_be_chosen() -> None:
    exporters = Exporters(EXPORTERS)
    kind = ExportKind("names", "Names", (".txt",), "text/plain")
    exporters.register(Exporter(kind, lambda report: b"".join(b"%d" % len(report.photos) for _ in "1")))
    assert exporters.kinds[-1] == kind
    assert exporters.file_kinds[-1] == kind
    assert exporters["names"].content(report_of()) == b"4"


@pytest.mark.parametrize(("name", "ending"), [("csv", ".txt"), ("other", ".csv")])
def test_names_and_endings_belong_to_one_kind(name: str, ending: str) -> None:
    exporters = Exporters(EXPORTERS)
    with pytest.raises(ValueError, match=r"csv"):
        exporters.register(Exporter(ExportKind(name, "", (ending,), ""), lambda _: ""))


def test_the_terminal_has_no_files() -> None:
    assert [kind.name for kind in EXPORTERS.kinds] == ["table", "csv", "json", "jsonl"]
    assert [kind.name for kind in EXPORTERS.file_kinds] == ["csv", "json", "jsonl"]


@pytest.mark.parametrize(
    ("kind", "typed", "written"),
    [
        ("csv", "scores", "scores.csv"),
        ("json", "scores.csv", "scores.json"),
        ("json", "scores.JSONL", "scores.json"),
        ("csv", "SCORES.CSV", "SCORES.CSV"),
        ("csv", "my.photos", "my.photos.csv"),
        ("jsonl", "2026.05", "2026.05.jsonl"),
        ("table", "scores.csv", "scores.csv"),
    ],
)
def test_the_kind_decides_the_ending(kind: str, typed: str, written: str) -> None:
    path = EXPORTERS[kind].kind.file_name(Path("folder.csv") / typed, EXPORTERS.kinds)
    assert path == Path("folder.csv") / written


def test_damaged_photos_and_shapes_that_can_not_be_judged_say_so_and_come_later() -> None:
    damaged, tiny = scored("/p/damaged.jpg", 0.99), scored("/p/tiny.jpg", 0.98)
    damaged = replace(damaged, facts=replace(damaged.facts, missing=0.0))
    tiny = replace(tiny, facts=replace(tiny.facts, width=1, height=1))
    report = report_of([damaged, tiny, *OUTCOMES])
    results = json.loads(text_of(JSON, report))["results"]
    assert [result["caution"] for result in results] == [None, None, None, "damaged", "too small", None]
    assert [Path(result["path"]).name for result in results[3:]] == ["damaged.jpg", "tiny.jpg", "broken.jpg"]
    lines = text_of(TABLE, report).splitlines()
    assert lines[4].endswith("damaged.jpg (damaged)")
    assert lines[5].endswith("tiny.jpg (too small)")
