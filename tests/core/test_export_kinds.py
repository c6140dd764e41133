"""The chosen kind decides the ending of an export's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.report.exporters import CSV, EXPORTERS, JSON


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("scores", "scores.json"),
        ("scores.json", "scores.json"),
        ("scores.JSON", "scores.JSON"),
        ("scores.csv", "scores.json"),
        ("scores.CSV", "scores.json"),
        ("scores.jsonl", "scores.json"),
        ("shoot.2024", "shoot.2024.json"),
        ("shoot.2024.csv", "shoot.2024.json"),
        ("scores.", "scores.json"),
        ("my.json.backup", "my.json.backup.json"),
        ("scores.txt", "scores.txt.json"),
        (".hidden", ".hidden.json"),
    ],
)
def test_a_file_gets_the_ending_of_its_kind(typed: str, written: str) -> None:
    folder = Path("/photos.csv/2024.05")
    assert JSON.kind.file_name(folder / typed, EXPORTERS.file_kinds) == folder / written


def test_each_kind_keeps_its_own_endings() -> None:
    for kind in EXPORTERS.file_kinds:
        for ending in kind.endings:
            assert kind.file_name(Path(f"/a{ending}"), EXPORTERS.file_kinds) == Path(f"/a{ending}")
    assert CSV.kind.file_name(Path("/a.json"), EXPORTERS.file_kinds) == Path("/a.csv")
