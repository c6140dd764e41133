"""People's scores: a table of files and scores, validated."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from memapp.core.errors import MemappError
from memapp.core.plain_text import as_written
from memapp.core.score_scale import Predicts

FILE_COLUMN = "file"
DEFAULT_COLUMN = "hit_rate"
LEAST_PHOTOS = 3
"""Fewer photos say nothing about a correlation."""

_SEPARATORS = ",;\t"
"""Separators that spreadsheets use: semicolons where decimals have a comma; tabs in "Unicode text"."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


_Row: TypeAlias = tuple[int, dict[str, str]]


class LabelsError(MemappError):
    """A table of labels can't be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One photo with people's score."""

    file: str
    """As in the table, relative to the folder of images."""
    path: Path
    """Absolute, links resolved."""
    row: int
    """In the table: the heading is row 1."""
    score: float
    """0..1"""
    columns: Mapping[str, str]
    """The table's other columns."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One row that can't be used. The other rows still count."""

    row: int
    """In the table: the heading is row 1."""
    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The content of a table."""

    photos: tuple[LabelledPhoto, ...]
    left_out: tuple[LeftOut, ...]
    column: str
    sha256: str
    """Of the table's file."""
    tied: int
    """Number of photos that share their score with another one."""


def told_of(column: str) -> Predicts:
    """Return what people's scores in a column of this name mean."""
    return Predicts.FALSE_ALARMS if "false" in column.lower() else Predicts.HITS


def read_labels(
    table: Path, *, images: Path, column: str = DEFAULT_COLUMN, also: Iterable[str | None] = ()
) -> Labels:
    """Read a CSV table with a column `file`, relative to the folder of images, and a column of scores 0..1.

    Rows that can't be used are skipped with the reason: no such file, a path outside the folder, a score that
    is not a number in 0..1. Rows of one file with one score count once; with different scores, none of them
    counts.

    Args:
        table: the file: UTF-8, or UTF-16 as spreadsheets write it; columns separated by commas, or by
            semicolons or tabs, where 0,75 is also a score.
        images: the folder of images.
        column: of the scores.
        also: other required columns; None is ignored.

    Raises:
        LabelsError: the table can't be read, lacks a column, or has too few usable photos.
    """
    if not images.is_dir():
        raise LabelsError(f"There is no folder of images {images}.")
    try:
        content = table.read_bytes()
    except OSError as problem:
        raise LabelsError(f"Can't read the labels {table}: {problem.strerror}.") from problem
    rows, comma = _rows(table, content, (FILE_COLUMN, column, *(each for each in also if each)))
    left_out: list[LeftOut] = []
    by_path: dict[Path, list[LabelledPhoto]] = {}
    for number, row in rows:
        found = _photo(row, number, column=column, images=images, decimal_comma=comma)
        if isinstance(found, str):
            left_out.append(LeftOut(number, row[FILE_COLUMN], found))
        else:
            by_path.setdefault(found.path, []).append(found)
    photos = []
    for same in by_path.values():
        if len({photo.score for photo in same}) > 1:
            left_out += [
                LeftOut(photo.row, photo.file, "the same photo has different scores") for photo in same
            ]
        else:
            photos.append(same[0])
            left_out += [
                LeftOut(photo.row, photo.file, "the same photo is listed twice; it counts once")
                for photo in same[1:]
            ]
    left_out.sort(key=lambda each: each.row)
    if len(photos) < LEAST_PHOTOS:
        first = f"The first unusable one: {left_out[0].file!r}, {left_out[0].reason}." if left_out else ""
        raise LabelsError(
            f"Only {len(photos)} {'row' if len(photos) == 1 else 'rows'} of {table} can be used; at least "
            f"{LEAST_PHOTOS} are needed.{first}"
        )
    counts: dict[float, int] = {}
    for photo in photos:
        counts[photo.score] = counts.get(photo.score, 0) + 1
    return Labels(
        photos=tuple(photos),
        left_out=tuple(left_out),
        column=column,
        sha256=hashlib.sha256(content).hexdigest(),
        tied=sum(count for count in counts.values() if count > 1),
    )


def _rows(table: Path, content: bytes, needed: Iterable[str]) -> tuple[list[_Row], bool]:
    """Return the numbered rows, and whether 0,75 is a number in them."""
    try:
        # Spreadsheets start UTF-8 with a byte order mark, which is not part of the first name.
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
        separator = _separator(text)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except UnicodeDecodeError as problem:
        raise LabelsError(f"The labels {table} are not in UTF-8: save them as UTF-8.") from problem
    except csv.Error as problem:
        raise LabelsError(f"The labels {table} are not a CSV table ({problem}).") from problem
    if not lines:
        raise LabelsError(f"The labels {table} are empty.")
    heading = [name.strip() for name in lines[0]]
    for name in needed:
        if heading.count(name) != 1:
            many = "no column" if name not in heading else "more than one column"
            names = ", ".join(heading[:20])
            raise LabelsError(f"The labels {table} have {many} {name!r}. Their columns: {names}.")
    rows = [
        (number, dict(zip(heading, [*line, *[""] * (len(heading) - len(line))], strict=False)))
        for number, line in enumerate(lines[1:], start=2)
        if any(value.strip() for value in line)
    ]
    return rows, separator != ","


def _separator(text: str) -> str:
    """Return the separator that occurs most often in the heading, a comma if none does."""
    heading = text[: text.find("\n") + 1] or text
    return max(_SEPARATORS, key=lambda each: len(next(csv.reader([heading], delimiter=each), [])))


def _inside(file: str, images: Path) -> PurePosixPath:
    """Return the path that a table names; an apostrophe before what looks like a formula is none of it."""
    named = PurePosixPath(file.strip().replace("\\", "/"))
    meant = PurePosixPath(as_written(file.strip()).replace("\\", "/"))
    if named == meant:
        return named
    try:
        return named if (images / named).exists() else meant
    except (OSError, ValueError):
        return named


def _photo(
    row: dict[str, str], number: int, *, column: str, images: Path, decimal_comma: bool
) -> LabelledPhoto | str:
    """Return the photo of a row, or why it can't be used."""
    file = row[FILE_COLUMN]
    if not file.strip():
        return "no file is given"
    inside = _inside(file, images)
    if inside.is_absolute() or ".." in inside.parts or ":" in (inside.parts or ("",))[0]:
        return "the path leads out of the folder of images"
    path = images.absolute() / inside
    try:
        if not path.is_file():
            return "there is no such file"
        # A link may lead anywhere, on its own or as a folder on the way.
        path = path.resolve()
        if not path.is_relative_to(images.resolve()):
            return "a link leads out of the folder of images"
    except (OSError, ValueError, RuntimeError):
        return "there is no such file"
    text = row[column].strip()
    try:
        score = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return (
            f"its score is missing: {column} is empty" if not text else f"its score is not a number: {text!r}"
        )
    if not math.isfinite(score):
        return f"its score is not a number: {text!r}"
    if not 0.0 <= score <= 1.0:
        return f"its score is not within 0..1: {text}"
    return LabelledPhoto(file=file, path=path, row=number, score=score, columns=row)
