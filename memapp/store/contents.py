"""What photos consist of, on disk: written one photo at a time, by the state of its file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from memapp.core.contents import Contents, shares_as_text
from memapp.core.records import ImageKey
from memapp.store.database import open_database, path_column, store_errors, time_column, transaction
from memapp.store.scores import FILE_NAME


class ContentsStore:
    """Writes into the database of scores. Used by one thread; the file is opened at the first write."""

    def __init__(self, *, home: Path) -> None:
        """Use this home; nothing is opened yet."""
        self._path = home / FILE_NAME
        self._connection: sqlite3.Connection | None = None

    def save(self, found: Mapping[ImageKey, Contents]) -> None:
        """Write what these photos consist of, in place of what was known. Raise StoreError on failure."""
        if self._connection is None:
            self._connection, _ = open_database(self._path)
        with store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO contents (path, size, mtime_ns, segmenter, shares)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        path_column(key.path),
                        key.size,
                        time_column(key.mtime_ns),
                        contents.segmenter,
                        shares_as_text(contents),
                    )
                    for key, contents in found.items()
                ],
            )

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
