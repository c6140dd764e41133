"""Marks on disk, beside the register of photos: written one change at a time, by the photo's id."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.marks import MarkChange
from memapp.core.records import PhotoId
from memapp.core.text import tr
from memapp.store.database import BUSY_SECONDS, open_database, store_errors, transaction
from memapp.store.photos import FIRST_IN_MEMORY
from memapp.store.scores import FILE_NAME


class MarkStore:
    """Writes marks into the database of scores. Used by one thread.

    What is written survives the end of the process at once; the file is opened at the first change.
    """

    def __init__(self, *, home: Path) -> None:
        """Use this home; nothing is opened yet."""
        self._path = home / FILE_NAME
        self._connection: sqlite3.Connection | None = None

    def save(self, changes: Mapping[PhotoId, MarkChange]) -> None:
        """Write these changes in one transaction; marks that a change leaves alone stay as they are.

        Raises:
            StoreError: nothing was written, or some photos have no place on disk.
        """
        known = {photo: change for photo, change in changes.items() if 0 < photo < FIRST_IN_MEMORY}
        if self._connection is None:
            self._connection, _ = open_database(self._path, busy_seconds=BUSY_SECONDS)
        now = int(time.time())
        rows = [
            {"photo": photo, "flag": each.flag, "stars": each.stars, "label": each.label, "now": now}
            for photo, each in known.items()
        ]
        with store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO marks (photo, flag, stars, label, changed) VALUES"
                " (:photo, coalesce(:flag, 0), coalesce(:stars, 0), coalesce(:label, 0), :now)"
                " ON CONFLICT (photo) DO UPDATE SET flag = coalesce(:flag, flag),"
                " stars = coalesce(:stars, stars), label = coalesce(:label, label), changed = :now",
                rows,
            )
        if len(known) < len(changes):
            raise StoreError(
                tr(
                    "Some marks are lost when memapp is closed: they can't be kept in {path}.",
                    path=self._path,
                )
            )

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
