"""Thumbnails on disk: what is read is what was stored, for that photo, or nothing."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest

from memapp.core.records import ImageKey
from memapp.store.thumbnails import FOLDER_NAME, ThumbnailStore

CONTENT = b"a small picture" * 60


def key(name: str = "a.jpg", *, size: int = 10, mtime_ns: int = 20) -> ImageKey:
    return ImageKey(path=f"/photos/{name}", size=size, mtime_ns=mtime_ns)


def files(home: Path) -> list[Path]:
    return sorted(path for path in (home / FOLDER_NAME).rglob("*") if path.is_file())


def held(home: Path) -> int:
    return sum(path.stat().st_size for path in files(home))


@pytest.fixture
def store(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(home=tmp_path)


def test_stored_thumbnails_are_read_back_in_another_session(store: ThumbnailStore, tmp_path: Path) -> None:
    assert not store.has(key(), "512")
    store.write(key(), "512", CONTENT)
    later = ThumbnailStore(home=tmp_path)
    assert later.has(key(), "512")
    assert later.read(key(), "512") == CONTENT


def test_reading_creates_no_folder(store: ThumbnailStore, tmp_path: Path) -> None:
    assert store.read(key(), "512") is None
    assert not store.has(key(), "512")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("other", "variant"),
    [
        (key("b.jpg"), "512"),
        (key(size=11), "512"),
        (key(mtime_ns=21), "512"),
        (key(), "1024"),
    ],
)
def test_another_photo_another_state_and_another_variant_have_their_own(
    store: ThumbnailStore, other: ImageKey, variant: str
) -> None:
    store.write(key(), "512", CONTENT)
    assert store.read(other, variant) is None
    store.write(other, variant, b"other")
    assert store.read(key(), "512") == CONTENT
    assert store.read(other, variant) == b"other"


def test_names_that_are_not_text_work(store: ThumbnailStore) -> None:
    hostile = key(os.fsdecode(b"\xe9\xff\n\xf0\x9f\xa6\x8a.jpg"))
    store.write(hostile, "512", CONTENT)
    assert store.read(hostile, "512") == CONTENT


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed: b"",
        lambda sealed: sealed[:5],
        lambda sealed: sealed[:-1],
        lambda sealed: sealed + b"x",
        lambda sealed: b"X" + sealed[1:],
        lambda sealed: bytes(len(sealed)),
        lambda sealed: sealed * 10_000,
    ],
)
def test_a_broken_file_is_ignored_and_replaced(store: ThumbnailStore, tmp_path: Path, damage: object) -> None:
    store.write(key(), "512", CONTENT)
    [path] = files(tmp_path)
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))
    assert store.read(key(), "512") is None
    assert not store.has(key(), "512")
    store.write(key(), "512", CONTENT)
    assert store.read(key(), "512") == CONTENT


def test_a_sound_file_under_another_photos_name_is_no_thumbnail(
    store: ThumbnailStore, tmp_path: Path
) -> None:
    store.write(key("a.jpg"), "512", CONTENT)
    [of_a] = files(tmp_path)
    store.write(key("b.jpg"), "512", b"b")
    [of_b] = set(files(tmp_path)) - {of_a}
    of_b.write_bytes(of_a.read_bytes())
    assert store.read(key("b.jpg"), "512") is None
    assert store.read(key("a.jpg"), "512") == CONTENT


def test_the_least_recently_used_are_deleted_first(tmp_path: Path) -> None:
    store = ThumbnailStore(home=tmp_path, limit=20 * 1016)
    day = 86_400
    for number in range(20):
        store.write(key(f"{number}.jpg"), "512", bytes(1000))
    for age, number in enumerate(reversed(range(20)), start=1):
        path = store._path(key(f"{number}.jpg"), "512")
        os.utime(path, (time.time() - age * day,) * 2)
    assert store.read(key("0.jpg"), "512") is not None  # the oldest is used again
    store.write(key("new.jpg"), "512", bytes(1000))
    left = {number for number in range(20) if store.has(key(f"{number}.jpg"), "512")}
    assert store.has(key("new.jpg"), "512")
    assert 0 in left
    assert left - {0} == set(range(20 - len(left) + 1, 20))
    assert 16 <= len(left) < 20


def test_the_limit_holds_whatever_is_written(tmp_path: Path) -> None:
    limit = 50_000
    store = ThumbnailStore(home=tmp_path, limit=limit)
    for number in range(300):
        store.write(key(f"{number}.jpg"), "512", bytes(400 + number))
        assert held(tmp_path) <= limit
    assert held(tmp_path) > limit // 2


def test_what_another_process_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    ThumbnailStore(home=tmp_path).write(key(), "512", CONTENT)
    shard = files(tmp_path)[0].parent
    old, young = shard / "old.part", shard / "young.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (1_000_000, 1_000_000))
    ThumbnailStore(home=tmp_path).write(key("b.jpg"), "512", CONTENT)
    assert not old.exists()
    assert young.exists()


def test_a_read_only_disk_is_only_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FOLDER_NAME).write_text("a file where the folder should be", encoding="utf-8")
    store = ThumbnailStore(home=tmp_path)
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            store.write(key(), "512", CONTENT)
    assert store.read(key(), "512") is None
    assert not store.has(key(), "512")
    store.discard(key(), "512")
    assert len(caplog.records) == 1


def test_a_full_disk_leaves_no_half_file(
    store: ThumbnailStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_path: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Path, "replace", no_space)
        store.write(key(), "512", CONTENT)
    assert files(tmp_path) == []


def hammer(home: Path, seed: int) -> None:
    """Write and read one set of photos repeatedly under a small limit; fail on foreign content."""
    store = ThumbnailStore(home=home, limit=30_000)
    for turn in range(400):
        number = (turn * 7 + seed) % 40
        found = store.read(key(f"{number}.jpg"), "512")
        assert found in (None, bytes([number]) * 1500), number
        store.write(key(f"{number}.jpg"), "512", bytes([number]) * 1500)


def test_two_processes_and_their_threads_share_the_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=hammer, args=(tmp_path, seed)) for seed in (0, 3)]
    for process in processes:
        process.start()
    threads = [threading.Thread(target=hammer, args=(tmp_path, seed)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    assert 0 < held(tmp_path) <= 30_000 * 1.3
    assert not [path for path in files(tmp_path) if path.suffix == ".part"]
