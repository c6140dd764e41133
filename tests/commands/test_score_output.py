"""The output of memapp score: its formats, the file it goes to, and odd names."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from memapp import __version__
from memapp.core.calibration import percentile
from memapp.core.frame import PREPROCESSING
from memapp.scoring.weights import RESMEM_WEIGHTS
from tests.commands.command_line import DEADLINE_SECONDS, TELLTALE, KnowScores, make_photo, memapp
from tests.conftest import CHECKOUT

COLUMNS = ["path", "status", "score", "percentile", "width", "height", "taken", "reason", "exact", "caution"]


@pytest.mark.weights
def test_json_says_what_scored_and_gives_the_best_first(folder: Path, memapp_home: Path) -> None:
    done = memapp("score", folder, "--format", "json", home=memapp_home)
    assert done.returncode == 0
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert set(document) >= {"net", "engine", "device", "app_version", "results"}
    assert document["net"]["name"] == "ResMem"
    assert document["net"]["sha256"] == RESMEM_WEIGHTS.sha256
    assert document["net"]["preprocessing"] == PREPROCESSING
    assert (document["engine"], document["device"]) == ("torch", "cpu")
    assert document["app_version"] == __version__
    names = [Path(result["path"]).name for result in document["results"]]
    assert names == ["high.png", "middle.png", "low.png"]
    best = document["results"][0]
    assert set(best) >= set(COLUMNS)
    assert best["path"] == str(folder / "high.png")
    assert best["status"] == "scored"
    assert best["score"] == pytest.approx(0.9123456, abs=1e-6)
    assert best["percentile"] == pytest.approx(percentile(0.9123456), abs=1e-3)
    assert (best["width"], best["height"], best["taken"]) == (400, 300, "2026-05-01T18:30:05")
    assert best["reason"] is None


@pytest.mark.weights
def test_json_lines_and_csv_say_the_same(folder: Path, memapp_home: Path) -> None:
    lines = memapp("score", folder, "--format", "jsonl", home=memapp_home).stdout.splitlines()
    results = [json.loads(line) for line in lines]
    assert [Path(result["path"]).name for result in results] == ["high.png", "middle.png", "low.png"]
    table = list(
        csv.DictReader(io.StringIO(memapp("score", folder, "--format", "csv", home=memapp_home).stdout))
    )
    assert set(table[0]) >= set(COLUMNS)
    words = {None: "", True: "yes", False: "no"}
    for row, result in zip(table, results, strict=True):
        assert {name: row[name] for name in COLUMNS} == {
            name: words[result[name]]
            if result[name] is None or isinstance(result[name], bool)
            else str(result[name])
            for name in COLUMNS
        }


@pytest.mark.weights
def test_the_table_is_for_people(folder: Path, memapp_home: Path) -> None:
    done = memapp("score", folder, home=memapp_home)
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["score", "percentile", "photo"]
    assert [row.split()[0] for row in rows] == ["0.91", "0.75", "0.50"]
    assert rows[0].endswith(str(folder / "high.png"))


@pytest.mark.weights
def test_known_photos_need_neither_net_nor_window(folder: Path, memapp_home: Path) -> None:
    done = memapp("score", folder, "--format", "json", home=memapp_home, as_script=TELLTALE)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["results"]) == 3
    assert done.stderr.splitlines() == ["loaded:"]


@pytest.mark.weights
def test_the_output_is_a_whole_file_or_none(folder: Path, memapp_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "scores.json"
    target.write_text("from before", encoding="utf-8")
    done = memapp("score", folder, "--format", "json", "--output", target, home=memapp_home)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(json.loads(target.read_text(encoding="utf-8"))["results"]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos", "scores.json"]


@pytest.mark.parametrize("where", ["no such folder/scores.csv", "."])
def test_an_output_that_can_not_be_is_wrong_usage_before_any_work(
    tmp_path: Path, memapp_home: Path, where: str
) -> None:
    photo = make_photo(tmp_path / "a.png")
    done = memapp("score", photo, "--output", tmp_path / where, home=memapp_home)
    assert done.returncode == 2
    assert "--output" in done.stderr
    assert done.stdout == ""


@pytest.mark.weights
@pytest.mark.skipif(os.name == "nt", reason="Windows has no /dev/stdout")
@pytest.mark.parametrize("to", ["/dev/stdout", "link", "fifo"])
def test_an_output_that_leads_elsewhere_is_written_there(
    folder: Path, memapp_home: Path, tmp_path: Path, to: str
) -> None:
    place = tmp_path / to.lstrip("/")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(place.read_text(encoding="utf-8")))
    if to == "link":
        place.symlink_to(tmp_path / "real.jsonl")
    elif to == "fifo":
        os.mkfifo(place)
        reader.start()
    else:
        place = Path(to)
    done = memapp("score", folder, "--format", "jsonl", "--output", place, home=memapp_home)
    assert (done.returncode, done.stderr) == (0, "")
    text = done.stdout
    if to == "link":
        assert place.is_symlink()
        text = (tmp_path / "real.jsonl").read_text(encoding="utf-8")
    elif to == "fifo":
        reader.join(10)
        assert place.is_fifo()
        [text] = read
    assert [Path(json.loads(line)["path"]).name for line in text.splitlines()] == [
        "high.png",
        "middle.png",
        "low.png",
    ]


@pytest.mark.parametrize("name", ["a.png", "hard.dat", "soft.dat"])
@pytest.mark.parametrize("given", ["a.png", "."])
def test_a_photo_is_never_written_over(tmp_path: Path, memapp_home: Path, name: str, given: str) -> None:
    photo = make_photo(tmp_path / "photos" / "a.png")
    before = photo.read_bytes()
    output = tmp_path / "photos" / name
    if name.startswith("hard"):
        output.hardlink_to(photo)
    elif name.startswith("soft"):
        output.symlink_to(photo)
    done = memapp("score", tmp_path / "photos" / given, "--output", output, home=memapp_home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "give the name of another file" in done.stderr
    assert photo.read_bytes() == before


@pytest.mark.weights
def test_a_damaged_photo_is_not_written_over_and_an_older_output_is(folder: Path, memapp_home: Path) -> None:
    damaged = folder / "damaged.jpg"
    damaged.write_bytes(b"\x00" * 5000)
    older = folder / "scores"
    for _ in range(2):
        done = memapp("score", folder, "--output", older, home=memapp_home)
        assert done.returncode == 3
        assert older.read_text(encoding="utf-8").startswith("score")
    done = memapp("score", folder, "--output", damaged, home=memapp_home)
    assert (done.returncode, damaged.read_bytes()) == (1, b"\x00" * 5000)
    assert "is one of the photos" in done.stderr


ODD_NAMES = [
    "two\nlines.png",
    "-rf.png",
    "--format=csv.png",
    "=cmd|' /C calc'!A0.png",
    "photo \u202egpj.exe.png",
    "sea 🌊 été.png",
    "a" * 251 + ".png",
]


@pytest.mark.weights
@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_odd_names_come_out_whole_in_every_format(
    tmp_path: Path, memapp_home: Path, know_scores: KnowScores
) -> None:
    folder = tmp_path / "photos"
    files = [make_photo(folder / name) for name in ODD_NAMES]
    know_scores({file: 0.5 + place / 100 for place, file in enumerate(files)})
    wanted = [str(file) for file in reversed(files)]

    document = memapp("score", folder, "--format", "json", home=memapp_home)
    assert document.returncode == 0
    assert [result["path"] for result in json.loads(document.stdout)["results"]] == wanted
    lines = memapp("score", folder, "--format", "jsonl", home=memapp_home).stdout.splitlines()
    assert [json.loads(line)["path"] for line in lines] == wanted
    table = memapp("score", folder, "--format", "csv", home=memapp_home).stdout
    assert [row["path"] for row in csv.DictReader(io.StringIO(table, newline=""))] == wanted
    people = memapp("score", folder, home=memapp_home).stdout.splitlines()
    # One line a photo, and nothing in it that turns the line around.
    assert len(people) == 1 + len(files)
    assert "\u202e" not in "".join(people)


@pytest.mark.weights
@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_a_name_that_looks_like_an_option_can_be_given(
    tmp_path: Path, memapp_home: Path, know_scores: KnowScores, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo(tmp_path / "-rf.png")
    know_scores({photo: 0.5})
    done = subprocess.run(
        [sys.executable, "-m", "memapp", "score", "--format", "json", "--", "-rf.png"],
        cwd=tmp_path,
        env={**os.environ, "MEMAPP_HOME": str(memapp_home), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert [result["path"] for result in json.loads(done.stdout)["results"]] == [str(photo)]
