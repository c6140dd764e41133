"""memapp pick: the best that are unlike each other, from photos whose scores and likeness are known."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from memapp.core.likeness import FEATURES, Likeness, pack_features
from memapp.core.records import Fingerprint, ImageKey, PhotoFacts, ScoredPhoto
from memapp.store.scores import SqliteScoreStore
from tests.commands.command_line import make_photo, memapp
from tests.commands.conftest import LAST_TIME, RESMEM

SHARP, SOFT = 400.0, 3.0


@pytest.fixture
def shoot(tmp_path: Path, memapp_home: Path, checked_weights: Path) -> Path:
    """Two frames of a beach, which score highest, a forest, and a soft street."""
    shutil.copy(checked_weights, memapp_home)
    generator = np.random.default_rng(5)
    beach, forest, street = generator.normal(size=(3, FEATURES)).astype(np.float32)
    known = {
        "beach.png": (0.91, beach, SHARP),
        "beach again.png": (0.90, beach + 0.1 * forest, SHARP),
        "forest.png": (0.80, forest, SHARP),
        "street.png": (0.85, street, SOFT),
    }
    photos = []
    for number, (name, (score, features, sharpness)) in enumerate(known.items()):
        file = make_photo(tmp_path / "shoot" / name)
        status = file.stat()
        (packed,) = pack_features(features[np.newaxis])
        photos.append(
            ScoredPhoto(
                ImageKey(str(file), status.st_size, status.st_mtime_ns),
                score,
                PhotoFacts(80, 64, "PNG"),
                LAST_TIME,
                fingerprint=Fingerprint(bytes([number]) * 16),
                likeness=Likeness(packed, b"no picture", sharpness),
            )
        )
    with closing(SqliteScoreStore(home=memapp_home)) as store:
        store.put(photos, RESMEM)
    return tmp_path / "shoot"


def picked(*arguments: str | Path, home: Path) -> list[tuple[str, int]]:
    done = memapp("pick", *arguments, "--format", "json", home=home)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    return [(Path(result["path"]).name, result["stands_for"]) for result in results]


def test_varied_photos_are_chosen_and_say_what_they_stand_for(shoot: Path, memapp_home: Path) -> None:
    assert picked(shoot, "--top", "2", home=memapp_home) == [("beach.png", 1), ("street.png", 0)]
    assert picked(shoot, "--top", "2", "--variety", "0", home=memapp_home) == [
        ("beach.png", 0),
        ("beach again.png", 0),
    ]


def test_soft_photos_can_be_left_out(shoot: Path, memapp_home: Path) -> None:
    assert picked(shoot, "--top", "2", "--sharp", home=memapp_home) == [("beach.png", 1), ("forest.png", 0)]


def test_files_that_can_not_be_read_are_counted(shoot: Path, memapp_home: Path) -> None:
    (shoot / "broken.jpg").write_bytes(b"\xff\xd8\xff no more")
    done = memapp("pick", shoot, "--top", "1", home=memapp_home)
    assert done.returncode == 3
    assert "1 file was left out: it can't be read." in done.stderr
    assert "beach.png" in done.stdout


@pytest.mark.parametrize("arguments", [("--top", "0"), ("--variety", "1.5"), ("--variety", "much")])
def test_wrong_usage_is_two(shoot: Path, memapp_home: Path, arguments: tuple[str, str]) -> None:
    assert memapp("pick", shoot, *arguments, home=memapp_home).returncode == 2
