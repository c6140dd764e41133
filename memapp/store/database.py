"""The SQLite file: opened, upgraded, and set aside if it is damaged."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard

from memapp.core.errors import StoreError
from memapp.core.files import keep_from_others, make_private_folder
from memapp.core.records import Fingerprint, ImageKey
from memapp.core.text import deferred, tr
from memapp.store.file_lock import file_lock

SCHEMA_VERSION = 2
BUSY_SECONDS = 5.0

_LOCK_SECONDS = 15.0
"""Longest wait for other processes that are opening the file; checking 100,000 photos takes a second."""
_IN_MEMORY = Path(":memory:")
_DAMAGED = "malformed"
"""A word of SQLite's message "database disk image is malformed"."""
_OTHER_TABLES = re.compile("no such|already exists|duplicate column|constraint failed")
"""Errors of an upgrade if the tables are not those of the file's version."""
_PRIMARY_CODE = 0xFF
"""The low byte of an error's code; the rest is too much detail for a photographer."""
_PARTS = ("", "-wal", "-shm")
"""The file, and SQLite's files beside it."""

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
                            "The file with the known scores, {path}, is damaged and can't be set aside while "
                            "another program may be using it. Close other windows of memapp, or move it away "
                            "by hand; until then scores are not kept.",
                            path=path,
                        )
                    ) from problem
            aside = _set_aside(path)
            notice = tr(
                "The file with the known scores was damaged. It was set aside as {name} in {folder} "
                "and a new one was begun; photos are scored again as they come.",
                name=aside.name,
                folder=aside.parent,
            )
            return _open(path, busy_seconds), notice


def note_damage(path: Path) -> None:
    """Note that reading or writing found damage: the next opening checks the whole file."""
    if path != _IN_MEMORY:
        with suppress(OSError):
            _damage_note(path).touch(mode=0o600)


def place_of(path: Path) -> tuple[int, int] | None:
    """Return which file is at a path, independent of its name; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_in_memory() -> sqlite3.Connection:
    """Create a database that exists until it is closed. Any thread may use it, one at a time."""
    connection = sqlite3.connect(str(_IN_MEMORY), isolation_level=None, check_same_thread=False)
    _upgrade(connection, _IN_MEMORY)
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
    "Scores can't be kept in {path}: the file is damaged; it is set aside at the next start."
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
        if is_damage(problem):
            note_damage(path)
        raise StoreError(_in_words(problem, path)) from problem


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    _prepare_files(path)
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    # One damaged name must not stop the reading of all rows; the records are validated one by one.
    connection.text_factory = _as_text
    try:
        _check_content(connection, path)
        # Readers (a second window, the command line) never wait for a writer. On network folders that do not
        # support it, SQLite uses its older journal.
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last batch, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        _upgrade(connection, path)
        _check_schema(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare_files(path: Path) -> None:
    """Check that SQLite's files are regular, and let only their owner read them."""
    for ending in _PARTS:
        part = path.with_name(path.name + ending)
        try:
            mode = part.stat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            raise StoreError(
                tr("Scores can't be kept: {path} is not a regular file. Move it away by hand.", path=part)
            )
        keep_from_others(part)
    # SQLite's other files get the mode of this one. If that fails, SQLite reports why.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _check_content(connection: sqlite3.Connection, path: Path) -> None:
    """Raise sqlite3.DatabaseError if the file is damaged; if use found damage, check all of it."""
    note = _damage_note(path)
    was_found = note.exists()
    check = "integrity_check" if was_found else "quick_check"
    found = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"{_DAMAGED}: {found}")
    if was_found:
        with suppress(OSError):
            note.unlink()


def _check_schema(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError if the tables are not memapp's, so that nothing can use them."""
    fresh = open_in_memory()
    try:
        names = {str(name) for (name,) in fresh.execute("SELECT name FROM sqlite_schema")}
        if _schema(connection, names) != _schema(fresh, names):
            raise sqlite3.DatabaseError(f"{_DAMAGED}: its tables are not memapp's")
    finally:
        fresh.close()


def _schema(connection: sqlite3.Connection, names: set[str]) -> list[tuple[Any, ...]]:
    """Return the columns of these tables and indexes, and every view and trigger."""
    found: list[tuple[Any, ...]] = []
    for kind, name in connection.execute("SELECT type, name FROM sqlite_schema ORDER BY name").fetchall():
        if kind in ("table", "index"):
            # A table or an index that another tool has added does no harm.
            if name in names:
                question = f"SELECT * FROM pragma_{kind}_xinfo(?)"
                found += [(kind, name, *row) for row in connection.execute(question, (name,))]
        else:
            found.append((kind, name))
    return found


def _as_text(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")


def _upgrade(connection: sqlite3.Connection, path: Path) -> None:
    def version() -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    if version() == SCHEMA_VERSION:
        return
    if version() < 0:
        raise sqlite3.DatabaseError(f"{_DAMAGED}: its version is {version()}")
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
                _execute_upgrade(connection, statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _execute_upgrade(connection: sqlite3.Connection, statement: str) -> None:
    try:
        connection.execute(statement)
    except (sqlite3.OperationalError, sqlite3.IntegrityError) as problem:
        if not _OTHER_TABLES.search(str(problem)):
            raise
        raise sqlite3.DatabaseError(f"{_DAMAGED}: {problem}") from problem


def _set_aside(path: Path) -> Path:
    """Rename the parts of a damaged file to an unused name. The caller holds the lock."""
    try:
        aside = _free_name(path)
        # The file itself first: if it can't be moved, nothing has changed.
        for ending in _PARTS:
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(aside.with_name(aside.name + ending))
        _damage_note(path).unlink(missing_ok=True)
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


def _free_name(path: Path) -> Path:
    """Return an unused name beside a file, reserved with an empty file."""
    stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
    number = 1
    while True:
        more = f" {number}" if number > 1 else ""
        aside = path.with_name(f"{path.stem} damaged {stamp}{more}{path.suffix}")
        others = (aside.with_name(aside.name + ending) for ending in _PARTS[1:])
        if not any(other.exists() for other in others):
            with suppress(FileExistsError):
                os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                return aside
        number += 1


def _damage_note(path: Path) -> Path:
    return path.with_name(f".{path.name}.damaged")


def is_damage(problem: sqlite3.Error) -> bool:
    """Return whether an error says that the file is damaged."""
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or _DAMAGED in str(problem)


def _in_words(problem: sqlite3.Error, path: Path) -> str:
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE
    if code in _REASONS:
        return _REASONS[code].filled(path=path)
    return tr("Scores can't be kept in {path}: {reason}.", path=path, reason=problem)
