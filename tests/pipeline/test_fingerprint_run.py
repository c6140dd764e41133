"""The idle pass: photos known by path only get fingerprints, and can be moved afterwards."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.events import Found, Identified, Scored
from memapp.core.records import ImageKey, PhotoFacts, PhotoId, ScoredPhoto
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.fingerprint_run import FingerprintProgress, fingerprint_run
from memapp.pipeline.score_run import score_run
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory
from tests.store.test_upgrade import VERSION_1

FACTS = PhotoFacts(width=40, height=30, format="PNG")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path, home: Path) -> Path:
    """Photos with scores in a database from before fingerprints."""
    import sqlite3

    folder = tmp_path / "photos"
    folder.mkdir()
    home.mkdir()
    connection = sqlite3.connect(home / "scores.sqlite")
    connection.executescript(VERSION_1)
    net = BRIGHTNESS_NET
    connection.execute(
        "INSERT INTO nets VALUES (3, ?, ?, ?, ?)",
        (net.name, net.sha256, net.preprocessing, net.precision.value),
    )
    for number in range(5):
        path = folder / f"{number}.png"
        Image.new("RGB", (40, 30), (50 * number,) * 3).save(path)
        status = path.stat()
        connection.execute(
            "INSERT INTO scores VALUES"
            " (?, 3, ?, ?, ?, 'none', 'cpu', 40, 30, 'PNG', NULL, NULL, NULL, NULL, NULL)",
            (os.fsencode(path), status.st_size, status.st_mtime_ns, number / 10),
        )
    connection.commit()
    connection.close()
    return folder


def fill(home: Path, control: RunControl | None = None) -> Iterator[FingerprintProgress]:
    return fingerprint_run(
        open_store=lambda: SqliteScoreStore(home=home), control=control or RunControl(), rest=0.0
    )


def on_a_thread(events: Iterator[FingerprintProgress]) -> list[FingerprintProgress]:
    """Run it on a separate thread, because it lowers its thread's priority."""
    seen: list[FingerprintProgress] = []
    thread = threading.Thread(target=lambda: seen.extend(events))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    return seen


def look(home: Path, *paths: Path) -> tuple[dict[str, PhotoId], dict[str, float]]:
    """Return the ids and the known scores by name, from a run."""
    ids: dict[ImageKey, PhotoId] = {}
    scores: dict[str, float] = {}
    for event in score_run(
        [str(path) for path in paths],
        finder=find_photos,
        loader=load_photo,
        scorers=BrightnessFactory(),
        open_store=lambda: SqliteScoreStore(home=home),
        control=RunControl(),
    ):
        if isinstance(event, Found | Identified):
            ids |= {photo.key: photo.id for photo in event.photos}
        elif isinstance(event, Scored) and event.known:
            scores |= {photo.key.name: photo.score for photo in event.photos}
    return {key.name: photo for key, photo in ids.items()}, scores


def test_photos_of_an_older_memapp_can_be_moved_after_the_pass(home: Path, folder: Path) -> None:
    before, known = look(home, folder)
    assert known == {f"{number}.png": number / 10 for number in range(5)}
    seen = on_a_thread(fill(home))
    assert seen[-1] == FingerprintProgress(taken=5, passed=0)
    moved = folder.rename(folder.with_name("moved"))
    assert look(home, moved) == (before, known)
    # Nothing is left to do.
    assert on_a_thread(fill(home)) == []


def test_changed_and_missing_files_are_skipped(home: Path, folder: Path) -> None:
    (folder / "0.png").unlink()
    Image.new("RGB", (60, 30)).save(folder / "1.png")
    assert on_a_thread(fill(home))[-1] == FingerprintProgress(taken=3, passed=2)


def test_it_stops_for_other_work_and_continues_later(home: Path, folder: Path) -> None:
    control = RunControl()

    def until_two() -> Iterator[FingerprintProgress]:
        for progress in fill(home, control):
            yield progress
            if progress.taken == 2:
                control.cancel()

    assert on_a_thread(until_two())[-1].taken == 2
    assert on_a_thread(fill(home))[-1].taken == 3


def test_new_scores_need_no_pass(home: Path, folder: Path) -> None:
    Image.new("RGB", (70, 30)).save(folder / "new.png")
    look(home, folder)
    assert on_a_thread(fill(home))[-1].taken == 5


def test_a_score_without_a_file_stays(home: Path, folder: Path) -> None:
    store = SqliteScoreStore(home=home)
    gone = ImageKey(str(folder / "gone.png"), 1, 1)
    store.put([ScoredPhoto(gone, 0.5, FACTS)], BRIGHTNESS_NET)
    on_a_thread(fill(home))
    assert store.lookup([gone], BRIGHTNESS_NET)[gone].score == 0.5
    store.close()
