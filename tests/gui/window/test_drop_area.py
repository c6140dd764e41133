"""Reading a drop or a paste, and the empty page and the veil that invite to it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from memapp.core.events import Notice
from memapp.gui.widgets.theme import ThemeManager
from memapp.gui.window.drop_area import DropOverlay, EmptyPage, given_by
from memapp.gui.window.dropping import DropTarget

posix = pytest.mark.skipif(sys.platform == "win32", reason="paths as on Linux and macOS")


def paths_from_mime(mime: QMimeData) -> list[str]:
    return list(given_by(mime).paths)


def _urls(*urls: QUrl) -> QMimeData:
    mime = QMimeData()
    mime.setUrls(list(urls))
    return mime


def _text(text: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(text)
    return mime


def _uri_list(*lines: bytes) -> QMimeData:
    mime = QMimeData()
    mime.setData("text/uri-list", b"\r\n".join(lines) + b"\r\n")
    return mime


@pytest.mark.parametrize(
    "name", ["plain.jpg", "mit Leer und ü.jpg", "50% #1?.jpg", "写真 🏔.png", "=cmd.jpg", "-rf"]
)
def test_local_files_keep_their_names(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    assert paths_from_mime(_urls(QUrl.fromLocalFile(path))) == [path]


def test_order_is_kept_and_duplicates_go(tmp_path: Path) -> None:
    first, second = str(tmp_path / "b.jpg"), str(tmp_path / "a.jpg")
    urls = [QUrl.fromLocalFile(path) for path in (first, second, first)]
    assert paths_from_mime(_urls(*urls)) == [first, second]


@posix
def test_percent_encoded_bytes_that_are_no_utf8_are_found_again() -> None:
    paths = paths_from_mime(_uri_list(b"file:///photos/caf%E9.jpg", b"file:///photos/%C3%BC%20b.jpg"))
    assert [os.fsencode(path) for path in paths] == [b"/photos/caf\xe9.jpg", "/photos/ü b.jpg".encode()]


@posix
def test_this_computer_may_be_named_as_the_host() -> None:
    assert paths_from_mime(_uri_list(b"file://localhost/photos/a.jpg")) == ["/photos/a.jpg"]


@posix
def test_pasted_lines_are_paths_or_file_addresses() -> None:
    text = (
        "/photos/a b.jpg\nfile:///photos/%C3%BC.jpg\n\n  '/photos/quoted.jpg'  \nwords\nfolder/relative.jpg\n"
    )
    assert paths_from_mime(_text(text)) == ["/photos/a b.jpg", "/photos/ü.jpg", "/photos/quoted.jpg"]


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert paths_from_mime(_text("~/a.jpg")) == [str(tmp_path / "a.jpg")]


def test_foreign_addresses_are_recognized(tmp_path: Path) -> None:
    local = str(tmp_path / "a.jpg")
    mime = _urls(QUrl("https://example.org/cat.jpg"), QUrl.fromLocalFile(local), QUrl("smb://server/b.jpg"))
    assert paths_from_mime(mime) == [local]
    assert given_by(mime).refused == ("https://example.org/cat.jpg", "smb://server/b.jpg")
    assert given_by(_text("https://example.org/dog.jpg")).refused == ("https://example.org/dog.jpg",)


@posix
def test_files_of_another_computer_are_not_local() -> None:
    for mime in (_uri_list(b"file://otherhost/photos/a.jpg"), _text("file://otherhost/photos/a.jpg")):
        assert given_by(mime).paths == ()
        assert given_by(mime).refused == ("file://otherhost/photos/a.jpg",)


@posix
def test_comments_of_a_list_of_addresses_are_passed_over() -> None:
    mime = _uri_list(
        b"# photos", b"file:///photos/a.jpg", b"#file:///photos/b.jpg", b"file:///photos/c d.jpg"
    )
    assert given_by(mime).paths == ("/photos/a.jpg", "/photos/c d.jpg")
    assert given_by(mime).refused == ()


@posix
def test_a_path_in_a_list_of_addresses_is_taken() -> None:
    assert paths_from_mime(_uri_list(b"/photos/a.jpg")) == ["/photos/a.jpg"]


def test_a_drop_without_files_has_no_paths() -> None:
    for mime in (QMimeData(), _text(""), _text("hello")):
        assert paths_from_mime(mime) == []


@posix
@pytest.mark.parametrize(
    ("text", "taken", "said"),
    [
        ("/p/a.jpg", 1, []),
        ("/p/a.jpg\nwords\nmore", 1, ["2 entries were left out", "words"]),
        (
            "https://example.org/<b>a.jpg\n/p/a.jpg",
            1,
            ["1 entry was left out", "https://example.org/<b>a.jpg"],
        ),
        ("https://example.org/a.jpg", 0, ["Only files on this computer"]),
        ("words", 0, ["There are no files"]),
    ],
)
def test_what_can_not_be_taken_is_said_once(
    qtbot: QtBot, theme_manager: ThemeManager, text: str, taken: int, said: list[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    target = DropTarget(window=window, theme_manager=theme_manager)
    paths: list[str] = []
    notices: list[Notice] = []
    target.dropped.connect(paths.extend)
    target.noticed.connect(notices.append)
    target.take(_text(text))
    assert len(paths) == taken
    assert len(notices) == bool(said)
    assert all(words in notices[0].text for words in said)


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Add photos...", "add_photos"),
        ("Add a folder...", "add_folder"),
        ("Try it with sample photos", "try_samples"),
    ],
)
def test_each_button_of_the_empty_page_requests_its_own(
    qtbot: QtBot, theme_manager: ThemeManager, text: str, signal: str
) -> None:
    page = EmptyPage(theme_manager=theme_manager)
    qtbot.addWidget(page)
    button = next(button for button in page.findChildren(QPushButton) if button.text() == text)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(getattr(page, signal)):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_a_hovering_drag_changes_the_empty_page(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    page = EmptyPage(theme_manager=theme_manager)
    qtbot.addWidget(page)
    page.resize(600, 400)
    calm = page.grab().toImage()
    page.set_drag_over(True)
    assert page.drag_over
    assert page.grab().toImage() != calm
    page.set_drag_over(False)
    assert page.grab().toImage() == calm


def test_the_veil_covers_its_window_and_lets_the_mouse_through(
    qtbot: QtBot, theme_manager: ThemeManager
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(500, 300)
    veil = DropOverlay(theme_manager=theme_manager, parent=window)
    window.show()
    assert not veil.isVisible()
    veil.cover()
    assert veil.isVisible()
    assert veil.geometry() == window.rect()
    assert veil.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert veil.grab().toImage().pixelColor(4, 150).name() == theme_manager.theme.accent
