"""What people say of moments, on disk: by photo, the last word counts, and a moved photo keeps it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.errors import StoreError
from memapp.core.records import Fingerprint, FoundFile, ImageKey, PhotoId
from memapp.core.stacks import StackChoice
from memapp.store.photos import FIRST_IN_MEMORY
from memapp.store.scores import FILE_NAME, SqliteScoreStore
from memapp.store.stack_choices import StackChoiceStore

FIRST, SECOND = PhotoId(1), PhotoId(2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StackChoiceStore]:
    store = StackChoiceStore(home=tmp_path)
    yield store
    store.close()


def test_the_last_word_counts_and_none_leaves_no_row(store: StackChoiceStore, tmp_path: Path) -> None:
    store.save({FIRST: StackChoice(leader=True, joined=1), SECOND: StackChoice(joined=1)})
    store.save({FIRST: StackChoice(alone=True)})
    assert store.load([FIRST, SECOND, PhotoId(3)]) == {
        FIRST: StackChoice(alone=True),
        SECOND: StackChoice(joined=1),
    }
    store.save({FIRST: StackChoice()})
    assert store.load([FIRST]) == {}
    # Another window sees it.
    other = StackChoiceStore(home=tmp_path)
    assert other.load([SECOND]) == {SECOND: StackChoice(joined=1)}
    other.close()


def test_photos_without_a_place_on_disk_are_said_to_be_lost(store: StackChoiceStore) -> None:
    with pytest.raises(StoreError, match="lost when memapp is closed"):
        store.save({FIRST: StackChoice(leader=True), PhotoId(FIRST_IN_MEMORY): StackChoice(alone=True)})
    assert store.load([FIRST]) == {FIRST: StackChoice(leader=True)}


@pytest.mark.parametrize("change", ["leader = 2", "alone = 'yes'", "joined = 'all'"])
def test_a_row_of_nonsense_says_nothing(store: StackChoiceStore, tmp_path: Path, change: str) -> None:
    store.save({FIRST: StackChoice(leader=True)})
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute(f"UPDATE stack_choices SET {change}")
    connection.commit()
    connection.close()
    assert store.load([FIRST]) == {}


def test_a_photo_that_was_moved_keeps_what_was_said_of_it(store: StackChoiceStore, tmp_path: Path) -> None:
    scores = SqliteScoreStore(home=tmp_path)
    content = Fingerprint(b"f" * 16)
    before, after = (FoundFile(ImageKey(f"/gone/{name}", 5, 7), f"/gone/{name}") for name in "ab")
    (known,) = scores.photos.add([before])
    scores.photos.identify([(before, known, content)], read_fingerprint=lambda _path: None)
    (new,) = scores.photos.add([after])
    # Said before it is known which photo lies there.
    store.save({new: StackChoice(alone=True)})
    assert scores.photos.identify([(after, new, content)], read_fingerprint=lambda _path: None) == [known]
    assert store.load([known, new]) == {known: StackChoice(alone=True)}
    scores.close()
