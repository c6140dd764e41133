"""A report as JSON, with what made the scores, and as JSON Lines, an object for each photo."""

from __future__ import annotations

import json
from collections.abc import Iterator

from memapp.report.record import Report, ReportNet


def json_text(report: Report) -> str:
    """Return one document: what made the scores, then the photos.

    Bytes of names that are no text are escaped, as lone surrogates: "\\udcff".
    """
    document: dict[str, object] = {
        "net": _net(report.shown),
        "engine": report.shown.engine,
        "device": report.shown.device,
        "precision": report.precision,
        "app_version": report.app_version,
    }
    if report.nets:
        document["nets"] = [
            {
                "title": each.net.title,
                "predicts": each.net.scale.predicts.value,
                **_net(each),
                "engine": each.engine,
                "device": each.device,
            }
            for each in report.nets
        ]
    if report.compared is not None:
        first, second = report.compared
        document["disagreement"] = {
            "first": first.title,
            "second": second.title,
            "unit": "points of a hundred by which the first places the photo higher in the set, beyond ties",
        }
    document["results"] = list(_results(report))
    return json.dumps(document, indent=2) + "\n"


def json_lines_text(report: Report) -> str:
    """Return a line for each photo."""
    return "".join(f"{json.dumps(each)}\n" for each in _results(report))


def _net(each: ReportNet) -> dict[str, str]:
    identity = each.identity
    return {"name": identity.name, "sha256": identity.sha256, "preprocessing": identity.preprocessing}


def _results(report: Report) -> Iterator[dict[str, object]]:
    for values in zip(*(field.values for field in report.fields), strict=True):
        result: dict[str, object] = {}
        groups: dict[str, dict[str, object]] = {}
        for field, value in zip(report.fields, values, strict=True):
            if field.group:
                # The group stands where its first field stands.
                result.setdefault(field.group, groups.setdefault(field.group, {}))
                groups[field.group][field.name] = value
            else:
                result[field.name] = value
        yield result
