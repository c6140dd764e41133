"""Photos keep their ids and scores whatever happens to their files: real files, store and run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memapp.core.control import RunControl
from memapp.core.events import Event, Failed, Identified, Notice, Scored
from memapp.intake import fingerprint
from memapp.intake.discover import find_photos
from memapp.intake.load import load_photo
from memapp.pipeline.score_run import score_run
from memapp.store.scores import SqliteScoreStore
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory
from tests.pipeline.identified_photos import Desk, Outcome, at, grey

posix_only = pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")


@pytest.fixture(params=["on disk", "in memory"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home" if request.param == "on disk" else None)


@pytest.fixture
def kept(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def test_the_same_file_has_the_same_id_and_is_not_read(
    kept: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = grey(folder / "a.png", 100)
    first = kept.run(folder)

    def no_reading(path: str, **_: object) -> None:
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(fingerprint, "open_photo_file", no_reading)
    again = kept.run(folder)
    assert at(again, photo) == at(first, photo)
    assert again.decoded == []


@pytest.mark.parametrize("width", [40, 60], ids=["same size", "another size"])
def test_an_edited_photo_keeps_its_id_and_is_scored_again(desk: Desk, folder: Path, width: int) -> None:
    photo = grey(folder / "a.png", 100)
    first, _ = at(desk.run(folder), photo)
    grey(photo, 200, width)
    os.utime(photo, ns=(10**18, 10**18))
    edited, score = at(desk.run(folder), photo)
    assert edited == first
    assert score == pytest.approx(200 / 255)


def test_a_photo_overwritten_with_a_copy_of_another_is_still_itself(desk: Desk, folder: Path) -> None:
    a, b = grey(folder / "a.png", 100), grey(folder / "b.png", 200)
    first = desk.run(folder)
    shutil.copyfile(b, a)
    os.utime(a, ns=(10**18, 10**18))
    again = desk.run(folder)
    assert again.ids == first.ids
    assert again.scores[str(a)] == again.scores[str(b)] == pytest.approx(200 / 255)


@pytest.mark.parametrize("level", ["file", "folder"])
def test_a_renamed_photo_is_the_same_and_not_scored_again(kept: Desk, folder: Path, level: str) -> None:
    a, b = grey(folder / "a.png", 100), grey(folder / "b.png", 200)
    first = kept.run(folder)
    if level == "file":
        moved_a, moved_b = a.rename(folder / "c.png"), b
    else:
        moved = folder.rename(folder.with_name("renamed"))
        moved_a, moved_b = moved / "a.png", moved / "b.png"
    again = kept.run(moved_a.parent)
    assert at(again, moved_a) == at(first, a)
    assert at(again, moved_b) == at(first, b)
    assert again.decoded == []
    # From now on it is known there by its path only.
    third = kept.run(moved_a.parent)
    assert third.ids == again.ids
    assert not [event for event in third.events if isinstance(event, Identified)]


def test_a_photo_in_memory_alone_keeps_its_id_too(folder: Path) -> None:
    desk = Desk(None)
    a = grey(folder / "a.png", 100)
    first = desk.run(folder)
    again = desk.run(a.rename(folder / "b.png"))
    assert again.ids[str(folder / "b.png")] == first.ids[str(a)]


def test_equal_photos_of_a_renamed_folder_are_told_apart_by_their_names(kept: Desk, folder: Path) -> None:
    for name in ("b.png", "a.png", "c.png"):
        grey(folder / name, 100)
    first = kept.run(folder)
    moved = folder.rename(folder.with_name("renamed"))
    again = kept.run(moved)
    for name in ("a.png", "b.png", "c.png"):
        assert at(again, moved / name) == at(first, folder / name)


def test_a_copy_shares_the_score_but_not_the_id(kept: Desk, folder: Path) -> None:
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    shutil.copy2(a, folder / "copy.png")
    for _ in range(2):
        again = kept.run(folder)
        assert again.decoded == []
        assert at(again, a) == at(first, a)
        assert again.ids[str(folder / "copy.png")] != again.ids[str(a)]
        assert again.scores[str(folder / "copy.png")] == first.scores[str(a)]


def test_a_photo_restored_with_new_times_is_known(kept: Desk, folder: Path) -> None:
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    os.utime(a, ns=(10**18, 10**18))
    again = kept.run(folder)
    assert at(again, a) == at(first, a)
    assert again.decoded == []


def test_a_photo_on_another_drive_is_known_with_new_times_too(kept: Desk, tmp_path: Path) -> None:
    a = grey(tmp_path / "E" / "trip" / "a.png", 100)
    first = kept.run(tmp_path / "E")
    (tmp_path / "E").rename(tmp_path / "F")
    moved = tmp_path / "F" / "trip" / "a.png"
    os.utime(moved, ns=(10**18, 10**18))
    again = kept.run(tmp_path / "F")
    assert at(again, moved) == at(first, a)
    assert again.decoded == []


@pytest.mark.parametrize("widths", [(40, 40, 40), (40, 50, 60)], ids=["same size", "other sizes"])
@pytest.mark.parametrize("count", [2, 3])
def test_photos_that_swap_their_files_follow_their_content(
    desk: Desk, folder: Path, widths: tuple[int, ...], count: int
) -> None:
    photos = [grey(folder / f"{n}.png", 50 * (n + 1), widths[n]) for n in range(count)]
    for place, photo in enumerate(photos):
        os.utime(photo, ns=(10**18 + place, 10**18 + place))
    first = desk.run(folder)
    photos[0].rename(folder / "aside")
    for place in range(1, count):
        photos[place].rename(photos[place - 1])
    (folder / "aside").rename(photos[-1])
    again = desk.run(folder)
    for place in range(count):
        assert at(again, photos[place - 1]) == at(first, photos[place])
    if desk.home is not None:
        assert again.decoded == []
    third = desk.run(folder)
    assert third.ids == again.ids


def test_a_photo_moved_over_another_is_itself(kept: Desk, folder: Path) -> None:
    a, b = grey(folder / "a.png", 100), grey(folder / "b.png", 200)
    first = kept.run(folder)
    b.replace(a)
    again = kept.run(folder)
    assert at(again, a) == at(first, b)
    assert again.decoded == []
    # The other one comes back from a backup.
    restored = kept.run(grey(folder / "c.png", 100))
    assert at(restored, folder / "c.png") == at(first, a)


def test_the_former_name_of_an_edited_photo_is_no_move(kept: Desk, folder: Path) -> None:
    """Editors keep the original beside the edited file: that is a copy, the edited one stays itself."""
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    shutil.copy2(a, folder / "a_original.png")
    grey(a, 200, 50)
    again = kept.run(folder)
    assert again.ids[str(a)] == first.ids[str(a)]
    assert again.scores[str(a)] == pytest.approx(200 / 255)
    assert again.ids[str(folder / "a_original.png")] != first.ids[str(a)]
    assert again.scores[str(folder / "a_original.png")] == first.scores[str(a)]
    assert again.decoded == ["a.png"]


@posix_only
@pytest.mark.parametrize("kind", ["link", "hard link", "linked folder"])
def test_a_photo_reached_by_another_name_is_the_same_one(kept: Desk, folder: Path, kind: str) -> None:
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    other = folder.parent / "other" / "b.png"
    other.parent.mkdir()
    if kind == "link":
        other.symlink_to(a)
    elif kind == "hard link":
        other.hardlink_to(a)
    else:
        other.parent.rmdir()
        other.parent.symlink_to(folder)
        other = other.parent / "a.png"
    for _ in range(2):
        again = kept.run(other)
        assert at(again, other) == at(first, a)
        assert again.decoded == []
    assert at(kept.run(folder), a) == at(first, a)
    # Whatever path is given, it is found once.
    assert len(kept.run(folder, other, folder).ids) == 1


def test_another_net_finds_the_moved_photo_but_computes_its_own_score(kept: Desk, folder: Path) -> None:
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    moved = a.rename(folder / "b.png")
    other = type(BRIGHTNESS_NET)(name="Other", sha256="d" * 64, preprocessing="test-1")
    again = kept.run(folder, net=other)
    assert again.ids[str(moved)] == first.ids[str(a)]
    assert again.decoded == ["b.png"]
    assert kept.run(folder).decoded == []


def test_a_photo_that_can_not_be_found_has_an_id_and_keeps_it_when_it_is_there(
    desk: Desk, folder: Path
) -> None:
    missing = desk.run(folder / "a.png")
    assert [type(event) for event in missing.events if isinstance(event, Failed)] == [Failed]
    there = desk.run(grey(folder / "a.png", 100))
    assert there.ids == missing.ids
    assert there.scores


@pytest.mark.parametrize("year", [1601, 1600, 2400, 9999])
def test_any_time_of_a_file_is_kept(kept: Desk, folder: Path, year: int) -> None:
    a = grey(folder / "a.png", 100)
    seconds = (year - 1970) * 31_556_952
    try:
        os.utime(a, (seconds, seconds))
    except (OSError, OverflowError):
        pytest.skip("no file here can have this time")
    first = kept.run(folder)
    again = kept.run(folder)
    assert at(again, a) == at(first, a)
    assert again.decoded == []


class StubbornStore(SqliteScoreStore):
    """A store that fails for one photo, as for a number that SQLite can't store."""

    def put(self, photos: Any, net: Any) -> None:
        batch = list(photos)
        if any(photo.key.name == "bad.png" for photo in batch):
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        super().put(batch, net)


def test_a_photo_that_can_not_be_stored_does_not_affect_others(folder: Path, tmp_path: Path) -> None:
    for level, name in enumerate(("a.png", "bad.png", "c.png")):
        grey(folder / name, 50 * level)
    home = tmp_path / "home"

    def run(opener: Any) -> Iterator[Event]:
        return score_run(
            [str(folder)],
            finder=find_photos,
            loader=load_photo,
            scorers=BrightnessFactory(),
            open_store=opener,
            control=RunControl(),
        )

    events = list(run(lambda: StubbornStore(home=home)))
    assert sum(len(event.photos) for event in events if isinstance(event, Scored)) == 3
    (notice,) = [event for event in events if isinstance(event, Notice)]
    assert "The score of bad.png can't be kept" in notice.text
    known = [event for event in run(lambda: SqliteScoreStore(home=home)) if isinstance(event, Scored)]
    assert sorted(photo.key.name for event in known if event.known for photo in event.photos) == [
        "a.png",
        "c.png",
    ]


def test_a_store_that_only_reads_gives_known_ids_and_new_ones_that_stay(
    kept: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = grey(folder / "a.png", 100)
    first = kept.run(folder)
    b = grey(folder / "b.png", 200, 60)
    assert kept.home is not None
    home = kept.home

    def read_only() -> SqliteScoreStore:
        store = SqliteScoreStore(home=home)
        store._connection.execute("PRAGMA query_only = 1")
        return store

    ids = []
    for _ in range(2):
        events = list(
            score_run(
                [str(folder)],
                finder=find_photos,
                loader=load_photo,
                scorers=BrightnessFactory(),
                open_store=read_only,
                control=RunControl(),
                spare_photos=kept.spare,
            )
        )
        assert len([event for event in events if isinstance(event, Notice)]) == 1
        ids.append(Outcome(events, []).ids)
    assert ids[0] == ids[1]
    assert ids[0][str(a)] == first.ids[str(a)]
    assert ids[0][str(b)] != ids[0][str(a)]
