"""The register of photos: ids that are never given twice, on disk and in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.records import Fingerprint, FoundFile, ImageKey, PhotoId
from memapp.store.photos import FIRST_IN_MEMORY, SqlitePhotoRegister, photos_in_memory
from memapp.store.scores import SqliteScoreStore

CONTENT = Fingerprint(b"c" * 16)


def file_at(path: str, size: int = 5, mtime_ns: int = 7) -> FoundFile:
    return FoundFile(ImageKey(path, size, mtime_ns), path)


def unread(path: str) -> Fingerprint | None:
    raise AssertionError(f"{path} was read")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[SqlitePhotoRegister]:
    store = SqliteScoreStore(home=tmp_path)
    yield store.photos
    store.close()


def test_a_new_photo_is_not_identified_until_its_content_was_looked_at(register: SqlitePhotoRegister) -> None:
    file = file_at("/gone/a.jpg")
    assert register.find([file]) == [None]
    (photo,) = register.add([file])
    (known,) = register.find([file])
    assert known is not None
    assert (known.id, known.identified) == (photo, False)
    assert register.identify([(file, photo, CONTENT)], read_fingerprint=unread) == [photo]
    (known,) = register.find([file])
    assert known is not None
    assert known.identified
    assert known.state.fingerprint == CONTENT
    assert register.known_sizes([5, 6]) == {5}


def test_thousands_keep_their_order(register: SqlitePhotoRegister) -> None:
    files = [file_at(f"/gone/{number}.jpg", size=number) for number in range(1500)]
    ids = register.add(files)
    assert len(set(ids)) == 1500
    assert [photo.id for photo in register.find(files[::-1]) if photo] == ids[::-1]
    assert register.add(files) == ids


def test_a_fingerprint_holds_for_its_state_only(register: SqlitePhotoRegister) -> None:
    file = file_at("/gone/a.jpg")
    (photo,) = register.add([file])
    register.identify([(file, photo, CONTENT)], read_fingerprint=unread)
    register.identify([(file, photo, None)], read_fingerprint=unread)
    (known,) = register.find([file])
    assert known is not None
    assert known.state.fingerprint == CONTENT
    edited = file_at("/gone/a.jpg", mtime_ns=8)
    register.identify([(edited, photo, None)], read_fingerprint=unread)
    (known,) = register.find([edited])
    assert known is not None
    assert (known.id, known.state.fingerprint) == (photo, None)


@pytest.mark.parametrize("mtime_ns", [0, -1, 2**63 - 1, 2**63, -(2**63), 253_402_300_799 * 10**9, -(10**30)])
def test_any_time_is_kept(register: SqlitePhotoRegister, mtime_ns: int) -> None:
    file = file_at("/gone/a.jpg", mtime_ns=mtime_ns)
    (photo,) = register.add([file])
    register.identify([(file, photo, None)], read_fingerprint=unread)
    (known,) = register.find([file])
    assert known is not None
    assert known.state.mtime_ns == mtime_ns
    (waiting,) = register.without_fingerprint(after=PhotoId(0), most=10)
    assert waiting.key == file.key


def test_a_name_that_no_file_can_have_is_a_photo_too(register: SqlitePhotoRegister) -> None:
    files = [file_at("/a\ud800.jpg"), file_at("/nul\0.jpg"), file_at("/new\nline.jpg")]
    ids = register.add(files)
    assert [photo.id for photo in register.find(files) if photo] == ids


def test_two_windows_agree_on_a_photo_that_one_of_them_found_moved(tmp_path: Path) -> None:
    first, second = SqliteScoreStore(home=tmp_path / "home"), SqliteScoreStore(home=tmp_path / "home")
    old, new = file_at(str(tmp_path / "old.jpg")), file_at(str(tmp_path / "new.jpg"))
    (photo,) = first.photos.add([old])
    first.photos.identify([(old, photo, CONTENT)], read_fingerprint=unread)
    (provisional,) = first.photos.add([new])
    assert second.photos.add([new]) == [provisional]
    for store in (first, second):
        assert store.photos.identify([(new, provisional, CONTENT)], read_fingerprint=unread) == [photo]
    (known,) = first.photos.find([new])
    assert known is not None
    assert known.id == photo
    first.close()
    second.close()


def test_ids_in_memory_never_meet_those_on_disk(register: SqlitePhotoRegister) -> None:
    (on_disk,) = register.add([file_at("/gone/a.jpg")])
    (in_memory,) = photos_in_memory().add([file_at("/gone/a.jpg")])
    assert on_disk < FIRST_IN_MEMORY <= in_memory
