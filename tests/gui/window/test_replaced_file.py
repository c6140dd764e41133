"""A file that was overwritten with another photo since it was scored: nothing acts on the new one unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap

from memapp.compose.services import file_work
from memapp.core.errors import PhotoError
from memapp.gui.window.drop_area import given_by
from memapp.store.trash import move_to_trash
from tests.gui.window_bench import WindowBench, make_photo


@pytest.fixture
def photos(shared_data: Path) -> tuple[bytes, bytes]:
    """What a file held when it was scored, and what it holds later."""
    first, second = sorted((shared_data / "cases" / "replaced_in_place").glob("*.jpg"))
    return first.read_bytes(), second.read_bytes()


@pytest.fixture
def replaced(bench: WindowBench, tmp_path: Path, photos: tuple[bytes, bytes]) -> Iterator[Path]:
    """Two photos in the window; the first one's file was overwritten since."""
    path = tmp_path / "replaced.jpg"
    path.write_bytes(photos[0])
    bench.add(path, make_photo(tmp_path / "same.png", 200))
    path.write_bytes(photos[1])
    yield path
    assert path.read_bytes() == photos[1]


class Drag:
    """What Qt's drag would hand to another program."""

    handed: list[QMimeData]

    def __init__(self, _source: object) -> None:
        pass

    def setMimeData(self, data: QMimeData) -> None:
        self.handed.append(data)

    def setPixmap(self, _picture: QPixmap) -> None:
        pass

    def exec(self, _actions: Qt.DropAction) -> None:
        pass


def test_it_is_not_dragged_out(bench: WindowBench, replaced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Drag, "handed", [], raising=False)
    monkeypatch.setattr("memapp.gui.grid.grid_view.QDrag", Drag)
    bench.choose("replaced.jpg", "same.png")
    bench.window.grid.startDrag(Qt.DropAction.CopyAction)
    assert [given_by(data).paths for data in Drag.handed] == [(str(replaced.parent / "same.png"),)]
    assert any("1 file was changed" in text for text in bench.notice_texts())


def test_it_is_not_copied(bench: WindowBench, replaced: Path) -> None:
    bench.choose("replaced.jpg", "same.png")
    bench.trigger("copy")
    bench.until(lambda: any("1 file was changed" in text for text in bench.notice_texts()))
    mime: Any = QGuiApplication.clipboard().mimeData()
    assert given_by(mime).paths == (str(replaced.parent / "same.png"),)


def test_it_does_not_go_to_the_trash(
    bench: WindowBench, replaced: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("memapp.store.trash.send2trash", sent.append)
    moved, kept = move_to_trash([bench.key("replaced.jpg")])
    assert (moved, sent) == ([], [])
    assert "changed or replaced" in kept[0][1]


def test_no_picture_of_it_is_exported_under_an_overlay(bench: WindowBench, replaced: Path) -> None:
    work = file_work(lambda _keys: ([], []), None)
    with pytest.raises(PhotoError, match="changed or replaced"):
        work.picture(bench.key("replaced.jpg"), 300)
    assert isinstance(work.picture(bench.key("same.png"), 300), QImage)
