"""Known scores on disk, by photo and net."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from memapp.core.records import EngineInfo, ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.store.database import BUSY_SECONDS, open_database, store_errors

FILE_NAME = "scores.sqlite"

_KEYS_A_QUERY = 500
"""Well below the number of parameters that any SQLite allows."""


class SqliteScoreStore:
    """Implements core.contracts.ScoreStore in one file. Used by the thread that made it.

    A photo has one row for each net and for each state (size, time) that its file was in.
    """

    def __init__(self, *, home: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open home/scores.sqlite, made or upgraded as needed; a damaged file is set aside.

        Raises:
            StoreError: it can't be opened; the text says why.
        """
        self._path = home / FILE_NAME
        self._connection, self.notice = open_database(self._path, busy_seconds=busy_seconds)

    def lookup(self, keys: Sequence[ImageKey], net: NetIdentity) -> dict[ImageKey, ScoredPhoto]:
        """The known ones of these photos. Raises: StoreError."""
        known: dict[ImageKey, ScoredPhoto] = {}
        with store_errors(self._path):
            net_row = self._net_row(net)
            if net_row is None:
                return known
            for start in range(0, len(keys), _KEYS_A_QUERY):
                part = keys[start : start + _KEYS_A_QUERY]
                wanted = {os.fsencode(key.path): key for key in part}
                marks = ",".join("?" * len(wanted))
                rows = self._connection.execute(
                    "SELECT path, size, mtime_ns, score, engine, device, width, height, format, taken,"
                    f" camera, lens, exposure, rendering FROM scores WHERE net = ? AND path IN ({marks})",
                    (net_row, *wanted),
                )
                for path, size, mtime_ns, score, engine, device, *facts in rows:
                    key = wanted[path]
                    if (key.size, key.mtime_ns) == (size, mtime_ns):
                        known[key] = ScoredPhoto(
                            key, score, PhotoFacts(*facts), _engine(engine, device), net.precision
                        )
        return known

    def put(self, photos: Iterable[ScoredPhoto], net: NetIdentity) -> None:
        """Keep a batch in one transaction. Raises: StoreError, and nothing of the batch is kept."""
        with store_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.execute(
                    "INSERT OR IGNORE INTO nets (name, sha256, preprocessing, precision) VALUES (?, ?, ?, ?)",
                    _net_values(net),
                )
                net_row = self._net_row(net)
                self._connection.executemany(
                    "INSERT OR REPLACE INTO scores (path, net, size, mtime_ns, score, engine, device, width,"
                    " height, format, taken, camera, lens, exposure, rendering)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (_row(photo, net_row) for photo in photos),
                )
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite has rolled back by itself where the disk was full.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def count(self) -> int:
        """How many scores are known. Raises: StoreError."""
        with store_errors(self._path):
            return int(self._connection.execute("SELECT count(*) FROM scores").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _net_row(self, net: NetIdentity) -> int | None:
        row = self._connection.execute(
            "SELECT id FROM nets WHERE name = ? AND sha256 = ? AND preprocessing = ? AND precision = ?",
            _net_values(net),
        ).fetchone()
        return None if row is None else int(row[0])


@cache
def _engine(engine: str, device: str) -> EngineInfo:
    # One record for all photos: there may be 100,000 of them, and two or three engines.
    return EngineInfo(engine=engine, device=device, device_name=device.upper())


def _net_values(net: NetIdentity) -> tuple[str, str, str, str]:
    return net.name, net.sha256, net.preprocessing, net.precision.value


def _row(photo: ScoredPhoto, net_row: int | None) -> tuple[object, ...]:
    facts = photo.facts
    return (
        os.fsencode(photo.key.path),
        net_row,
        photo.key.size,
        photo.key.mtime_ns,
        float(photo.score),
        photo.engine.engine if photo.engine else "",
        photo.engine.device if photo.engine else "",
        facts.width,
        facts.height,
        facts.format,
        facts.taken,
        facts.camera,
        facts.lens,
        facts.exposure,
        facts.rendering,
    )
