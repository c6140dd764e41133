"""The SQLite file: opened, and how its columns are written. The tables are in schema.py."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeGuard

from memapp.core.errors import StoreError
from memapp.core.files import keep_from_others, make_private_folder
from memapp.core.records import Fingerprint, ImageKey
from memapp.core.text import deferred, tr
from memapp.store.damage import FILE_ENDINGS, check_content, is_damage, note_damage, primary_code, set_aside
from memapp.store.file_lock import file_lock
from memapp.store.schema import IN_MEMORY, check_schema, upgrade

BUSY_SECONDS = 5.0

_LOCK_SECONDS = 15.0
"""Longest wait for other processes that are opening the file; checking 100,000 photos takes a second."""

LARGEST_INTEGER = 2**63 - 1
"""Largest number that SQLite can store."""


def open_database(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> tuple[sqlite3.Connection, str | None]:
    """Open the file, created or upgraded if necessary.

    A damaged file is renamed, never overwritten, and a new one is created.

    Returns:
        The connection, for the calling thread, and a sentence for the user if a file was set aside.

    Raises:
        StoreError: the file can't be opened (locked, no permission, made by a newer memapp ...).
    """
    with store_errors(path):
        try:
            make_private_folder(path.parent)
        except OSError as problem:
            raise StoreError(
                tr(
                    "Scores can't be kept: the folder {folder} can't be made ({reason}).",
                    folder=path.parent,
                    reason=problem.strerror,
                )
            ) from problem
        # One process after the other: none opens a file that another one is setting aside.
        with file_lock(path.with_name(f".{path.name}.lock"), seconds=_LOCK_SECONDS) as held:
            try:
                return _open(path, busy_seconds), None
            except sqlite3.DatabaseError as problem:
                if not is_damage(problem):
                    raise
                if not held:
                    raise StoreError(
                        tr(
                            "The file in which memapp keeps scores, {path}, is damaged and can't "
                            "be renamed while another program may be using it. Close other windows "
                            "of memapp, or move it to another folder by hand. Until then, scores "
                            "are not kept.",
                            path=path,
                        )
                    ) from problem
            aside = set_aside(path)
            notice = tr(
                "The file in which memapp keeps scores was damaged. It was renamed {name} in "
                "{folder}, and a new one was started. Photos are scored again when they are added.",
                name=aside.name,
                folder=aside.parent,
            )
            return _open(path, busy_seconds), notice


def place_of(path: Path) -> tuple[int, int] | None:
    """Return which file is at a path, independent of its name; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_in_memory() -> sqlite3.Connection:
    """Create a database that exists until it is closed. Any thread may use it, one at a time."""
    connection = sqlite3.connect(str(IN_MEMORY), isolation_level=None, check_same_thread=False)
    upgrade(connection, IN_MEMORY)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write everything inside, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back if the disk was full.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def path_column(path: str) -> bytes:
    """Return a path as stored: the bytes of the file system, because not every name is text."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        # A name that no file on this system can have; it may belong to a photo that was not found.
        return path.encode("utf-8", "surrogatepass")


def time_column(mtime_ns: int) -> int | bytes:
    """Return a file's time as stored: a number, or its digits beyond 64 bits (1601, 2400)."""
    if -LARGEST_INTEGER <= mtime_ns <= LARGEST_INTEGER:
        return mtime_ns
    # A blob: SQLite turns text in an integer column into an inexact number.
    return str(mtime_ns).encode()


_IN_USE = deferred("Scores can't be kept in {path}: another program is using the file.")
_CLOSED = deferred("Scores can't be kept in {path}: the file can't be opened or its folder can't be written.")
_IS_DAMAGED = deferred(
    "Scores can't be kept in {path}: the file is damaged. It is replaced when memapp starts next."
)
_REASONS = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_READONLY: deferred("Scores can't be kept in {path}: the file or its folder is read-only."),
    sqlite3.SQLITE_FULL: deferred("Scores can't be kept in {path}: the disk is full."),
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_IOERR: deferred("Scores can't be kept in {path}: the disk does not answer as it should."),
    sqlite3.SQLITE_CORRUPT: _IS_DAMAGED,
    sqlite3.SQLITE_NOTADB: _IS_DAMAGED,
}


def key_of_row(path: object, size: object, mtime_ns: object) -> ImageKey | None:
    """Return the key in a row; None if memapp can't have written its values."""
    time = time_of_column(mtime_ns)
    if not (isinstance(path, bytes) and isinstance(size, int) and time is not None):
        return None
    return ImageKey(os.fsdecode(path), size, time)


def time_of_column(value: object) -> int | None:
    """Return the file's time that time_column wrote; None if the value is something else."""
    if isinstance(value, int):
        return value
    digits = value.removeprefix(b"-") if isinstance(value, bytes) else b""
    return int(value) if isinstance(value, bytes) and digits.isdigit() and len(digits) < 40 else None


def is_fingerprint(value: object) -> TypeGuard[Fingerprint]:
    """Return whether a column's value can be a fingerprint."""
    return isinstance(value, bytes) and len(value) == 16


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a sentence for people, except errors of a single record."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as problem:
        if is_damage(problem) and path != IN_MEMORY:
            note_damage(path)
        raise StoreError(_in_words(problem, path)) from problem


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    _prepare_files(path)
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    # One damaged name must not stop the reading of all rows; the records are validated one by one.
    connection.text_factory = _as_text
    try:
        check_content(connection, path)
        # Readers (a second window, the command line) never wait for a writer. On network folders that do not
        # support it, SQLite uses its older journal.
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last batch, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        upgrade(connection, path)
        check_schema(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare_files(path: Path) -> None:
    """Check that SQLite's files are regular, and let only their owner read them."""
    for ending in FILE_ENDINGS:
        part = path.with_name(path.name + ending)
        try:
            mode = part.stat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            raise StoreError(
                tr(
                    "Scores can't be kept: {path} is a folder or a device, not a file. Move it to "
                    "another folder by hand.",
                    path=part,
                )
            )
        keep_from_others(part)
    # SQLite's other files get the mode of this one. If that fails, SQLite reports why.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _as_text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _in_words(problem: sqlite3.Error, path: Path) -> str:
    code = primary_code(problem)
    if code in _REASONS:
        return _REASONS[code].filled(path=path)
    return tr("Scores can't be kept in {path}: {reason}.", path=path, reason=problem)
