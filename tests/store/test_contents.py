"""What photos consist of, on disk: by the state of the file, the last segmenter's answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.contents import Contents
from memapp.core.records import ImageKey
from memapp.store.contents import ContentsStore
from memapp.store.scores import FILE_NAME, SqliteScoreStore

PHOTO, OTHER = ImageKey("/gone/a.jpg", 5, 7), ImageKey("/gone/b.jpg", 5, 7)
SHORE = Contents("a" * 64, {"sky": 0.41, "water": 0.18})


@pytest.fixture
def register(tmp_path: Path) -> Iterator[SqliteScoreStore]:
    store = SqliteScoreStore(home=tmp_path)
    yield store
    store.close()


@pytest.fixture
def written(tmp_path: Path, register: SqliteScoreStore) -> Iterator[ContentsStore]:
    store = ContentsStore(home=tmp_path)
    store.save({PHOTO: SHORE})
    yield store
    store.close()


def test_it_is_read_back_for_the_same_state_only(register: SqliteScoreStore, written: ContentsStore) -> None:
    found = register.photos.contents([PHOTO, OTHER])
    assert found.keys() == {PHOTO}
    assert (found[PHOTO].segmenter, found[PHOTO].shares) == (SHORE.segmenter, SHORE.shares)
    assert register.photos.contents([ImageKey(PHOTO.path, 6, 7), ImageKey(PHOTO.path, 5, 8)]) == {}


def test_the_last_answer_counts(register: SqliteScoreStore, written: ContentsStore) -> None:
    written.save({PHOTO: Contents("b" * 64, {"person": 1.0})})
    assert register.photos.contents([PHOTO])[PHOTO].segmenter == "b" * 64


def test_a_row_of_nonsense_says_nothing(
    tmp_path: Path, register: SqliteScoreStore, written: ContentsStore
) -> None:
    written.save({OTHER: SHORE})
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE contents SET shares = '{' WHERE path = ?", (PHOTO.path.encode(),))
    connection.commit()
    connection.close()
    assert register.photos.contents([PHOTO, OTHER]).keys() == {OTHER}
