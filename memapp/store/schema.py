"""The tables of the database: created, upgraded and checked."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from memapp.core.errors import StoreError
from memapp.core.text import tr
from memapp.store.damage import damaged

SCHEMA_VERSION = 7

IN_MEMORY = Path(":memory:")
"""SQLite's name for a database without a file."""

_OTHER_TABLES = re.compile("no such|already exists|duplicate column|constraint failed")
"""Errors of an upgrade if the tables are not those of the file's version."""

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

_VERSION_3 = """
-- The share of a damaged picture that is known to be missing; NULL for a whole one.
ALTER TABLE scores ADD COLUMN missing REAL;
"""

_VERSION_4 = """
-- What a person says of a photo. It stays while the photo's file is away.
CREATE TABLE marks (
    photo INTEGER PRIMARY KEY, -- an id of photos
    flag INTEGER NOT NULL, -- -1 rejected, 0 neither, 1 picked
    stars INTEGER NOT NULL, -- 0 to 5
    label INTEGER NOT NULL, -- 0 none, 1 red, 2 yellow, 3 green, 4 blue, 5 purple
    changed INTEGER NOT NULL -- in seconds since 1970
);
"""

_VERSION_5 = """
-- What a photo consists of, as the last segmenter saw this state of its file.
CREATE TABLE contents (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, -- as database.time_column writes it
    segmenter TEXT NOT NULL, -- the hash of its pack
    shares TEXT NOT NULL -- JSON: the share of the area, 0..1, by category
) WITHOUT ROWID;
"""

_VERSION_6 = """
-- How alike photos are, by their content, so that it follows a photo anywhere and copies share it.
CREATE TABLE likenesses (
    fingerprint BLOB NOT NULL,
    net INTEGER NOT NULL REFERENCES nets (id),
    features BLOB NOT NULL, -- as core.likeness packs them
    grey BLOB NOT NULL, -- a JPEG of 64 x 64 pixels
    sharpness REAL, -- NULL if the photo was decoded too small for it
    PRIMARY KEY (fingerprint, net)
);
"""

_VERSION_7 = """
-- What a person says of a photo's place in its moment. It stays while the photo's file is away.
CREATE TABLE stack_choices (
    photo INTEGER PRIMARY KEY, -- an id of photos
    leader INTEGER NOT NULL, -- 1 on top of its moment
    alone INTEGER NOT NULL, -- 1 taken out of its moment
    joined INTEGER -- photos with the same number are one moment; NULL if nobody said so
);
"""

_UPGRADES = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5, _VERSION_6, _VERSION_7)
"""Each script upgrades the file from the previous version; the first creates it."""


def upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables of a new file, or upgrade those of an older memapp.

    Raises:
        StoreError: a newer memapp wrote the file.
        sqlite3.DatabaseError: the file is damaged.
    """

    def version() -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    if version() == SCHEMA_VERSION:
        return
    if version() < 0:
        raise damaged(f"its version is {version()}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Checked again under the lock: another memapp may have been faster.
        if version() > SCHEMA_VERSION:
            raise StoreError(
                tr(
                    "The scores in {path} were written by a newer memapp. Use the newer one. This "
                    "one does not change them and keeps no scores.",
                    path=path,
                )
            )
        for script in _UPGRADES[version() :]:
            for statement in script.split(";\n"):
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
        raise damaged(problem) from problem


def check_schema(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError if the tables are not memapp's, so that nothing can use them."""
    fresh = sqlite3.connect(str(IN_MEMORY), isolation_level=None)
    try:
        upgrade(fresh, IN_MEMORY)
        names = {str(name) for (name,) in fresh.execute("SELECT name FROM sqlite_schema")}
        if _schema(connection, names) != _schema(fresh, names):
            raise damaged("its tables are not memapp's")
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
