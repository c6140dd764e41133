"""Memory games on disk: one line each, and the table of labels from all of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from memapp.core.files import read_regular_file, write_atomically, write_bytes_atomically
from memapp.core.memory_game import Answer, PhotoTally, Role, tally
from memapp.core.plain_text import defused

GAMES = "memory-games.jsonl"
LABELS = "memory-labels.csv"
_MOST_BYTES = 500_000_000
"""Of all games of a folder; one takes 30 kB."""
COLUMNS = ("file", "hit_rate", "false_alarm_rate", "observers", "hits", "false_alarms", "first_sights")


def read_games(folder: Path) -> list[list[Answer]]:
    """Return the answers of every game in a folder; invalid lines are skipped.

    Raises:
        OSError: the file exists and can't be read.
    """
    try:
        lines = _content(folder / GAMES).splitlines()
    except FileNotFoundError:
        return []
    games = []
    for line in lines:
        try:
            games.append([_answer(each) for each in json.loads(line)["answers"]])
        except (ValueError, KeyError, TypeError, RecursionError):
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
    before = _content(path) if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    game = {"when": when, "observer": observer, "answers": [asdict(answer) for answer in answers]}
    # A name that is not UTF-8 keeps its bytes as JSON escapes.
    write_bytes_atomically(path, before + f"{json.dumps(game)}\n".encode())
    found = tally(read_games(folder))
    write_atomically(folder / LABELS, _table(found))
    return folder / LABELS, found


def _content(path: Path) -> bytes:
    return read_regular_file(path, most_bytes=_MOST_BYTES)


def _answer(fields: dict[str, Any]) -> Answer:
    photo, repeat, pressed = fields["photo"], fields["repeat"], fields["pressed"]
    if not (isinstance(photo, str) and isinstance(repeat, bool) and isinstance(pressed, bool)):
        raise TypeError("an answer of other types")
    return Answer(photo, Role(fields["role"]), repeat, pressed)


def _table(found: Sequence[PhotoTally]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in found:
        rates = (round(each.hit_rate, 6), round(each.false_alarm_rate, 6))
        writer.writerow(
            [defused(each.photo), *rates, each.observers, each.hits, each.false_alarms, each.first_sights]
        )
    return text.getvalue()
