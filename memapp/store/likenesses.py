"""What tells how alike photos are, read from disk. The runs write it with the scores: see scores.py."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from memapp.core.likeness import Likeness, are_features
from memapp.core.records import ImageKey, NetIdentity
from memapp.store.database import open_database, path_column, store_errors, time_column
from memapp.store.scores import FILE_NAME

_KEYS_A_QUERY = 500


class LikenessStore:
    """Reads from the database of scores. Used by one thread; the file is opened at the first question."""

    def __init__(self, *, home: Path) -> None:
        """Use this home; nothing is opened yet."""
        self._path = home / FILE_NAME
        self._connection: sqlite3.Connection | None = None

    def load(
        self, keys: Sequence[ImageKey], nets: Sequence[NetIdentity] | None = None
    ) -> dict[ImageKey, Likeness]:
        """Return what was noted of these photos.

        Args:
            keys: the photos.
            nets: what counts is noted by one of these, the first before the others; None for whatever was
                noted, by an exact net where there is such a note.

        Raises:
            StoreError: it can't be read.
        """
        found: dict[ImageKey, Likeness] = {}
        if self._connection is None:
            self._connection, _ = open_database(self._path)
        with store_errors(self._path):
            for start in range(0, len(keys), _KEYS_A_QUERY):
                found |= self._found(keys[start : start + _KEYS_A_QUERY], nets)
        return found

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _found(
        self, keys: Sequence[ImageKey], nets: Sequence[NetIdentity] | None
    ) -> dict[ImageKey, Likeness]:
        assert self._connection is not None
        wanted = {(path_column(key.path), key.size, time_column(key.mtime_ns)): key for key in keys}
        paths = {path for path, _, _ in wanted}
        rows = self._connection.execute(
            "SELECT scores.path, size, mtime_ns, features, grey, sharpness,"
            " nets.name, nets.sha256, nets.preprocessing, nets.precision FROM scores"
            " JOIN likenesses ON likenesses.fingerprint = scores.fingerprint"
            " JOIN nets ON nets.id = likenesses.net"
            f" WHERE path IN ({','.join('?' * len(paths))}) ORDER BY nets.precision = 'exact', nets.id",
            (*paths,),
        )
        # Of several rows the last one counts, so the first of the nets comes last.
        ranks = {_net_values(net): -rank for rank, net in enumerate(nets or ())}
        read = [
            (0 if nets is None else ranks[net], wanted[state], likeness)
            for *place, features, grey, sharpness, name, sha256, preprocessing, precision in rows
            if (state := tuple(place)) in wanted
            and ((net := (name, sha256, preprocessing, precision)) in ranks or nets is None)
            and (likeness := _likeness(features, grey, sharpness)) is not None
        ]
        return {key: likeness for _, key, likeness in sorted(read, key=lambda row: row[0])}


def _likeness(features: object, grey: object, sharpness: object) -> Likeness | None:
    """Return the likeness in a row; None if memapp can't have written it."""
    if not are_features(features) or not isinstance(features, bytes) or not isinstance(grey, bytes):
        return None
    if sharpness is not None and not (isinstance(sharpness, float) and math.isfinite(sharpness)):
        return None
    return Likeness(features, grey, sharpness)


def _net_values(net: NetIdentity) -> tuple[str, str, str, str]:
    return net.name, net.sha256, net.preprocessing, net.precision.value
