"""memapp lab and memapp score --net on the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from memapp.cli import main
from memapp.core.score_scale import Predicts
from memapp.scoring.nets.checkpoint import CheckpointHeader, write_checkpoint
from memapp.scoring.nets.family import FAMILY
from memapp.scoring.nets.net import MemorabilityNet
from tests.lab.small_training import make_labelled
from tests.packs import MADE, made_pack
from tests.scoring.nets.small_family import make_small


@pytest.fixture
def images(tmp_path: Path, memapp_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_small(monkeypatch)
    made_pack(memapp_home)
    return make_labelled(tmp_path)


def test_train_then_score_and_judge_by_name(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.csv"
    options = ["--images", str(images), "--labels", str(labels), "--group", "series", "--init", "random"]
    options += ["--epochs", "2", "--batch", "8", "--output", str(tmp_path / "run"), "--name", "team-1"]
    chosen = ["--net", "m3m", "--segmenter", MADE, "--freeze", "alexnet"]
    status = main(["lab", "train", *chosen, *options])
    said = capsys.readouterr()
    assert status == 0, said.err
    assert "epoch   2" in said.err
    assert "Installed as team-1" in said.out
    config = json.loads((tmp_path / "run" / "config.json").read_text(encoding="utf-8"))
    assert config["looks_through"]["name"] == MADE
    assert config["looks_through"]["categories"] == ["dark", "grey", "bright"]
    assert main(["score", "--net", "team-1", "--format", "json", str(images)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["net"]["name"] == "M3M: team-1"
    assert len(found["results"]) == 40
    assert found["engine"] == "onnxruntime"
    judged = ["--net", "team-1", "--images", str(images), "--labels", str(labels)]
    assert main(["lab", "evaluate", *judged, "--output", str(tmp_path / "judged")]) == 0
    evaluation = json.loads((tmp_path / "judged" / "evaluation.json").read_text(encoding="utf-8"))
    assert (evaluation["net"], evaluation["n"]) == ("team-1", 40)


def test_scores_for_false_alarms_have_no_percentile_among_hits(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "alarms.safetensors"
    write_checkpoint(
        path,
        MemorabilityNet(FAMILY["alexnet"]),
        CheckpointHeader("alexnet", "a", predicts=Predicts.FALSE_ALARMS),
    )
    assert main(["score", "--net", str(path), "--engine", "torch", "--format", "csv", str(images)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["percentile"] for row in rows} == {""}
    assert main(["score", "--net", str(path), "--engine", "torch", str(images)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1] == "-"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lab", "train", "--net", "m3m", "--name", "../x"], "--name"),
        (["lab", "train", "--net", "m3m", "--name", "ResMem"], "--name"),
        (["lab", "train", "--net", "m3m", "--column", "mood"], "no column 'mood'"),
        (["lab", "train", "--net", "m3m", "--group", "mood"], "no column 'mood'"),
        (["lab", "train", "--net", "m3m", "--init", "random", "--segmenter", "deep"], "No segmenter deep"),
        (["lab", "train", "--net", "alexnet", "--init", "random", "--freeze", "nose"], "no part nose"),
        (["lab", "train", "--net", "alexnet", "--init", "none.safetensors"], "can't be read"),
    ],
)
def test_errors_are_reported(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    usual = ["--images", str(images), "--labels", str(tmp_path / "labels.csv")]
    status = main([*arguments, *usual, "--output", str(tmp_path / "run")])
    assert status in (1, 2)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [("--learning-rate", "0"), ("--learning-rate", "nan"), ("--weight-decay", "-1"), ("--seed", "-1")],
)
def test_invalid_numbers_are_refused(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    usual = [
        "--images",
        str(images),
        "--labels",
        str(tmp_path / "labels.csv"),
        "--output",
        str(tmp_path / "r"),
    ]
    with pytest.raises(SystemExit, match="2"):
        main(["lab", "train", "--net", "alexnet", *usual, *option])
    assert f"argument {option[0]}" in capsys.readouterr().err


def test_an_unknown_net_is_refused_before_any_work(
    images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.pt").write_bytes(b"PK\x03\x04 and more")
    assert main(["score", "--net", str(tmp_path / "net.pt"), str(images)]) == 2
    assert "it is a file of torch" in capsys.readouterr().err
    assert main(["score", "--net", "nobody", str(images)]) == 2
    assert "no scoring model with the name nobody" in capsys.readouterr().err


def test_a_game_needs_photos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "memory-game", str(tmp_path / "nowhere")]) == 2
    assert "There is no folder of photos" in capsys.readouterr().err
    assert main(["lab", "memory-game", str(tmp_path), "--photos", "5"]) == 2
    assert "a game needs at least 12 photos" in capsys.readouterr().err


def test_without_a_writable_output_the_game_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    output = tmp_path / "file" / "answers"
    assert main(["lab", "memory-game", str(tmp_path), "--output", str(output)]) == 1
    assert "Name another folder with --output" in capsys.readouterr().err


def test_the_table_of_nets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "nets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split()[:6] == ["resmem-retrain", "1.7", "60.2", "-", "69.8", "131.7"]
    assert lines[4].split()[:6] == ["m3m", "1.7", "60.2", "0.1", "82.6", "144.6"]
