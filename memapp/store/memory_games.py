"""Games of the memory test on disk: one line each, and the table of labels from all of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from memapp.core.files import write_atomically
from memapp.core.memory_game import Answer, PhotoTally, Role, tally

GAMES = "memory-games.jsonl"
LABELS = "memory-labels.csv"
COLUMNS = ("file", "hit_rate", "false_alarm_rate", "observers", "hits", "false_alarms", "first_sights")


def read_games(folder: Path) -> list[list[Answer]]:
    """Return the answers of every game in a folder; invalid lines are skipped.

    Raises:
        OSError: the file exists and can't be read.
    """
    try:
        lines = (folder / GAMES).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    games = []
    for line in lines:
        try:
            games.append([_answer(each) for each in json.loads(line)["answers"]])
        except (ValueError, KeyError, TypeError):
            continue
    return games


def keep_game(
    folder: Path, answers: Sequence[Answer], *, observer: str, when: str
) -> tuple[Path, list[PhotoTally]]:
    """Add one game, and rewrite the table of labels; return the table's path and content.

    Args:
        folder: created if missing.
        answers: of the whole game; the photos' names relative to the folder of photos.
        observer: the player's name, as entered.
        when: ISO 8601.

    Raises:
        OSError: nothing was changed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / GAMES
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    game = {"when": when, "observer": observer, "answers": [asdict(answer) for answer in answers]}
    # A name that is not UTF-8 keeps its bytes as JSON escapes.
    write_atomically(path, f"{before}{json.dumps(game)}\n")
    found = tally(read_games(folder))
    write_atomically(folder / LABELS, _table(found))
    return folder / LABELS, found


def _answer(fields: dict[str, Any]) -> Answer:
    return Answer(str(fields["photo"]), Role(fields["role"]), bool(fields["repeat"]), bool(fields["pressed"]))


def _table(found: Sequence[PhotoTally]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found:
        rates = (round(each.hit_rate, 6), round(each.false_alarm_rate, 6))
        writer.writerow([each.photo, *rates, each.observers, each.hits, each.false_alarms, each.first_sights])
    return text.getvalue()
