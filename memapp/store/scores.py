"""Known scores on disk, by photo and net."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from memapp.core.errors import StoreError
from memapp.core.records import EngineInfo, Fingerprint, ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.core.text import tr
from memapp.store.database import (
    BUSY_SECONDS,
    is_fingerprint,
    key_of_row,
    open_database,
    path_column,
    place_of,
    store_errors,
    time_column,
    transaction,
)
from memapp.store.photos import SqlitePhotoRegister

FILE_NAME = "scores.sqlite"

_KEYS_A_QUERY = 500
"""Well below the number of parameters of any SQLite."""

_STARTS_WITH_A_YEAR = re.compile(r"\d{4}")
"""As all ISO 8601 dates do."""
_LONGEST_SIDE = 2**31 - 1
"""Pixels, beyond every picture."""

_COLUMNS = (
    "score, engine, device, width, height, format, taken, camera, lens, exposure, rendering, missing,"
    " fingerprint"
)


class SqliteScoreStore:
    """Implements core.contracts.ScoreStore in one file. Used by the thread that created it.

    A photo has one row for each net and for each state (size, time) of its file. A row is found by its file's
    path and state, or by the fingerprint of its content, at any path.
    """

    def __init__(self, *, home: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open home/scores.sqlite, created or upgraded if necessary; a damaged file is set aside.

        Raises:
            StoreError: it can't be opened; the text says why.
        """
        self._path = home / FILE_NAME
        self._connection, self.notice = open_database(self._path, busy_seconds=busy_seconds)
        self._place = place_of(self._path)
        self.photos = SqlitePhotoRegister(self._connection, path=self._path)

    def lookup(self, keys: Sequence[ImageKey], net: NetIdentity) -> dict[ImageKey, ScoredPhoto]:
        """Return the known scores of these photos. Raise StoreError on failure."""
        known: dict[ImageKey, ScoredPhoto] = {}
        with store_errors(self._path):
            net_row = self._net_row(net)
            if net_row is None:
                return known
            for start in range(0, len(keys), _KEYS_A_QUERY):
                part = keys[start : start + _KEYS_A_QUERY]
                wanted = {path_column(key.path): key for key in part}
                marks = ",".join("?" * len(wanted))
                rows = self._connection.execute(
                    f"SELECT path, size, mtime_ns, {_COLUMNS} FROM scores"
                    f" WHERE net = ? AND path IN ({marks})",
                    (net_row, *wanted),
                )
                for path, size, mtime_ns, *columns in rows:
                    key = wanted[path]
                    if (key.size, time_column(key.mtime_ns)) == (size, mtime_ns):
                        photo = _photo(key, columns, net)
                        if photo is not None:
                            known[key] = photo
        return known

    def lookup_content(
        self, fingerprints: Iterable[Fingerprint], net: NetIdentity
    ) -> dict[Fingerprint, ScoredPhoto]:
        """Return the known scores of this content, with a former key. Raise StoreError on failure."""
        known: dict[Fingerprint, ScoredPhoto] = {}
        wanted = list(set(fingerprints))
        with store_errors(self._path):
            net_row = self._net_row(net)
            if net_row is None:
                return known
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                part = wanted[start : start + _KEYS_A_QUERY]
                marks = ",".join("?" * len(part))
                rows = self._connection.execute(
                    f"SELECT path, size, mtime_ns, {_COLUMNS} FROM scores"
                    f" WHERE net = ? AND fingerprint IN ({marks})",
                    (net_row, *part),
                )
                for path, size, mtime_ns, *columns in rows:
                    key = key_of_row(path, size, mtime_ns)
                    photo = None if key is None else _photo(key, columns, net)
                    if photo is not None and photo.fingerprint is not None:
                        known[photo.fingerprint] = photo
        return known

    def put(self, photos: Iterable[ScoredPhoto], net: NetIdentity) -> None:
        """Store a batch in one transaction, with what was noted of their likeness.

        Raises:
            StoreError: nothing can be stored now.
            Exception: one of the records can't be stored; nothing of the batch is.
        """
        photos = tuple(photos)
        with store_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "INSERT OR IGNORE INTO nets (name, sha256, preprocessing, precision) VALUES (?, ?, ?, ?)",
                _net_values(net),
            )
            net_row = self._net_row(net)
            self._connection.executemany(
                f"INSERT OR REPLACE INTO scores (path, net, size, mtime_ns, {_COLUMNS})"
                f" VALUES ({','.join('?' * (4 + len(_COLUMNS.split(','))))})",
                (_row(photo, net_row) for photo in photos),
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO likenesses (fingerprint, net, features, grey, sharpness)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    (photo.fingerprint, net_row, like.features, like.grey, like.sharpness)
                    for photo in photos
                    if (like := photo.likeness) is not None and photo.fingerprint is not None
                ),
            )
        # Checked afterwards: rows written to a file that was set aside meanwhile are not kept.
        if place_of(self._path) != self._place:
            raise StoreError(
                tr(
                    "Scores can't be kept in {path}: it was moved away or replaced while it was open.",
                    path=self._path,
                )
            )

    def count(self) -> int:
        """Return the number of known scores. Raise StoreError on failure."""
        with store_errors(self._path):
            return int(self._connection.execute("SELECT count(*) FROM scores").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _net_row(self, net: NetIdentity) -> int | None:
        row = self._connection.execute(
            "SELECT id FROM nets WHERE name = ? AND sha256 = ? AND preprocessing = ? AND precision = ?",
            _net_values(net),
        ).fetchone()
        return None if row is None else int(row[0])


def _photo(key: ImageKey, columns: Sequence[Any], net: NetIdentity) -> ScoredPhoto | None:
    """Return the photo in a row; None, so that it is scored again, if memapp can't have written the row."""
    score, engine, device, *facts, fingerprint = columns
    width, height, *texts, missing = facts
    taken = texts[1]
    if not (
        isinstance(score, float)
        and 0 <= score <= 1
        and all(isinstance(side, int) and 0 <= side <= _LONGEST_SIDE for side in (width, height))
        and all(isinstance(text, str) for text in (engine, device, texts[0]))
        and all(isinstance(text, str | None) for text in texts)
        and (missing is None or (isinstance(missing, float) and 0 <= missing <= 1))
        and (taken is None or _STARTS_WITH_A_YEAR.match(taken))
        and (fingerprint is None or is_fingerprint(fingerprint))
    ):
        return None
    return ScoredPhoto(
        key, score, PhotoFacts(*facts), _engine(engine, device), net.precision, fingerprint=fingerprint
    )


@cache
def _engine(engine: str, device: str) -> EngineInfo:
    # One record shared by all photos: there may be 100,000 of them, and two or three engines.
    return EngineInfo(engine=engine, device=device, device_name=device.upper())


def _net_values(net: NetIdentity) -> tuple[str, str, str, str]:
    return net.name, net.sha256, net.preprocessing, net.precision.value


def _row(photo: ScoredPhoto, net_row: int | None) -> tuple[object, ...]:
    facts = photo.facts
    return (
        path_column(photo.key.path),
        net_row,
        photo.key.size,
        time_column(photo.key.mtime_ns),
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
        facts.missing,
        photo.fingerprint,
    )
