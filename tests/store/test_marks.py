"""Marks on disk: by photo, wherever its file lies; written at once; a damaged row costs that row."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.marks import Flag, Label, MarkChange, Marks
from memapp.core.records import Fingerprint, FoundFile, ImageKey, PhotoId
from memapp.store.marks import MarkStore
from memapp.store.photos import FIRST_IN_MEMORY
from memapp.store.scores import FILE_NAME, SqliteScoreStore
from tests.conftest import CHECKOUT

CONTENT = Fingerprint(b"m" * 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteScoreStore]:
    store = SqliteScoreStore(home=tmp_path)
    yield store
    store.close()


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[MarkStore]:
    marks = MarkStore(home=tmp_path)
    yield marks
    marks.close()


def file_at(path: str) -> FoundFile:
    return FoundFile(ImageKey(path, 5, 7), path)


def test_marks_are_read_back_by_photo(store: SqliteScoreStore, marks: MarkStore) -> None:
    first, second, third = store.photos.add([file_at(f"/gone/{name}.jpg") for name in "abc"])
    marks.save({first: MarkChange(flag=Flag.PICK, stars=3), second: MarkChange(label=Label.RED)})
    marks.save({first: MarkChange(stars=5)})
    assert store.photos.marks([first, second, third]) == {
        first: Marks(Flag.PICK, 5),
        second: Marks(label=Label.RED),
    }
    marks.save({second: MarkChange(label=Label.NONE)})
    assert store.photos.marks([second]) == {}


def test_thousands_are_read_at_once(store: SqliteScoreStore, marks: MarkStore) -> None:
    photos = store.photos.add([file_at(f"/gone/{number}.jpg") for number in range(1500)])
    marks.save(dict.fromkeys(photos, MarkChange(stars=1)))
    assert len(store.photos.marks(photos)) == 1500


def test_what_was_marked_before_a_photo_was_recognised_is_its_own(
    store: SqliteScoreStore, marks: MarkStore
) -> None:
    """A moved file is first taken for a new photo."""
    old, new = file_at("/gone/old.jpg"), file_at("/gone/new.jpg")
    [known] = store.photos.add([old])
    store.photos.identify([(old, known, CONTENT)], read_fingerprint=lambda _path: None)
    [assumed] = store.photos.add([new])
    marks.save({assumed: MarkChange(stars=4)})
    assert store.photos.identify([(new, assumed, CONTENT)], read_fingerprint=lambda _path: None) == [known]
    assert store.photos.marks([known, assumed]) == {known: Marks(stars=4)}


def test_photos_without_a_place_on_disk_are_reported_and_the_others_stored(
    store: SqliteScoreStore, marks: MarkStore
) -> None:
    [photo] = store.photos.add([file_at("/gone/a.jpg")])
    changes = dict.fromkeys((photo, PhotoId(FIRST_IN_MEMORY + 1), PhotoId(-1)), MarkChange(stars=2))
    with pytest.raises(StoreError, match="lost when memapp is closed"):
        marks.save(changes)
    assert store.photos.marks([photo]) == {photo: Marks(stars=2)}


def test_a_row_of_nonsense_marks_nothing(tmp_path: Path, store: SqliteScoreStore, marks: MarkStore) -> None:
    first, second = store.photos.add([file_at("/gone/a.jpg"), file_at("/gone/b.jpg")])
    marks.save(dict.fromkeys((first, second), MarkChange(stars=2)))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE marks SET stars = 'many' WHERE photo = ?", (first,))
    connection.commit()
    connection.close()
    assert store.photos.marks([first, second]) == {second: Marks(stars=2)}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there")
def test_a_mark_survives_a_kill_right_after(tmp_path: Path, store: SqliteScoreStore) -> None:
    photos = store.photos.add([file_at(f"/gone/{number}.jpg") for number in range(40)])
    code = (
        "import sys, pathlib, time\n"
        "from memapp.core.marks import MarkChange\n"
        "from memapp.store.marks import MarkStore\n"
        "store = MarkStore(home=pathlib.Path(sys.argv[1]))\n"
        "for photo in sys.argv[2:]:\n"
        "    store.save({int(photo): MarkChange(stars=3)})\n"
        "    print(photo, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), *map(str, photos)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(25)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert set(said) <= set(store.photos.marks(photos))
