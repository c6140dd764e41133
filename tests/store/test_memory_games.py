"""Games are stored one by one, and evaluate can read the table made from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from memapp.core.memory_game import Answer, Role, plan_game
from memapp.lab.labels import read_labels
from memapp.store.memory_games import GAMES, LABELS, keep_game, read_games

NAMES = [f"{number:02}.jpg" for number in range(12)]


def game(seed: int, *, forgotten: str = "") -> list[Answer]:
    return [
        Answer(each.photo, each.role, each.repeat, each.repeat and each.photo != forgotten)
        for each in plan_game(NAMES, seed=seed)
    ]


def test_games_add_up_to_labels(tmp_path: Path) -> None:
    assert read_games(tmp_path) == []
    keep_game(tmp_path, game(1), observer="Ann", when="2026-11-23T10:00:00+00:00")
    table, tallies = keep_game(tmp_path, game(2, forgotten="03.jpg"), observer="=Bo", when="later")
    assert read_games(tmp_path) == [game(1), game(2, forgotten="03.jpg")]
    assert len(tallies) == 8
    for name in NAMES:
        (tmp_path / name).write_bytes(b"picture")
    labels = read_labels(table, images=tmp_path)
    rates = {photo.file: photo.score for photo in labels.photos}
    assert rates.pop("03.jpg") == 0.5
    assert set(rates.values()) == {1.0}
    assert labels.photos[0].columns["observers"] == "2"
    assert not labels.left_out


def test_an_invalid_line_is_skipped(tmp_path: Path) -> None:
    keep_game(tmp_path, game(1), observer="", when="")
    with (tmp_path / GAMES).open("a", encoding="utf-8") as file:
        file.write('{"answers": [{"photo"\n[]\n')
    keep_game(tmp_path, game(2), observer="", when="")
    assert len(read_games(tmp_path)) == 2


def test_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        keep_game(tmp_path / "file", game(1), observer="", when="")
    assert not (tmp_path / LABELS).exists()


def test_roles_are_read_back(tmp_path: Path) -> None:
    keep_game(tmp_path, game(1), observer="", when="")
    assert {answer.role for answer in read_games(tmp_path)[0]} >= {Role.TARGET, Role.VIGILANCE}


def test_names_that_look_like_formulas_are_defused_in_the_table(tmp_path: Path) -> None:
    name = "=cmd.jpg"
    answers = [Answer(name, Role.TARGET, repeat=repeat, pressed=repeat) for repeat in (False, True)]
    table, _ = keep_game(tmp_path, answers, observer="me", when="2026-01-01")
    assert table.read_text(encoding="utf-8").splitlines()[1].startswith("'=cmd.jpg,")
