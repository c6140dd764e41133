"""Paths in pasted text and addresses of files, as terminals, file managers and editors write them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from memapp.core.file_addresses import is_address, local_path
from memapp.core.pasted_paths import read_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="paths as on Linux and macOS")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("/p/a b.jpg", ["/p/a b.jpg"]),
        ("'/p/a b.jpg'", ["/p/a b.jpg"]),
        ('"/p/a b.jpg"', ["/p/a b.jpg"]),
        (r'"/p/a \"b\" \$c.jpg"', ['/p/a "b" $c.jpg']),
        (r"/p/a\ b\(1\).jpg", ["/p/a b(1).jpg"]),
        (r"'/p/it'\''s.jpg'", ["/p/it's.jpg"]),
        ("/p/it's.jpg", ["/p/it's.jpg"]),
        (r"$'/p/caf\303\251\n\x21.jpg'", ["/p/café\n!.jpg"]),
        ("/p/a.jpg /p/b.jpg", ["/p/a.jpg", "/p/b.jpg"]),
        ("/p/a b.jpg /p/c d.jpg", ["/p/a b.jpg", "/p/c d.jpg"]),
        (r"'/p/a b.jpg' /p/c\ d.jpg  file:///p/e%20f.jpg", ["/p/a b.jpg", "/p/c d.jpg", "/p/e f.jpg"]),
        ("file:///p/a b.jpg", ["/p/a b.jpg"]),
        ("file:///p/50% #1?.jpg", ["/p/50% #1?.jpg"]),
        ("FILE:/p/a.jpg", ["/p/a.jpg"]),
        ("<file:///p/a b.jpg>", ["/p/a b.jpg"]),
        ("# photos\r\nfile:///p/a.jpg\r\n#/p/b.jpg\r\n", ["/p/a.jpg"]),
        ("x-special/nautilus-clipboard\ncopy\nfile:///p/a.jpg\n", ["/p/a.jpg"]),
        ("/p/a.jpg\r/p/a.jpg\n\n/p/b.jpg", ["/p/a.jpg", "/p/b.jpg"]),
    ],
)
def test_paths_are_read_as_they_are_written(text: str, paths: list[str]) -> None:
    pasted = read_text(text)
    assert list(pasted.paths) == paths
    assert pasted.refused == ()


@pytest.mark.parametrize(
    "text",
    [
        "words",
        "folder/relative.jpg",
        "https://example.org/a.jpg",
        "file://otherhost/p/a.jpg",
        "~nobody-here/a",
        "file:///p/%00.jpg",
        "file:relative.jpg",
    ],
)
def test_what_names_no_file_here_is_refused(text: str) -> None:
    assert (read_text(text).paths, read_text(text).refused) == ((), (text,))


@pytest.mark.parametrize(
    "name",
    [r"a\ b.jpg", "'a'.jpg", "a /p.jpg", " b.jpg ", '"c".jpg', "it's Bob's.jpg", r"d\n.jpg", "<e>.jpg"],
)
def test_a_file_that_exists_is_taken_as_it_is_spelt(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert read_text(str(file)).paths == (str(file),)


def test_several_that_exist_may_have_apostrophes(tmp_path: Path) -> None:
    files = [tmp_path / "it's.jpg", tmp_path / "Bob's.jpg"]
    for file in files:
        file.touch()
    assert read_text(" ".join(map(str, files))).paths == tuple(map(str, files))


def test_this_computer_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Studio.local")
    for host in ("", "localhost", "studio.local", "STUDIO"):
        assert local_path(f"file://{host}/p/a.jpg") == "/p/a.jpg"
    assert local_path("file://studio2/p/a.jpg") is None


def test_bytes_that_are_no_text_are_kept() -> None:
    path = local_path("file:///p/caf%E9.jpg")
    assert path is not None
    assert os.fsencode(path) == b"/p/caf\xe9.jpg"


def test_a_drive_is_no_address() -> None:
    assert [is_address(text) for text in (r"C:\a.jpg", "a:b.jpg", "file:///a", "smb://host/a")] == [
        False,
        False,
        True,
        True,
    ]
