"""A database written by an older memapp is upgraded in place, and every score in it is found."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.likeness import PACKED_BYTES, Likeness
from memapp.core.records import Fingerprint, FoundFile, FoundPhoto, ImageKey, NetIdentity, Precision
from memapp.store import schema
from memapp.store.likenesses import LikenessStore
from memapp.store.schema import SCHEMA_VERSION
from memapp.store.scores import FILE_NAME, SqliteScoreStore

# As memapp wrote it until photos had ids; not to be edited.
VERSION_1 = """
CREATE TABLE nets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    preprocessing TEXT NOT NULL,
    precision TEXT NOT NULL,
    UNIQUE (sha256, preprocessing, precision, name)
);
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
INSERT INTO nets VALUES (1, 'ResMem', 'aaaa', 'memapp-2', 'exact');
INSERT INTO nets VALUES (2, 'ResMem', 'bbbb', 'memapp-2', 'fast');
PRAGMA user_version = 1;
"""

NETS = {
    1: NetIdentity("ResMem", "aaaa", "memapp-2", Precision.EXACT),
    2: NetIdentity("ResMem", "bbbb", "memapp-2", Precision.FAST),
}
NOON = 1_700_000_000_123_456_789
ROWS = [
    # path, net, size, time, score
    (b"/photos/a.jpg", 1, 100, NOON, 0.25),
    (b"/photos/a.jpg", 2, 100, NOON, 0.26),
    (b"/photos/edited.jpg", 1, 200, NOON, 0.5),
    (b"/photos/edited.jpg", 1, 250, NOON + 10, 0.75),
    (b"/photos/old.jpg", 1, 300, -(2**63) + 5, 0.8),
    ("/photos/ö\n.jpg".encode(), 1, 100, NOON, 0.125),
    (b"/photos/\xff\xfe.jpg", 1, 100, NOON, 0.625),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(VERSION_1)
    connection.executemany(
        "INSERT INTO scores VALUES (?, ?, ?, ?, ?, 'torch', 'cuda', 6000, 4000, 'JPEG',"
        " '2026-05-01T18:30:05', 'Nikon Z 8', NULL, '1/250 s', NULL)",
        ROWS,
    )
    connection.commit()
    connection.close()
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[SqliteScoreStore]:
    store = SqliteScoreStore(home=home)
    yield store
    store.close()


def key_of(row: tuple[bytes, int, int, int, float]) -> ImageKey:
    return ImageKey(os.fsdecode(row[0]), row[2], row[3])


def test_every_score_is_found(store: SqliteScoreStore) -> None:
    assert store.notice is None
    assert store.count() == len(ROWS)
    for row in ROWS:
        key = key_of(row)
        (found,) = store.lookup([key], NETS[row[1]]).values()
        assert (found.key, found.score, found.fingerprint) == (key, row[4], None)
        assert found.facts.camera == "Nikon Z 8"
        assert found.engine is not None
        assert found.engine.device == "cuda"


def test_every_path_is_a_photo_in_its_newest_state(store: SqliteScoreStore) -> None:
    newest = {row[0]: key_of(row) for row in ROWS}
    files = [FoundFile(key, key.path) for key in newest.values()]
    known = store.photos.find(files)
    assert len({photo.id for photo in known if photo}) == len(newest) == 5
    for file, photo in zip(files, known, strict=True):
        assert photo is not None
        assert photo.identified
        assert (photo.state.size, photo.state.mtime_ns) == (file.key.size, file.key.mtime_ns)


def test_photos_and_their_scores_get_a_fingerprint_later(store: SqliteScoreStore) -> None:
    photos = store.photos.without_fingerprint(after=0, most=3)  # type: ignore[arg-type]
    photos += store.photos.without_fingerprint(after=photos[-1].id, most=10)
    assert len(photos) == 5
    (a,) = [photo for photo in photos if photo.key.name == "a.jpg"]
    content = Fingerprint(b"f" * 16)
    store.photos.keep_fingerprint(a, content)
    assert len(store.photos.without_fingerprint(after=photos[0].id, most=10)) <= 4
    for net, score in ((1, 0.25), (2, 0.26)):
        assert store.lookup_content([content], NETS[net])[content].score == score
    (known,) = store.photos.find([FoundFile(a.key, a.key.path)])
    assert known is not None
    assert known.state.fingerprint == content
    # One whose file was changed meanwhile is not given the new file's fingerprint.
    (edited,) = [photo for photo in photos if photo.key.name == "edited.jpg"]
    stale = FoundPhoto(edited.id, ImageKey(edited.key.path, 1, 1))
    store.photos.keep_fingerprint(stale, Fingerprint(b"g" * 16))
    (known,) = store.photos.find([FoundFile(edited.key, edited.key.path)])
    assert known is not None
    assert known.state.fingerprint is None


def test_a_second_window_finds_it_upgraded(home: Path) -> None:
    first, second = SqliteScoreStore(home=home), SqliteScoreStore(home=home)
    assert first.count() == second.count() == len(ROWS)
    version = first._connection.execute("PRAGMA user_version").fetchone()[0]
    assert version == SCHEMA_VERSION
    first.close()
    second.close()


def test_an_upgrade_that_breaks_off_leaves_the_file_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (*schema._UPGRADES[:1], schema._UPGRADES[1] + "CREATE NONSENSE;\n")
    monkeypatch.setattr(schema, "_UPGRADES", broken)
    with pytest.raises(Exception, match="syntax error"):
        SqliteScoreStore(home=home)
    monkeypatch.undo()
    store = SqliteScoreStore(home=home)
    assert store.count() == len(ROWS)
    store.close()


def test_scores_from_before_damage_was_marked_stay_known(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript("".join(schema._UPGRADES[:2]) + "PRAGMA user_version = 2;")
    connection.execute("INSERT INTO nets VALUES (1, 'ResMem', 'aaaa', 'memapp-2', 'exact')")
    connection.execute(
        "INSERT INTO scores (path, net, size, mtime_ns, score, engine, device, width, height, format)"
        " VALUES (?, 1, 100, ?, 0.25, 'torch', 'cpu', 6000, 4000, 'JPEG')",
        (b"/photos/a.jpg", NOON),
    )
    connection.commit()
    connection.close()
    store = SqliteScoreStore(home=tmp_path)
    key = ImageKey("/photos/a.jpg", 100, NOON)
    known = store.lookup([key], NETS[1])[key]
    assert (known.score, known.facts.missing) == (0.25, None)
    store.put([replace(known, facts=replace(known.facts, missing=0.5))], NETS[1])
    assert store.lookup([key], NETS[1])[key].facts.missing == 0.5
    store.close()


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_file_of_each_older_version_is_upgraded(tmp_path: Path, version: int) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for script in schema._UPGRADES[:version]:
        connection.executescript(script)
    connection.execute("INSERT INTO nets VALUES (1, 'ResMem', 'aaaa', 'memapp-2', 'exact')")
    columns = "path, net, size, mtime_ns, score, engine, device, width, height, format"
    connection.execute(
        f"INSERT INTO scores ({columns}) VALUES (?, 1, 100, ?, 0.5, '', '', 6, 4, 'JPEG')",
        (ROWS[0][0], NOON),
    )
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    store = SqliteScoreStore(home=tmp_path)
    key = ImageKey(os.fsdecode(ROWS[0][0]), 100, NOON)
    assert store.notice is None
    (found,) = store.lookup([key], NETS[1]).values()
    photo = replace(
        found,
        fingerprint=Fingerprint(b"f" * 16),
        likeness=Likeness(b"\0\x3c" + bytes(PACKED_BYTES - 2), b"grey", 1.5),
    )
    store.put([photo], NETS[1])
    read = LikenessStore(home=tmp_path)
    assert read.load([key]) == {key: photo.likeness}
    read.close()
    store.close()
