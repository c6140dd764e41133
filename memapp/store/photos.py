"""The register of photos on disk: ids that survive edits, moves and renames, stored beside the scores."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

from memapp.core.contents import Contents, contents_from
from memapp.core.file_state import FingerprintReader
from memapp.core.marks import Marks, marks_from
from memapp.core.records import FileState, Fingerprint, FoundFile, FoundPhoto, ImageKey, KnownPhoto, PhotoId
from memapp.store.database import (
    is_fingerprint,
    key_of_row,
    open_in_memory,
    path_column,
    store_errors,
    time_column,
    time_of_column,
    transaction,
)

FIRST_IN_MEMORY = 2**48
"""Ids of a register in memory start here, so that they never meet those on disk."""

_PATHS_A_QUERY = 500
"""Well below the number of parameters of any SQLite."""

_T = TypeVar("_T")
_Content: TypeAlias = tuple[FoundFile, PhotoId, Fingerprint | None]


def photos_in_memory() -> SqlitePhotoRegister:
    """Create a register in memory with the same rules. Thread-safe."""
    connection = open_in_memory()
    connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('photos', ?)", (FIRST_IN_MEMORY,))
    return SqlitePhotoRegister(connection, path=Path(":memory:"))


class SqlitePhotoRegister:
    """Implements core.contracts.PhotoRegister on an open database; thread-safe if that is."""

    def __init__(self, connection: sqlite3.Connection, *, path: Path) -> None:
        """Use this database, and its path for error messages."""
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()

    def find(self, files: Sequence[FoundFile]) -> list[KnownPhoto | None]:
        """Return the photos at these paths, None for a new path. Raise StoreError on failure."""
        rows: dict[bytes, tuple[int, int, int | bytes, bytes | None, int | None]] = {}
        # Photos from before this register are known by the path as it was given.
        real_paths = [path_column(file.real_path) for file in files]
        paths = {path_column(file.key.path) for file in files if file.key.path is not file.real_path}.union(
            real_paths
        )
        with self._lock, store_errors(self._path):
            for part in _parts(sorted(paths)):
                marks = ",".join("?" * len(part))
                for path, *row in self._connection.execute(
                    f"SELECT path, id, size, mtime_ns, fingerprint, seen FROM photos WHERE path IN ({marks})",
                    part,
                ):
                    rows[path] = (row[0], row[1], row[2], row[3], row[4])
        found: list[KnownPhoto | None] = []
        for file, real in zip(files, real_paths, strict=True):
            row = rows.get(real) or rows.get(path_column(file.key.path))
            if row is None:
                found.append(None)
                continue
            photo, size, mtime_ns, fingerprint, seen = row
            state = _state(size, mtime_ns, fingerprint)
            if state is None:
                # memapp can't have written this row; adding the photo returns its id and writes it again.
                found.append(None)
                continue
            found.append(KnownPhoto(PhotoId(photo), state, identified=seen is not None and real in rows))
        return found

    def add(self, files: Sequence[FoundFile]) -> list[PhotoId]:
        """Return ids for new photos. Raise StoreError if nothing was added."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR IGNORE INTO photos (path, size, mtime_ns) VALUES (?, ?, ?)",
                [
                    (path_column(file.real_path), file.key.size, time_column(file.key.mtime_ns))
                    for file in files
                ],
            )
            return [self._id_at(file.real_path) for file in files]

    def known_sizes(self, sizes: Iterable[int]) -> set[int]:
        """Return those of these sizes that a photo with a fingerprint has. Raise StoreError on failure."""
        known: set[int] = set()
        with self._lock, store_errors(self._path):
            for part in _parts(sorted(set(sizes))):
                marks = ",".join("?" * len(part))
                known.update(
                    row[0]
                    for row in self._connection.execute(
                        "SELECT DISTINCT size FROM photos"
                        f" WHERE fingerprint IS NOT NULL AND size IN ({marks})",
                        part,
                    )
                )
        return known

    def identify(self, files: Sequence[_Content], *, read_fingerprint: FingerprintReader) -> list[PhotoId]:
        """Return which photos these files are, and store their state. Raise StoreError on failure."""
        ids: dict[int, PhotoId] = {}
        stay: list[_Content] = []
        with self._lock, store_errors(self._path):
            for place, (file, photo, fingerprint) in enumerate(files):
                if other := self._replaced_by(file, photo):
                    ids[place] = other
                    continue
                mover = self._mover(file, photo, fingerprint, read_fingerprint)
                if mover is None:
                    ids[place] = photo
                    stay.append((file, photo, fingerprint))
                    continue
                ids[place] = mover
                with transaction(self._connection):
                    self._take_place(file, mover, photo, fingerprint)
            with transaction(self._connection):
                for file, photo, fingerprint in stay:
                    self._remember(file, photo, fingerprint)
        return [ids[place] for place in range(len(files))]

    def without_fingerprint(self, *, after: PhotoId, most: int) -> list[FoundPhoto]:
        """Return photos without a fingerprint, by rising id. Raise StoreError on failure."""
        with self._lock, store_errors(self._path):
            rows = self._connection.execute(
                "SELECT id, path, size, mtime_ns FROM photos WHERE id > ? AND fingerprint IS NULL"
                " AND typeof(path) = 'blob' AND typeof(size) = 'integer' AND typeof(mtime_ns) <> 'text'"
                " AND seen IS NOT NULL ORDER BY id LIMIT ?",
                (after, most),
            ).fetchall()
        keys = ((photo, key_of_row(*columns)) for photo, *columns in rows)
        return [FoundPhoto(PhotoId(photo), key) for photo, key in keys if key is not None]

    def keep_fingerprint(self, photo: FoundPhoto, fingerprint: Fingerprint) -> None:
        """Store the fingerprint of a photo and of its known scores. Raise StoreError on failure."""
        state = (path_column(photo.key.path), photo.key.size, time_column(photo.key.mtime_ns))
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "UPDATE photos SET fingerprint = ? WHERE id = ? AND path = ? AND size = ? AND mtime_ns = ?"
                " AND fingerprint IS NULL",
                (fingerprint, photo.id, *state),
            )
            self._mark_scores(photo.key.path, photo.key, fingerprint)

    def marks(self, photos: Iterable[PhotoId]) -> dict[PhotoId, Marks]:
        """Return the marks of those of these photos that have some. Raise StoreError on failure."""
        found: dict[PhotoId, Marks] = {}
        with self._lock, store_errors(self._path):
            for part in _parts(sorted(set(photos))):
                places = ",".join("?" * len(part))
                for photo, *numbers in self._connection.execute(
                    f"SELECT photo, flag, stars, label FROM marks WHERE photo IN ({places})", part
                ):
                    # A row that memapp can't have written marks nothing.
                    if marks := marks_from(*numbers):
                        found[PhotoId(photo)] = marks
        return found

    def contents(self, keys: Iterable[ImageKey]) -> dict[ImageKey, Contents]:
        """Return what those of these photos consist of that were looked at. Raise StoreError on failure."""
        wanted = {path_column(key.path): key for key in keys}
        found: dict[ImageKey, Contents] = {}
        with self._lock, store_errors(self._path):
            for part in _parts(sorted(wanted)):
                places = ",".join("?" * len(part))
                for path, size, mtime_ns, *texts in self._connection.execute(
                    f"SELECT path, size, mtime_ns, segmenter, shares FROM contents WHERE path IN ({places})",
                    part,
                ):
                    key = wanted[path]
                    contents = contents_from(*texts)
                    if contents and (key.size, time_column(key.mtime_ns)) == (size, mtime_ns):
                        found[key] = contents
        return found

    # The rules

    def _replaced_by(self, file: FoundFile, photo: PhotoId) -> PhotoId | None:
        """Return the photo that another window has meanwhile found in the place of a new one, if any."""
        if self._connection.execute("SELECT 1 FROM photos WHERE id = ?", (photo,)).fetchone():
            return None
        found = self._connection.execute(
            "SELECT id FROM photos WHERE path = ?", (path_column(file.real_path),)
        ).fetchone()
        return PhotoId(found[0]) if found else None

    def _mover(
        self,
        file: FoundFile,
        photo: PhotoId,
        fingerprint: Fingerprint | None,
        read_fingerprint: FingerprintReader,
    ) -> PhotoId | None:
        """Return the other photo that a file is, by its content; None if its path is right."""
        if fingerprint is None:
            return None
        row = self._connection.execute(
            "SELECT size, mtime_ns, fingerprint, seen FROM photos WHERE id = ?", (photo,)
        ).fetchone()
        if row is not None:
            size, mtime_ns, own, seen = row
            is_here = (size, mtime_ns) == (file.key.size, time_column(file.key.mtime_ns)) and seen is not None
            if own == fingerprint or is_here:
                return None
        others = self._connection.execute(
            "SELECT id, path, size, mtime_ns FROM photos WHERE fingerprint = ? AND id <> ?",
            (fingerprint, photo),
        ).fetchall()
        others = [other for other in others if isinstance(other[1], bytes | None)]
        # Of several with the same content, the one with the same name, as when a folder was renamed.
        others.sort(key=lambda other: (_name(other[1]) != _name(path_column(file.real_path)), other[0]))
        for other, path, size, mtime_ns in others:
            lay = None if path is None else os.fsdecode(path)
            state = _state(size, mtime_ns, fingerprint)
            if state is None:
                continue
            if lay is None or self._has_left(PhotoId(other), lay, state, read_fingerprint):
                return PhotoId(other)
            if row is not None and row[3] is None and _is_same_file(lay, file.key.path):
                return PhotoId(other)
        return None

    def _has_left(
        self, photo: PhotoId, path: str, state: FileState, read_fingerprint: FingerprintReader
    ) -> bool:
        """Return whether a photo is no longer at its place: nothing is there, or another known photo."""
        try:
            now = os.stat(path)  # noqa: PTH116 (paths are plain text in the records)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return True
        except OSError:
            return False
        if (now.st_size, now.st_mtime_ns) == (state.size, state.mtime_ns):
            return False
        if not self.known_sizes([now.st_size]):
            return False
        content = read_fingerprint(path)
        if content is None or content == state.fingerprint:
            return False
        # Unknown content means the photo itself, edited.
        return (
            self._connection.execute(
                "SELECT 1 FROM photos WHERE fingerprint = ? AND id <> ?", (content, photo)
            ).fetchone()
            is not None
        )

    def _take_place(
        self, file: FoundFile, mover: PhotoId, former: PhotoId, fingerprint: Fingerprint | None
    ) -> None:
        """Put a photo in the place where another was assumed."""
        # A new photo turns out to be none; a known one is somewhere else, or overwritten.
        if self._connection.execute("DELETE FROM photos WHERE id = ? AND seen IS NULL", (former,)).rowcount:
            # What a person has marked before it was known which photo this is.
            self._connection.execute("UPDATE OR IGNORE marks SET photo = ? WHERE photo = ?", (mover, former))
            self._connection.execute("DELETE FROM marks WHERE photo = ?", (former,))
            self._connection.execute(
                "UPDATE OR IGNORE stack_choices SET photo = ? WHERE photo = ?", (mover, former)
            )
            self._connection.execute("DELETE FROM stack_choices WHERE photo = ?", (former,))
        lies = self._connection.execute("SELECT path FROM photos WHERE id = ?", (mover,)).fetchone()[0]
        if lies is not None and _is_same_file(os.fsdecode(lies), file.key.path):
            self._mark_scores(file.key.path, file.key, fingerprint)
            return
        self._remember(file, mover, fingerprint)

    def _remember(self, file: FoundFile, photo: PhotoId, fingerprint: Fingerprint | None) -> None:
        """Store a photo's place and state."""
        path = path_column(file.real_path)
        self._connection.execute("UPDATE photos SET path = NULL WHERE path = ? AND id <> ?", (path, photo))
        state = (file.key.size, time_column(file.key.mtime_ns))
        self._connection.execute(
            "UPDATE photos SET path = ?, size = ?, mtime_ns = ?, seen = ?,"
            # If it is known by path only, its fingerprint is valid for the same state only.
            " fingerprint = coalesce(?, CASE WHEN size = ? AND mtime_ns = ?"
            " AND typeof(fingerprint) = 'blob' AND length(fingerprint) = 16 THEN fingerprint END)"
            " WHERE id = ?",
            (path, *state, int(time.time()), fingerprint, *state, photo),
        )
        self._mark_scores(file.key.path, file.key, fingerprint)

    def _mark_scores(self, path: str, key: ImageKey, fingerprint: Fingerprint | None) -> None:
        if fingerprint is not None:
            self._connection.execute(
                "UPDATE scores SET fingerprint = ?"
                " WHERE path = ? AND size = ? AND mtime_ns = ? AND fingerprint IS NULL",
                (fingerprint, path_column(path), key.size, time_column(key.mtime_ns)),
            )

    def _id_at(self, path: str) -> PhotoId:
        row = self._connection.execute(
            "SELECT id FROM photos WHERE path = ?", (path_column(path),)
        ).fetchone()
        return PhotoId(row[0])


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _PATHS_A_QUERY):
        yield items[start : start + _PATHS_A_QUERY]


def _name(path: bytes | None) -> bytes | None:
    return None if path is None else path.replace(b"\\", b"/").rpartition(b"/")[2]


def _state(size: object, mtime_ns: object, fingerprint: object) -> FileState | None:
    """Return the state in a row; None if memapp can't have written its values."""
    time_ns = time_of_column(mtime_ns)
    if not isinstance(size, int) or time_ns is None:
        return None
    if fingerprint is None:
        return FileState(size, time_ns)
    return FileState(size, time_ns, fingerprint) if is_fingerprint(fingerprint) else None


def _is_same_file(first: str, second: str) -> bool:
    """Return whether both paths lead to one file: a hard link, another mount, another spelling."""
    try:
        return Path(first).samefile(second)
    except (OSError, ValueError):
        return False
