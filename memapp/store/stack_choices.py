"""What people say of moments, on disk: beside the register of photos, by the photo's id."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from memapp.core.errors import StoreError
from memapp.core.records import PhotoId
from memapp.core.stacks import StackChoice
from memapp.core.text import tr
from memapp.store.database import LARGEST_INTEGER, open_database, store_errors, transaction
from memapp.store.photos import FIRST_IN_MEMORY
from memapp.store.scores import FILE_NAME

_IDS_A_QUERY = 500


class StackChoiceStore:
    """Reads and writes choices in the database of scores. Used by one thread.

    What is written survives the end of the process at once; the file is opened at the first use.
    """

    def __init__(self, *, home: Path) -> None:
        """Use this home; nothing is opened yet."""
        self._path = home / FILE_NAME
        self._connection: sqlite3.Connection | None = None

    def load(self, photos: Sequence[PhotoId]) -> dict[PhotoId, StackChoice]:
        """Return what was said of those of these photos that something was said of.

        Raises:
            StoreError: it can't be read.
        """
        found: dict[PhotoId, StackChoice] = {}
        connection = self._open()
        with store_errors(self._path):
            for start in range(0, len(photos), _IDS_A_QUERY):
                part = photos[start : start + _IDS_A_QUERY]
                for photo, leader, alone, joined in connection.execute(
                    "SELECT photo, leader, alone, joined FROM stack_choices"
                    f" WHERE photo IN ({','.join('?' * len(part))})",
                    part,
                ):
                    # A row that memapp can't have written says nothing.
                    if leader in (0, 1) and alone in (0, 1) and isinstance(joined, int | None):
                        found[PhotoId(photo)] = StackChoice(bool(leader), bool(alone), joined)
        return found

    def save(self, choices: Mapping[PhotoId, StackChoice]) -> None:
        """Write these choices in one transaction, each in place of what was said of its photo before.

        Raises:
            StoreError: nothing was written, or some photos have no place on disk.
        """
        known = {photo: choice for photo, choice in choices.items() if 0 < photo < FIRST_IN_MEMORY}
        connection = self._open()
        with store_errors(self._path), transaction(connection):
            connection.executemany(
                "DELETE FROM stack_choices WHERE photo = ?",
                [(photo,) for photo, choice in known.items() if not choice],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO stack_choices (photo, leader, alone, joined) VALUES (?, ?, ?, ?)",
                [
                    (photo, int(choice.leader), int(choice.alone), _stored(choice.joined))
                    for photo, choice in known.items()
                    if choice
                ],
            )
        if len(known) < len(choices):
            raise StoreError(
                tr(
                    "Some changes of moments are lost when memapp is closed: they can't be kept in {path}.",
                    path=self._path,
                )
            )

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection, _ = open_database(self._path)
        return self._connection


def _stored(joined: int | None) -> int | None:
    return None if joined is None else min(joined, LARGEST_INTEGER)
