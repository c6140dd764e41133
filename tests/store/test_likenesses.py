"""What tells how alike photos are, on disk: it follows the content, and nonsense in a row says nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from memapp.core.likeness import PACKED_BYTES, Likeness
from memapp.core.records import (
    Fingerprint,
    ImageKey,
    NetIdentity,
    PhotoFacts,
    Precision,
    ScoredPhoto,
)
from memapp.store.likenesses import LikenessStore
from memapp.store.scores import FILE_NAME, SqliteScoreStore

EXACT = NetIdentity("ResMem", "a" * 64, "memapp-3")
FAST = NetIdentity("ResMem", "b" * 64, "memapp-3", Precision.FAST)
OTHER_NET = NetIdentity("M3M", "c" * 64, "memapp-3")
KEY, COPY = ImageKey("/gone/a.jpg", 5, 7), ImageKey("/elsewhere/a.jpg", 5, 9)
SHARP = Likeness(b"\0\x3c" + b"\x12" * (PACKED_BYTES - 2), b"a JPEG", 120.5)
SOFT = Likeness(b"\0\x3c" + b"\x21" * (PACKED_BYTES - 2), b"another", None)
PHOTO = ScoredPhoto(KEY, 0.5, PhotoFacts(6, 4, "JPEG"), fingerprint=Fingerprint(b"f" * 16), likeness=SHARP)


@pytest.fixture
def scores(tmp_path: Path) -> Iterator[SqliteScoreStore]:
    store = SqliteScoreStore(home=tmp_path)
    yield store
    store.close()


@pytest.fixture
def read(tmp_path: Path, scores: SqliteScoreStore) -> Iterator[LikenessStore]:
    scores.put([PHOTO], EXACT)
    store = LikenessStore(home=tmp_path)
    yield store
    store.close()


def test_it_follows_the_content_whatever_net_scored_the_copy(
    scores: SqliteScoreStore, read: LikenessStore
) -> None:
    scores.put([replace(PHOTO, key=COPY, likeness=None)], OTHER_NET)
    assert read.load([KEY, COPY, ImageKey("/gone/b.jpg", 5, 7)]) == {KEY: SHARP, COPY: SHARP}
    assert read.load([ImageKey(KEY.path, 6, 7)]) == {}


def test_the_exact_net_comes_first(scores: SqliteScoreStore, read: LikenessStore) -> None:
    fast_only = replace(PHOTO, key=COPY, fingerprint=Fingerprint(b"g" * 16), likeness=SOFT)
    scores.put([replace(PHOTO, likeness=SOFT), fast_only], FAST)
    assert read.load([KEY, COPY]) == {KEY: SHARP, COPY: SOFT}
    assert read.load([KEY, COPY], [EXACT, FAST]) == {KEY: SHARP, COPY: SOFT}
    assert read.load([KEY, COPY], [FAST, EXACT]) == {KEY: SOFT, COPY: SOFT}
    assert read.load([KEY, COPY], [EXACT]) == {KEY: SHARP}


def test_a_score_without_one_keeps_what_was_noted(scores: SqliteScoreStore, read: LikenessStore) -> None:
    scores.put([replace(PHOTO, likeness=None)], EXACT)
    scores.put([replace(PHOTO, key=COPY, fingerprint=None)], EXACT)
    assert read.load([KEY, COPY]) == {KEY: SHARP}


@pytest.mark.parametrize(
    "change", ["features = x'00'", "grey = 7", "sharpness = 'very'", "sharpness = 9e999"]
)
def test_a_row_of_nonsense_says_nothing(tmp_path: Path, read: LikenessStore, change: str) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute(f"UPDATE likenesses SET {change}")
    connection.commit()
    connection.close()
    assert read.load([KEY]) == {}
