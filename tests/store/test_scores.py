"""Known scores are found for the same file in the same state and the same net; nothing is half stored."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.records import EngineInfo, ImageKey, NetIdentity, PhotoFacts, Precision, ScoredPhoto
from memapp.store.schema import SCHEMA_VERSION
from memapp.store.scores import FILE_NAME, SqliteScoreStore

NET = NetIdentity(name="ResMem", sha256="a" * 64, preprocessing="memapp-1")
CPU = EngineInfo(engine="torch", device="cpu", device_name="CPU")
FACTS = PhotoFacts(
    width=6000,
    height=4000,
    format="JPEG",
    taken="2026-05-01T18:30:05",
    camera="Nikon Z 6",
    lens="50 mm",
    exposure="1/250 s",
    rendering=None,
)


def photo(path: str, score: float = 0.75) -> ScoredPhoto:
    return ScoredPhoto(
        key=ImageKey(path=path, size=123, mtime_ns=1_700_000_000_123_456_789),
        score=score,
        facts=FACTS,
        engine=CPU,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a home" / "not yet there"


@pytest.fixture
def store(home: Path) -> Iterator[SqliteScoreStore]:
    store = SqliteScoreStore(home=home)
    yield store
    store.close()


def test_stored_scores_are_complete_after_a_restart(home: Path) -> None:
    store = SqliteScoreStore(home=home)
    store.put([photo("/p/a.jpg", 0.123456789), photo("/p/b.jpg")], NET)
    store.close()
    again = SqliteScoreStore(home=home)
    keys = [photo(path).key for path in ("/p/a.jpg", "/p/b.jpg", "/p/c.jpg")]
    known = again.lookup(keys, NET)
    assert set(known) == set(keys[:2])
    assert known[keys[0]] == photo("/p/a.jpg", 0.123456789)
    assert again.notice is None
    again.close()


@pytest.mark.parametrize(
    "taken", ["2024-05-01T10:00:00.70+02:00", "2024-05-01T10:00:00", "2024-05-01T10:00", "2024-05-01", "2024"]
)
def test_dates_are_as_exact_after_a_restart(home: Path, taken: str) -> None:
    stored = replace(photo("/p/a.jpg"), facts=replace(FACTS, taken=taken))
    store = SqliteScoreStore(home=home)
    store.put([stored], NET)
    store.close()
    again = SqliteScoreStore(home=home)
    assert again.lookup([stored.key], NET)[stored.key].facts.taken == taken
    again.close()


@pytest.mark.parametrize("change", [{"size": 124}, {"mtime_ns": 1_700_000_000_123_456_790}])
def test_a_file_that_was_changed_is_not_known(store: SqliteScoreStore, change: dict[str, int]) -> None:
    store.put([photo("/p/a.jpg")], NET)
    key = photo("/p/a.jpg").key
    changed = replace(key, **change)  # type: ignore[arg-type]
    assert store.lookup([changed], NET) == {}
    store.put([replace(photo("/p/a.jpg", 0.5), key=changed)], NET)
    assert store.lookup([changed], NET)[changed].score == 0.5
    assert store.lookup([key], NET)[key].score == 0.75


@pytest.mark.parametrize(
    "other",
    [
        replace(NET, sha256="c" * 64),
        replace(NET, preprocessing="memapp-2"),
        replace(NET, precision=Precision.FAST),
        replace(NET, name="Other"),
    ],
)
def test_nets_never_share_a_score(store: SqliteScoreStore, other: NetIdentity) -> None:
    store.put([photo("/p/a.jpg", 0.7)], NET)
    assert store.lookup([photo("/p/a.jpg").key], other) == {}
    store.put([photo("/p/a.jpg", 0.2)], other)
    assert store.lookup([photo("/p/a.jpg").key], NET)[photo("/p/a.jpg").key].score == 0.7


def test_thousands_are_looked_up_at_once(store: SqliteScoreStore) -> None:
    photos = [photo(f"/p/{number}.jpg", number / 10_000) for number in range(3001)]
    store.put(photos, NET)
    known = store.lookup([photo.key for photo in photos], NET)
    assert [known[photo.key].score for photo in photos] == [photo.score for photo in photos]
    assert store.count() == 3001


@pytest.mark.parametrize(
    "name", ["new\nline.jpg", "שלום‮.jpg", "🦊.jpg", "x" * 255, "'; DROP TABLE scores;--"]
)
def test_any_name_is_kept(store: SqliteScoreStore, name: str) -> None:
    store.put([photo(f"/p/{name}")], NET)
    assert photo(f"/p/{name}").key in store.lookup([photo(f"/p/{name}").key], NET)


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a name be any bytes")
def test_a_name_that_is_not_text_is_stored(store: SqliteScoreStore) -> None:
    strange = photo(os.fsdecode(b"/p/\xff\xfe.jpg"))
    store.put([strange], NET)
    assert store.lookup([strange.key], NET) == {strange.key: strange}


def test_a_batch_is_kept_whole_or_not_at_all(store: SqliteScoreStore) -> None:
    def broken() -> Iterator[ScoredPhoto]:
        yield photo("/p/a.jpg")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        store.put(broken(), NET)
    assert store.lookup([photo("/p/a.jpg").key], NET) == {}
    store.put([photo("/p/a.jpg")], NET)


@pytest.mark.parametrize("damage", ["no database", "header", "middle"])
def test_a_damaged_file_is_set_aside_and_reported_never_overwritten(home: Path, damage: str) -> None:
    store = SqliteScoreStore(home=home)
    store.put([photo(f"/p/{number}.jpg") for number in range(2000)], NET)
    store.close()
    path = home / FILE_NAME
    content = bytearray(path.read_bytes())
    if damage == "no database":
        content = bytearray(b"this is not a database " * 1000)
    elif damage == "header":
        content[:16] = b"x" * 16
    else:
        content[4096 : len(content) // 2] = b"\x5a" * (len(content) // 2 - 4096)
    path.write_bytes(content)

    again = SqliteScoreStore(home=home)
    assert again.notice is not None
    aside = [other for other in home.iterdir() if "damaged" in other.name and other.suffix == ".sqlite"]
    assert len(aside) == 1
    assert aside[0].read_bytes() == bytes(content)
    assert aside[0].name in again.notice
    again.put([photo("/p/new.jpg")], NET)
    assert again.count() == 1
    again.close()


def test_a_locked_file_is_reported(home: Path) -> None:
    SqliteScoreStore(home=home).close()
    other = sqlite3.connect(home / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = SqliteScoreStore(home=home, busy_seconds=0.05)
    with pytest.raises(StoreError, match="another program is using the file"):
        store.put([photo("/p/a.jpg")], NET)
    other.execute("ROLLBACK")
    store.put([photo("/p/a.jpg")], NET)
    assert store.count() == 1
    store.close()
    other.close()


def test_a_full_disk_is_reported_and_stored_scores_stay(store: SqliteScoreStore) -> None:
    store.put([photo("/p/a.jpg")], NET)
    connection = store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full"):
        store.put([photo(f"/p/{number}.jpg") for number in range(5000)], NET)
    assert store.count() == 1


def test_a_read_only_file_still_gives_what_it_knows(home: Path) -> None:
    store = SqliteScoreStore(home=home)
    store.put([photo("/p/a.jpg")], NET)
    store._connection.execute("PRAGMA query_only = 1")
    with pytest.raises(StoreError, match="read-only"):
        store.put([photo("/p/b.jpg")], NET)
    assert photo("/p/a.jpg").key in store.lookup([photo("/p/a.jpg").key], NET)
    store.close()


def test_a_home_that_can_not_be_created_is_reported(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("here the folder should be", encoding="utf-8")
    with pytest.raises(StoreError, match="can't be"):
        SqliteScoreStore(home=blocked / "home")


def test_the_file_of_a_newer_memapp_is_left_alone(home: Path) -> None:
    SqliteScoreStore(home=home).close()
    newer = sqlite3.connect(home / FILE_NAME)
    newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.commit()
    newer.close()
    with pytest.raises(StoreError, match="newer memapp"):
        SqliteScoreStore(home=home)
    assert [path.name for path in home.iterdir() if "damaged" in path.name] == []


def test_two_windows_share_one_file(home: Path) -> None:
    first, second = SqliteScoreStore(home=home), SqliteScoreStore(home=home)
    first.put([photo("/p/a.jpg")], NET)
    second.put([photo("/p/b.jpg")], NET)
    assert first.count() == second.count() == 2
    first.close()
    second.close()
