"""The SQLite file: opened, upgraded, and set aside if it is damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.text import deferred, tr

SCHEMA_VERSION = 2
BUSY_SECONDS = 5.0

LARGEST_INTEGER = 2**63 - 1
"""Largest number that SQLite can store."""

_VERSION_1 = """
CREATE TABLE nets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    preprocessing TEXT NOT NULL,
    precision TEXT NOT NULL,
    UNIQUE (sha256, preprocessing, precision, name)
);
-- A path is kept as the bytes of the file system: not every name is text.
CREATE TABLE scores (
    path BLOB NOT NULL,
    net INTEGER NOT NULL REFERENCES nets (id),
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    score REAL NOT NULL,
    engine TEXT NOT NULL,
    device TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    taken TEXT,
    camera TEXT,
    lens TEXT,
    exposure TEXT,
    rendering TEXT,
    PRIMARY KEY (path, net, size, mtime_ns)
) WITHOUT ROWID;
"""

_VERSION_2 = """
-- A photo and the last known state of its file.
CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB UNIQUE, -- with links resolved; NULL once another photo lies there
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, -- as database.time_column writes it
    fingerprint BLOB, -- NULL until it is taken
    seen INTEGER -- when it was identified, in seconds since 1970; NULL until then
);
CREATE INDEX photos_by_fingerprint ON photos (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX photos_by_size ON photos (size) WHERE fingerprint IS NOT NULL;
ALTER TABLE scores ADD COLUMN fingerprint BLOB;
CREATE INDEX scores_by_fingerprint ON scores (fingerprint, net) WHERE fingerprint IS NOT NULL;
-- Of several states of a path, max() picks the newest with all its columns.
INSERT INTO photos (path, size, mtime_ns, seen)
    SELECT path, size, max(mtime_ns), strftime('%s') FROM scores GROUP BY path;
"""

_UPGRADES = (_VERSION_1, _VERSION_2)
"""Each script upgrades the file from the previous version; the first creates it."""


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
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StoreError(
                tr(
                    "Scores can't be kept: the folder {folder} can't be made ({reason}).",
                    folder=path.parent,
                    reason=problem.strerror,
                )
            ) from problem
        try:
            return _open(path, busy_seconds), None
        except sqlite3.DatabaseError as problem:
            if not _is_damage(problem):
                raise
        aside = _set_aside(path)
        notice = tr(
            "The file with the known scores was damaged. It was set aside as {name} in {folder} "
            "and a new one was begun; photos are scored again as they come.",
            name=aside.name,
            folder=aside.parent,
        )
        return _open(path, busy_seconds), notice


def open_in_memory() -> sqlite3.Connection:
    """Create a database that exists until it is closed. Any thread may use it, one at a time."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _upgrade(connection, Path(":memory:"))
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
_DAMAGED = deferred("Scores can't be kept in {path}: the file is damaged; it is set aside at the next start.")
_REASONS = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_READONLY: deferred("Scores can't be kept in {path}: the file or its folder is read-only."),
    sqlite3.SQLITE_FULL: deferred("Scores can't be kept in {path}: the disk is full."),
    sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _CLOSED,
    sqlite3.SQLITE_IOERR: deferred("Scores can't be kept in {path}: the disk does not answer as it should."),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a sentence for people, except errors of a single record."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as problem:
        raise StoreError(_in_words(problem, path)) from problem


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {found}")
        # Readers (a second window, the command line) never wait for a writer. On network folders that do not
        # support it, SQLite uses its older journal.
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last batch, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        _upgrade(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    def version() -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    if version() == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Checked again under the lock: another memapp may have been faster.
        if version() > SCHEMA_VERSION:
            raise StoreError(
                tr(
                    "The known scores in {path} were written by a newer memapp. Use the newer one; this one "
                    "leaves them alone and keeps no scores.",
                    path=path,
                )
            )
        for upgrade in _UPGRADES[version() :]:
            for statement in upgrade.split(";\n"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _set_aside(path: Path) -> Path:
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    aside = path.with_name(f"{path.stem} damaged {stamp}{path.suffix}")
    try:
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    except OSError as problem:
        raise StoreError(
            tr(
                "The file with the known scores, {path}, is damaged and can't be set aside ({reason}). "
                "Move it away by hand; until then scores are not kept.",
                path=path,
                reason=problem.strerror,
            )
        ) from problem
    return aside


def _is_damage(problem: sqlite3.DatabaseError) -> bool:
    code = getattr(problem, "sqlite_errorcode", None)
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in str(problem)


def _in_words(problem: sqlite3.Error, path: Path) -> str:
    # The low byte is the primary code; the rest is too much detail for a photographer.
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _REASONS:
        return _REASONS[code].filled(path=path)
    return tr("Scores can't be kept in {path}: {reason}.", path=path, reason=problem)
