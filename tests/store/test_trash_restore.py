"""What went to the trash of freedesktop.org comes back in its state, and never over another file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memapp.core.records import ImageKey
from memapp.store.trash_restore import restore_from_trash, restorer

plat_other = pytest.importorskip(
    "send2trash.plat_other", reason="this system has a trash of its own", exc_type=ImportError
)


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of photos, with a home whose trash is not the user's."""
    data = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(data))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(data / "Trash"))
    monkeypatch.setattr(plat_other, "get_dev", lambda _path: 1)
    folder = tmp_path / "photos é % ="
    folder.mkdir()
    return folder


def trashed(path: Path, content: bytes = b"shown") -> ImageKey:
    """Make a file, and move it to the trash with the program that the window uses."""
    path.write_bytes(content)
    key = ImageKey(str(path), path.stat().st_size, path.stat().st_mtime_ns)
    plat_other.send2trash(str(path))
    assert not path.exists()
    return key


def left(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "data" / "Trash").glob("*/*"))


def test_photos_come_back_where_they_were(photos: Path, tmp_path: Path) -> None:
    keys = [trashed(photos / "a b.jpg"), trashed(photos / "c%20.jpg")]
    assert restore_from_trash(keys) == (keys, [])
    assert (photos / "a b.jpg").read_bytes() == b"shown"
    assert (photos / "a b.jpg").stat().st_mtime_ns == keys[0].mtime_ns
    assert left(tmp_path) == []


def test_the_same_state_comes_back_of_two_files_of_one_name(photos: Path, tmp_path: Path) -> None:
    first, second = trashed(photos / "a.jpg", b"the first"), trashed(photos / "a.jpg", b"second")
    assert restore_from_trash([first]) == ([first], [])
    assert (photos / "a.jpg").read_bytes() == b"the first"
    (photos / "a.jpg").unlink()
    assert restore_from_trash([second]) == ([second], [])
    assert (photos / "a.jpg").read_bytes() == b"second"
    assert left(tmp_path) == []


def test_nothing_is_written_over_and_the_reason_is_said(photos: Path, tmp_path: Path) -> None:
    taken, gone, homeless = (trashed(photos / name / "a.jpg") for name in made(photos, "1", "2", "3"))
    (photos / "1" / "a.jpg").write_bytes(b"another")
    for file in (tmp_path / "data" / "Trash" / "files").iterdir():
        if "a 1" in file.name:
            file.unlink()
    (photos / "3").rmdir()
    back, kept = restore_from_trash([taken, gone, homeless])
    assert back == []
    assert [reason for _key, reason in kept] == [
        "another file is in its place",
        "it is no longer in the trash",
        "its folder is no longer there",
    ]
    assert (photos / "1" / "a.jpg").read_bytes() == b"another"
    assert "a.jpg" in left(tmp_path)


def made(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).mkdir()
    return names


def test_the_trash_of_another_disk_is_found(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = photos.parent
    here = os.fsencode(disk)
    monkeypatch.setattr(plat_other, "get_dev", lambda path: int(os.fsencode(path).startswith(here)))
    monkeypatch.setattr(plat_other, "find_mount_point", lambda _path: os.fsencode(disk))
    key = trashed(photos / "a.jpg")
    assert (disk / f".Trash-{os.getuid()}" / "files" / "a.jpg").exists()
    assert restore_from_trash([key]) == ([key], [])
    assert (photos / "a.jpg").read_bytes() == b"shown"


def test_a_disk_without_hard_links_is_served(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = trashed(photos / "a.jpg")

    def refuse(*_paths: object, **_how: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert restore_from_trash([key]) == ([key], [])


@pytest.mark.parametrize(("system", "can"), [("linux", True), ("win32", False), ("darwin", False)])
def test_only_a_trash_of_files_can_be_undone(monkeypatch: pytest.MonkeyPatch, system: str, can: bool) -> None:
    monkeypatch.setattr("sys.platform", system)
    assert (restorer() is not None) == can
