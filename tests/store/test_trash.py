"""The trash takes the photo that was shown, never another that took its path."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memapp.core.records import ImageKey
from memapp.store import trash
from memapp.store.trash import move_to_trash


@pytest.fixture
def trashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that takes the place of the system's trash, which a test must not fill."""
    folder = tmp_path / "trash"
    folder.mkdir()

    def into_folder(path: str) -> None:
        os.replace(path, folder / Path(path).name)  # noqa: PTH105

    monkeypatch.setattr(trash, "send2trash", into_folder)
    return folder


def key_of(path: Path) -> ImageKey:
    return ImageKey(str(path), path.stat().st_size, path.stat().st_mtime_ns)


def test_only_the_photos_that_were_shown_are_moved(tmp_path: Path, trashed: Path) -> None:
    keys = []
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / name).write_bytes(b"shown")
        keys.append(key_of(tmp_path / name))
    # Another photo takes the place of the second; the third was renamed.
    (tmp_path / "new.jpg").write_bytes(b"another photo")
    (tmp_path / "new.jpg").replace(tmp_path / "b.jpg")
    (tmp_path / "c.jpg").rename(tmp_path / "d.jpg")
    moved, kept = move_to_trash(keys)
    assert moved == keys[:1]
    assert [key for key, _ in kept] == keys[1:]
    assert "changed or replaced" in kept[0][1]
    assert "no longer there" in kept[1][1]
    assert [path.name for path in trashed.iterdir()] == ["a.jpg"]
    assert (tmp_path / "b.jpg").read_bytes() == b"another photo"
