"""The report record: what is exported of a library, and what made the scores."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import EngineInfo, PhotoId
from memapp.core.score_scale import FALSE_ALARMS
from memapp.library.columns import Column, ExportField, Kind
from memapp.library.order import Order, ordered
from memapp.library.scores import Scores
from memapp.report.exporters import CSV, JSON, JSON_LINES
from memapp.report.record import Report, from_library
from tests.report.made import CPU, NET, OUTCOMES, key, report_of, scored, scores_of

ALARMS = NetInfo(NetId("falseresmem"), "=False", FALSE_ALARMS, "note")
IDENTITIES = {
    "resmem": NET,
    "falseresmem": replace(NET, name="FalseResMem", sha256="f" * 64),
}
GPU = EngineInfo(engine="onnxruntime", device="cuda", device_name="GPU")


def report(scores: Scores) -> Report:
    """Return the report of all photos, in the order of arrival."""
    return from_library(scores, scores.library.rows(), identities=IDENTITIES, app_version="1.2.3")


def several() -> Scores:
    """Return photos that two nets have scored, the second one of them only."""
    scores = scores_of([scored("/p/high.jpg", 0.9), scored("/p/low.jpg", 0.45), OUTCOMES[0]])
    scores.set_nets([RESMEM, ALARMS], shown=RESMEM)
    scores.note_scores([replace(scored("/p/high.jpg", 0.05), engine=GPU)], ALARMS.id)
    return scores


def test_equals_come_by_name_and_failures_last() -> None:
    paths = list(report_of().values("path"))
    assert paths == ["/p/also high.jpg", "/p/high.jpg", "/p/low.jpg", "/p/broken.jpg"]


def test_the_order_given_is_kept() -> None:
    scores = scores_of(OUTCOMES)
    rows = ordered(scores.library, Order("name", descending=True))
    paths = from_library(scores, rows, identities=IDENTITIES, app_version="1").values("path")
    assert paths == ("/p/low.jpg", "/p/high.jpg", "/p/broken.jpg", "/p/also high.jpg")


def test_a_photo_that_waits_is_left_out() -> None:
    scores = scores_of(OUTCOMES)
    scores.library.add([(PhotoId(99), key("/p/waiting.jpg"))])
    made = report(scores)
    assert "/p/waiting.jpg" not in made.values("path")
    assert len(made.photos) == len(OUTCOMES)


def test_a_column_that_is_registered_is_exported_without_another_line() -> None:
    scores = scores_of(OUTCOMES)
    library = scores.library
    library.register(
        Column(id="likes", title="Likes", kind=Kind.INTEGER, missing=-1, export=ExportField("likes"))
    )
    best = library.id_of(key("/p/high.jpg"))
    assert best is not None
    library.set("likes", {best: 5})
    made = report(scores)
    rows = {row["path"]: row for row in csv.DictReader(io.StringIO(CSV.content(made).decode()))}
    assert rows["/p/high.jpg"]["likes"] == "5"
    assert rows["/p/low.jpg"]["likes"] == ""
    results = {result["path"]: result for result in json.loads(JSON.content(made))["results"]}
    assert results["/p/high.jpg"]["likes"] == 5
    assert results["/p/low.jpg"]["likes"] is None


def test_scores_of_several_devices_say_so() -> None:
    gpu = replace(CPU, device="cuda", device_name="GPU")
    made = report_of([scored("/p/a.jpg", 0.5), replace(scored("/p/b.jpg", 0.6), engine=gpu)])
    assert (made.shown.engine, made.shown.device) == ("torch", "cpu, cuda")


def test_one_net_has_no_field_of_its_own() -> None:
    assert "ResMem" not in [field.name for field in report_of().fields]
    assert report_of().nets == ()


def test_several_nets_have_a_field_each() -> None:
    rows = list(csv.reader(io.StringIO(CSV.content(report(several())).decode())))
    # A title is a text from outside: no spreadsheet runs it.
    assert rows[0][-2:] == ["ResMem", "'=False"]
    assert [row[-2:] for row in rows[1:]] == [["0.9", "0.05"], ["0.45", ""], ["", ""]]


def test_several_nets_are_named_in_json_with_what_executed_each() -> None:
    made = report(several())
    document = json.loads(JSON.content(made))
    assert [net["sha256"][0] for net in document["nets"]] == ["a", "f"]
    assert [net["predicts"] for net in document["nets"]] == ["hits", "false alarms"]
    assert [(net["engine"], net["device"]) for net in document["nets"]] == [
        ("torch", "cpu"),
        ("onnxruntime", "cuda"),
    ]
    assert (document["engine"], document["device"]) == ("torch", "cpu")
    assert document["results"][0]["scores"] == {"ResMem": 0.9, "=False": 0.05}
    lines = JSON_LINES.content(made).decode().splitlines()
    assert [json.loads(line) for line in lines] == document["results"]


def test_a_comparison_of_two_nets_is_exported_last() -> None:
    scores = several()
    scores.compare((RESMEM, ALARMS))
    scores.library.set_rows("disagreement", np.arange(3), np.array([31.254, np.nan, np.nan]))
    made = report(scores)
    assert made.fields[-1].name == "disagreement"
    document = json.loads(JSON.content(made))
    assert [result["disagreement"] for result in document["results"]] == [31.25, None, None]
    assert (document["disagreement"]["first"], document["disagreement"]["second"]) == ("ResMem", "=False")


def test_only_hits_have_percentiles() -> None:
    assert report_of().values("percentile")[0] is not None
    alarms = report_of([scored("/p/a.jpg", 0.05)], net=ALARMS, identities=IDENTITIES)
    assert alarms.values("percentile") == (None,)


def test_a_net_that_is_shown_and_has_scored_nothing_here_is_named_nevertheless() -> None:
    made = report_of(OUTCOMES[:1])
    assert (made.shown.identity, made.shown.engine) == (NET, None)
    with pytest.raises(KeyError):
        report_of(identities={"other": NET})


def test_a_snapshot_is_reported_as_it_was() -> None:
    scores = several()
    scores.compare((RESMEM, ALARMS))
    rows = ordered(scores.library, Order("name", descending=False))
    before = from_library(scores, rows, identities=IDENTITIES, app_version="1")
    snapshot = scores.snapshot(rows)
    scores.compare(None)
    scores.set_nets([ALARMS], shown=ALARMS)
    scores.library.clear()
    assert from_library(snapshot, snapshot.library.rows(), identities=IDENTITIES, app_version="1") == before
