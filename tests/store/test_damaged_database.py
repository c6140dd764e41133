"""A damaged database is set aside once and whole, and rows that make no sense are scored again."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.records import EngineInfo, FoundFile, ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.store.scores import FILE_NAME, SqliteScoreStore

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
FACTS = PhotoFacts(width=6, height=4, format="JPEG", taken="2026-05-01T18:30:05", camera="Nikon Z 6")
CPU = EngineInfo(engine="torch", device="cpu", device_name="CPU")
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has neither FIFOs nor such modes")

OPENER = """
import sys, time
from pathlib import Path
from memapp.core.records import ImageKey, NetIdentity, PhotoFacts, ScoredPhoto
from memapp.store.scores import SqliteScoreStore
home, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
store = SqliteScoreStore(home=home)
photo = ScoredPhoto(ImageKey(f"/{name}.jpg", 1, 1), 0.5, PhotoFacts(6, 4, "JPEG"))
store.put([photo], NetIdentity("ResMem", "a" * 64, "memapp-1"))
store.close()
print("set aside" if store.notice else "kept", flush=True)
"""


def photo(path: str) -> ScoredPhoto:
    return ScoredPhoto(
        key=ImageKey(path, 123, 1_700_000_000_123_456_789), score=0.75, facts=FACTS, engine=CPU
    )


def aside_in(home: Path) -> list[Path]:
    return [each for each in home.iterdir() if " damaged " in each.name and each.suffix == ".sqlite"]


@pytest.mark.parametrize("round_", range(3))
def test_four_processes_that_open_a_damaged_file_at_once_lose_nothing(tmp_path: Path, round_: int) -> None:
    content = b"this is not a database %d " % round_ * 1000
    (tmp_path / FILE_NAME).write_bytes(content)
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    said = sorted(opener.communicate(timeout=120)[0].strip() for opener in openers)
    assert said == ["kept", "kept", "kept", "set aside"]
    [aside] = aside_in(tmp_path)
    assert aside.read_bytes() == content
    store = SqliteScoreStore(home=tmp_path)
    assert store.count() == 4
    store.close()


def test_names_of_what_is_set_aside_never_collide(tmp_path: Path) -> None:
    contents = [b"damaged %d " % number * 1000 for number in range(3)]
    for content in contents:
        (tmp_path / FILE_NAME).write_bytes(content)
        SqliteScoreStore(home=tmp_path).close()
    assert sorted(each.read_bytes() for each in aside_in(tmp_path)) == contents


def test_without_the_lock_nothing_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"damaged " * 1000)
    (tmp_path / f".{FILE_NAME}.lock").mkdir()
    with pytest.raises(StoreError, match="damaged"):
        SqliteScoreStore(home=tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b"damaged " * 1000


@posix_only
def test_what_goes_into_a_file_that_was_set_aside_is_not_reported_as_kept(tmp_path: Path) -> None:
    store = SqliteScoreStore(home=tmp_path)
    store.put([photo("/a.jpg")], NET)
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"{FILE_NAME}{ending}").rename(tmp_path / f"elsewhere.sqlite{ending}")
    SqliteScoreStore(home=tmp_path).close()
    with pytest.raises(StoreError, match="moved away or replaced"):
        store.put([photo("/b.jpg")], NET)
    store.close()


def change(home: Path, *statements: str) -> None:
    connection = sqlite3.connect(home / FILE_NAME)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    "value",
    [
        "score = 'abc'",
        "score = 9e999",
        "score = -5e300",
        "score = 1.5",
        "score = x'00'",
        "taken = x'00ff'",
        "taken = 5",
        "taken = 'yesterday'",
        "camera = x'ff'",
        "width = 'wide'",
        "height = -4",
        "format = x'00'",
        "engine = x'00'",
        "fingerprint = 'text'",
        "fingerprint = x'00'",
    ],
)
def test_a_row_that_memapp_can_not_have_written_is_not_known_and_is_replaced(
    tmp_path: Path, value: str
) -> None:
    store = SqliteScoreStore(home=tmp_path)
    store.put([photo("/a.jpg"), photo("/b.jpg")], NET)
    store.close()
    change(tmp_path, f"UPDATE scores SET {value} WHERE path = x'{b'/a.jpg'.hex()}'")
    store = SqliteScoreStore(home=tmp_path)
    assert store.notice is None
    a, b = photo("/a.jpg"), photo("/b.jpg")
    assert store.lookup([a.key, b.key], NET) == {b.key: b}
    store.put([a], NET)
    assert store.lookup([a.key, b.key], NET) == {a.key: a, b.key: b}
    store.close()


def test_text_that_is_no_utf_8_ends_no_lookup(tmp_path: Path) -> None:
    store = SqliteScoreStore(home=tmp_path)
    store.put([photo("/a.jpg"), photo("/b.jpg")], NET)
    store.close()
    change(tmp_path, "UPDATE scores SET camera = CAST(x'ff4e' AS TEXT) WHERE path = x'2f612e6a7067'")
    change(tmp_path, "UPDATE scores SET path = CAST(x'ffff' AS TEXT) WHERE path = x'2f622e6a7067'")
    store = SqliteScoreStore(home=tmp_path)
    assert set(store.lookup([photo("/a.jpg").key, photo("/b.jpg").key], NET)) == {photo("/a.jpg").key}
    store.close()


@pytest.mark.parametrize(
    "value", ["mtime_ns = 'abc'", "mtime_ns = x'ff'", "size = 'abc'", "size = x'00'", "fingerprint = 'text'"]
)
def test_a_photo_whose_row_makes_no_sense_keeps_its_id(tmp_path: Path, value: str) -> None:
    file = FoundFile(ImageKey("/a.jpg", 1, 2), "/a.jpg")
    store = SqliteScoreStore(home=tmp_path)
    [before] = store.photos.add([file])
    store.photos.identify([(file, before, None)], read_fingerprint=lambda _path: None)
    store.close()
    change(tmp_path, f"UPDATE photos SET {value}")
    store = SqliteScoreStore(home=tmp_path)
    assert store.photos.find([file]) == [None]
    assert store.photos.without_fingerprint(after=before, most=5) == []
    assert store.photos.add([file]) == [before]
    store.photos.identify([(file, before, None)], read_fingerprint=lambda _path: None)
    [found] = store.photos.find([file])
    assert found is not None
    assert (found.state.size, found.state.mtime_ns) == (1, 2)
    store.close()


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE scores",),
        ("ALTER TABLE scores DROP COLUMN exposure",),
        ("DROP TABLE photos",),
        ("DROP TABLE nets", "CREATE VIEW nets AS SELECT 1 AS id"),
        ("CREATE TRIGGER t AFTER INSERT ON scores BEGIN DELETE FROM scores; END",),
        ("PRAGMA user_version = -1",),
        ("PRAGMA user_version = 0",),
        ("PRAGMA user_version = 1",),
    ],
    ids=str,
)
def test_tables_that_no_lookup_can_use_are_set_aside(tmp_path: Path, statements: tuple[str, ...]) -> None:
    SqliteScoreStore(home=tmp_path).close()
    change(tmp_path, *statements)
    store = SqliteScoreStore(home=tmp_path)
    assert store.notice is not None
    store.put([photo("/a.jpg")], NET)
    assert store.count() == 1
    store.close()
    assert len(aside_in(tmp_path)) == 1


def test_what_a_person_added_to_the_file_sets_nothing_aside(tmp_path: Path) -> None:
    SqliteScoreStore(home=tmp_path).close()
    change(tmp_path, "CREATE TABLE mine (a)", "CREATE INDEX my_index ON scores (camera)", "ANALYZE")
    store = SqliteScoreStore(home=tmp_path)
    assert store.notice is None
    store.close()


def test_damage_that_only_a_lookup_meets_is_set_aside_at_the_next_start(tmp_path: Path) -> None:
    store = SqliteScoreStore(home=tmp_path)
    store.put([photo(f"/{number}.jpg") for number in range(2000)], NET)
    keys = [photo(f"/{number}.jpg").key for number in range(2000)]
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((tmp_path / FILE_NAME).read_bytes())
    # Every page but the first is lost while the file is open.
    content[4096:] = b"\x5a" * (len(content) - 4096)
    (tmp_path / FILE_NAME).write_bytes(content)
    store._connection.execute("PRAGMA shrink_memory")
    with pytest.raises(StoreError, match="replaced when memapp starts next"):
        store.lookup(keys, NET)
    store.close()
    assert (tmp_path / f".{FILE_NAME}.damaged").exists()
    again = SqliteScoreStore(home=tmp_path)
    assert again.notice is not None
    again.close()
    assert not (tmp_path / f".{FILE_NAME}.damaged").exists()
    last = SqliteScoreStore(home=tmp_path)
    assert last.notice is None
    last.close()


@posix_only
@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
@pytest.mark.parametrize("make", [os.mkfifo if hasattr(os, "mkfifo") else None, Path.mkdir])
def test_what_is_no_file_keeps_nobody_waiting(
    tmp_path: Path, ending: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / f"{FILE_NAME}{ending}")
    with pytest.raises(StoreError, match="is a folder or a device, not a file"):
        SqliteScoreStore(home=tmp_path)


@posix_only
def test_only_the_owner_can_read_the_files(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    before = os.umask(0)
    try:
        store = SqliteScoreStore(home=home)
        store.put([photo("/a.jpg")], NET)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) & 0o077 for each in home.iterdir()}
        assert {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"} <= set(modes)
        assert set(modes.values()) == {0}
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
        store.close()
        (home / FILE_NAME).chmod(0o644)
        SqliteScoreStore(home=home).close()
        assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600
    finally:
        os.umask(before)
