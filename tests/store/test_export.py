"""Exports say what a script expects, best first, whatever the names are."""

from __future__ import annotations

import csv
import io
import json

import pytest

from memapp.core.records import (
    EngineInfo,
    Failure,
    FailureKind,
    ImageKey,
    NetIdentity,
    PhotoFacts,
    ScoredPhoto,
)
from memapp.store.export import ExportFormat, Provenance, best_first, failed_row, render, scored_row

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
PROVENANCE = Provenance.of(
    net=NET, engine=EngineInfo(engine="torch", device="cpu", device_name="CPU"), app_version="1.2.3"
)


def key(path: str) -> ImageKey:
    return ImageKey(path=path, size=1, mtime_ns=2)


def scored(path: str, score: float) -> ScoredPhoto:
    facts = PhotoFacts(width=30, height=20, format="JPEG", taken="2026-05-01T18:30:05")
    return ScoredPhoto(key=key(path), score=score, facts=facts)


ROWS = best_first(
    [
        failed_row(Failure(key("/p/broken.jpg"), FailureKind.DAMAGED, "It ends too early.")),
        scored_row(scored("/p/low.jpg", 0.45)),
        scored_row(scored("/p/high.jpg", 0.9)),
        scored_row(scored("/p/also high.jpg", 0.9)),
    ]
)


def test_best_first_equals_by_name_failed_last() -> None:
    names = [row.path for row in ROWS]
    assert names == ["/p/also high.jpg", "/p/high.jpg", "/p/low.jpg", "/p/broken.jpg"]


def test_json_has_the_agreed_shape() -> None:
    document = json.loads(render(ROWS, form=ExportFormat.JSON, provenance=PROVENANCE))
    assert list(document) == ["net", "engine", "device", "app_version", "results"]
    assert document["net"] == {"name": "ResMem", "sha256": "a" * 64, "preprocessing": "memapp-1"}
    assert (document["engine"], document["device"], document["app_version"]) == ("torch", "cpu", "1.2.3")
    best = document["results"][0]
    assert list(best) == ["path", "status", "score", "percentile", "width", "height", "taken", "reason"]
    assert (best["status"], best["score"], best["width"], best["taken"]) == (
        "scored",
        0.9,
        30,
        "2026-05-01T18:30:05",
    )
    assert 85 < best["percentile"] < 95
    failed = document["results"][-1]
    assert (failed["status"], failed["score"], failed["reason"]) == ("failed", None, "It ends too early.")


def test_json_lines_and_csv_say_the_same() -> None:
    lines = render(ROWS, form=ExportFormat.JSONL, provenance=PROVENANCE).splitlines()
    table = list(csv.DictReader(io.StringIO(render(ROWS, form=ExportFormat.CSV, provenance=PROVENANCE))))
    for line, row in zip(lines, table, strict=True):
        expected = {name: "" if value is None else str(value) for name, value in json.loads(line).items()}
        assert row == expected


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "-2.jpg", "@x.jpg", "\t=1.jpg", " =1.jpg"]
)
def test_a_name_is_no_formula(name: str) -> None:
    row = scored_row(scored(name, 0.5))
    text = render([row], form=ExportFormat.CSV, provenance=PROVENANCE)
    assert next(csv.DictReader(io.StringIO(text)))["path"] == f"'{name}"
    assert json.loads(render([row], form=ExportFormat.JSONL, provenance=PROVENANCE))["path"] == name


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.parametrize("name", ['/p/new\nline, "quoted".jpg', "/p/‮gpj.exe", "/p/🦊.jpg", "/p/\udcff.jpg"])
def test_any_name_can_be_written(form: ExportFormat, name: str) -> None:
    text = render([scored_row(scored(name, 0.5))], form=form, provenance=PROVENANCE)
    text.encode("utf-8", errors="backslashreplace")
    if form is ExportFormat.TABLE:
        assert len(text.splitlines()) == 2
        assert "‮" not in text
    elif form is ExportFormat.CSV:
        assert next(csv.DictReader(io.StringIO(text, newline="")))["path"] == name
    elif form is ExportFormat.JSONL:
        assert json.loads(text)["path"] == name


def test_the_table_has_two_decimals_and_the_reason() -> None:
    lines = render(ROWS, form=ExportFormat.TABLE, provenance=PROVENANCE).splitlines()
    assert lines[1].split() == ["0.90", "90th", "/p/also", "high.jpg"] or lines[1].startswith(" 0.90")
    assert lines[-1].endswith("/p/broken.jpg: It ends too early.")
