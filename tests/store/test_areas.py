"""Areas of interest as a file: written ones are read back, and errors are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.explanation import AreaOfInterest
from memapp.store.areas import read_areas, write_areas

AREAS = (
    AreaOfInterest("logo", ((0.1, 0.2), (0.3, 0.2), (0.3, 0.4))),
    AreaOfInterest("Überschrift 🌊", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))),
)


def test_written_areas_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "areas.json"
    write_areas(file, AREAS)
    assert read_areas(file) == AREAS
    write_areas(file, ())
    assert read_areas(file) == ()


def test_hand_written_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "areas.json"
    text = '{"areas": [{"name": "logo", "outline": [[0, 0], [1, 0], [0.5, 1]], "note": "ours"}]}'
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())  # as Windows' editors begin a file
    assert read_areas(file) == (AreaOfInterest("logo", ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0))),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a file of areas"),
        ("{", "not a file of areas"),
        ("\ud800", "not a file of areas"),
        ("[" * 100_000, "not a file of areas"),
        ("[]", '"areas"'),
        ('{"areas": {}}', '"areas"'),
        ('{"areas": [3]}', "Area 1"),
        ('{"areas": [{"name": " ", "outline": [[0, 0], [1, 0], [0, 1]]}]}', "Area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0]]}]}', "three corners"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, 1.5]]}]}', "corner of area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, NaN]]}]}', "corner of area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, true]]}]}', "corner of area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, "1"]]}]}', "corner of area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, 1, 1]]}]}', "corner of area 1"),
        ('{"areas": [{"name": "a", "outline": [[0, 0], [1, 0], [0, 1' + "0" * 400 + "]]}]}", "area 1"),
        ('{"areas": [' + ",".join(["{}"] * 65) + "]}", "At most 64"),
    ],
)
def test_an_error_is_reported_in_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "areas.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError) as refused:
        read_areas(file)
    assert str(file) in str(refused.value)
    assert why in str(refused.value)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(StoreError, match="can't be read"):
            read_areas(path)
