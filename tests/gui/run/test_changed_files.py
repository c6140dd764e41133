"""Files that another program changes while their photos are shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from memapp.core.records import ImageKey
from memapp.gui.run.changed_files import ChangedFiles
from memapp.intake.load import load_photo
from memapp.workers.supervisor import Supervisor


def key_of(path: Path) -> ImageKey:
    """Return the state that a file is in now."""
    status = path.stat()
    return ImageKey(str(path), status.st_size, status.st_mtime_ns)


@pytest.fixture
def keys(tmp_path: Path) -> list[ImageKey]:
    paths = [tmp_path / f"{name}.jpg" for name in "abc"]
    for path in paths:
        path.write_bytes(b"photo")
    return [key_of(path) for path in paths]


@pytest.fixture
def files(qtbot: QtBot, keys: list[ImageKey]) -> Iterator[ChangedFiles]:
    supervisor = Supervisor(make_run=lambda _order, _control: iter(()), loader=load_photo)
    owner = QObject()
    yield ChangedFiles(supervisor=supervisor, all_keys=lambda: keys, parent=owner)
    assert supervisor.stop(seconds=5)


def test_files_that_stayed_are_no_news(qtbot: QtBot, files: ChangedFiles, keys: list[ImageKey]) -> None:
    heard: list[list[ImageKey]] = []
    files.changed.connect(heard.append)
    files.look_at(keys)
    qtbot.wait(600)
    assert heard == []


def test_a_file_that_was_saved_again_is_named(
    qtbot: QtBot, files: ChangedFiles, keys: list[ImageKey]
) -> None:
    Path(keys[1].path).write_bytes(b"another photo")
    with qtbot.waitSignal(files.changed) as heard:
        files.look_at([keys[0], keys[1]])
    assert heard.args == [[keys[1]]]


def test_a_new_time_alone_is_a_change(qtbot: QtBot, files: ChangedFiles, keys: list[ImageKey]) -> None:
    os.utime(keys[2].path, ns=(1, 1))
    with qtbot.waitSignal(files.changed) as heard:
        files.look_at_all()
    assert heard.args == [[keys[2]]]


def test_a_file_that_is_gone_changes_no_photo(
    qtbot: QtBot, files: ChangedFiles, keys: list[ImageKey]
) -> None:
    Path(keys[0].path).unlink()
    Path(keys[1].path).write_bytes(b"another photo")
    with qtbot.waitSignal(files.changed) as heard:
        files.look_at(keys)
    assert heard.args == [[keys[1]]]


def test_all_files_are_looked_at_when_the_window_gets_the_focus_back(
    qtbot: QtBot, qapp: QApplication, files: ChangedFiles, keys: list[ImageKey]
) -> None:
    Path(keys[1].path).write_bytes(b"another photo")
    with qtbot.waitSignal(files.changed) as heard:
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert heard.args == [[keys[1]]]


def test_what_is_asked_for_during_a_look_is_looked_at_next(
    qtbot: QtBot, files: ChangedFiles, keys: list[ImageKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[tuple[list[ImageKey], Callable[[list[ImageKey]], None]]] = []
    monkeypatch.setattr(Supervisor, "find_changed", lambda _self, these, done: looks.append((these, done)))
    files.look_at([keys[0]])
    qtbot.waitUntil(lambda: len(looks) == 1)
    files.look_at([keys[1]])
    looks[0][1]([])
    qtbot.waitUntil(lambda: len(looks) == 2)
    assert looks[1][0] == [keys[1]]
