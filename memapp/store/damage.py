"""Damage of the database: detected, noted for the next opening, and set aside."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.text import tr

FILE_ENDINGS = ("", "-wal", "-shm")
"""The file, and SQLite's files beside it."""

_DAMAGED = "malformed"
"""A word of SQLite's message "database disk image is malformed"."""
_PRIMARY_CODE = 0xFF
"""The low byte of an error's code; the rest is too much detail for a photographer."""


def damaged(reason: object) -> sqlite3.DatabaseError:
    """Return an error that is_damage recognizes."""
    return sqlite3.DatabaseError(f"{_DAMAGED}: {reason}")


def primary_code(problem: sqlite3.Error) -> int:
    """Return what kind of error SQLite reports; 0 if it is not SQLite's own."""
    return (getattr(problem, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE


def is_damage(problem: sqlite3.Error) -> bool:
    """Return whether an error says that the file is damaged."""
    codes = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return primary_code(problem) in codes or _DAMAGED in str(problem)


def note_damage(path: Path) -> None:
    """Note that reading or writing found damage: the next opening checks the whole file."""
    with suppress(OSError):
        _damage_note(path).touch(mode=0o600)


def check_content(connection: sqlite3.Connection, path: Path) -> None:
    """Raise sqlite3.DatabaseError if the file is damaged; if use found damage, check all of it."""
    note = _damage_note(path)
    was_found = note.exists()
    check = "integrity_check" if was_found else "quick_check"
    found = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if found != "ok":
        raise damaged(found)
    if was_found:
        with suppress(OSError):
            note.unlink()


def set_aside(path: Path) -> Path:
    """Rename the parts of a damaged file to an unused name. The caller holds the lock."""
    try:
        aside = _free_name(path)
        # The file itself first: if it can't be moved, nothing has changed.
        for ending in FILE_ENDINGS:
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))
        _damage_note(path).unlink(missing_ok=True)
    except OSError as problem:
        raise StoreError(
            tr(
                "The file in which memapp keeps scores, {path}, is damaged and can't be renamed "
                "({reason}). Move it to another folder by hand. Until then, scores are not kept.",
                path=path,
                reason=problem.strerror,
            )
        ) from problem
    return aside


def _free_name(path: Path) -> Path:
    """Return an unused name beside a file, reserved with an empty file."""
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    number = 1
    while True:
        more = f" {number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem} damaged {stamp}{more}{path.suffix}")
        others = (aside.with_name(aside.name + ending) for ending in FILE_ENDINGS[1:])
        if not any(other.exists() for other in others):
            with suppress(FileExistsError):
                os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                return aside
        number += 1


def _damage_note(path: Path) -> Path:
    return path.with_name(f".{path.name}.damaged")
