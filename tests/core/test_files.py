"""Files are written whole or not at all, through links, into streams, and never over a photo."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from memapp.core.files import (
    OutputProblem,
    is_one_of,
    output_problem,
    write_atomically,
    write_bytes_atomically,
)
from tests.conftest import CHECKOUT

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has neither FIFOs nor such devices")
not_as_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is protected from root"
)

WRITE = """
import sys
from pathlib import Path
from memapp.core.files import write_atomically
for path in sys.argv[1:]:
    write_atomically(Path(path), "scores\\n")
"""


def make_link(link: Path, target: Path) -> Path:
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("links can't be made here")
    return link


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "scores.csv"
    assert output_problem(target) is None
    write_atomically(target, "one\r\ntwo\n")
    write_atomically(target, "è\n")
    assert target.read_bytes() == "è\n".encode()
    assert left_in(tmp_path) == ["scores.csv"]


def test_what_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "scores.csv"
    write_atomically(target, "before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(target, "after")
    assert target.read_text() == "before"
    assert left_in(tmp_path) == ["scores.csv"]


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "scores.csv"
    link = make_link(tmp_path / "second", make_link(tmp_path / "first", Path("real") / "scores.csv"))
    for text in ("new", "replaced"):
        assert output_problem(link) is None
        write_atomically(link, text)
        assert target.read_text() == text
        assert link.is_symlink()
    assert left_in(tmp_path) == ["first", "real", "second"]
    assert left_in(tmp_path / "real") == ["scores.csv"]


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    away = make_link(tmp_path / "away", tmp_path / "no folder" / "scores.csv")
    assert output_problem(away) is OutputProblem.NO_FOLDER
    loop = make_link(tmp_path / "loop", tmp_path / "loop")
    assert output_problem(loop) is OutputProblem.NO_FILE
    for path in (away, loop):
        with pytest.raises(OSError, match=r".+"):
            write_atomically(path, "text")
    assert left_in(tmp_path) == ["away", "loop"]


@posix_only
@pytest.mark.parametrize("through_link", [False, True])
def test_a_fifo_is_written_into_and_stays_one(tmp_path: Path, through_link: bool) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    path = make_link(tmp_path / "link", fifo) if through_link else fifo
    assert output_problem(path) is None
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    write_bytes_atomically(path, b"scores " * 100_000)
    reader.join(10)
    assert read == [b"scores " * 100_000]
    assert stat.S_ISFIFO(fifo.lstat().st_mode)


@posix_only
def test_a_device_is_written_into_and_stays_one() -> None:
    null = Path(os.devnull)
    assert output_problem(null) is None
    write_atomically(null, "text")
    assert stat.S_ISCHR(null.stat().st_mode)


@posix_only
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "link"])
def test_standard_output_is_written_into_wherever_it_goes(tmp_path: Path, path: str) -> None:
    if path == "link":
        path = str(make_link(tmp_path / "link", Path("/dev/stdout")))
    command = [sys.executable, "-c", WRITE, path, path]
    piped = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False, timeout=60)
    assert (piped.stdout, piped.stderr) == (b"scores\nscores\n", b"")
    collected = tmp_path / "collected.txt"
    collected.write_text("what was there\n")
    with collected.open("a") as file:
        subprocess.run(command, cwd=CHECKOUT, stdout=file, check=True, timeout=60)
    assert collected.read_text() == "what was there\nscores\nscores\n"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert output_problem(tmp_path) is OutputProblem.FOLDER
    with pytest.raises(OSError, match=r".+"):
        write_atomically(tmp_path, "text")
    assert output_problem(tmp_path / "no folder" / "file") is OutputProblem.NO_FOLDER
    (tmp_path / "file").write_text("")
    assert output_problem(tmp_path / "file" / "file") is not None


@posix_only
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert output_problem(Path("socket")) is OutputProblem.NO_FILE
        with pytest.raises(OSError, match="Invalid argument"):
            write_atomically(Path("socket"), "text")


@posix_only
@not_as_root
@pytest.mark.parametrize("protect", [lambda file: file, lambda file: file.parent], ids=["file", "folder"])
def test_what_is_protected_is_refused(tmp_path: Path, protect: Callable[[Path], Path]) -> None:
    target = tmp_path / "folder" / "scores.csv"
    target.parent.mkdir()
    target.write_text("before")
    protected = protect(target)
    protected.chmod(0o555)
    try:
        assert output_problem(target) is OutputProblem.PROTECTED
    finally:
        protected.chmod(0o755)


@posix_only
def test_the_mode_of_a_replaced_file_is_kept_but_it_runs_as_nobody_else(tmp_path: Path) -> None:
    target = tmp_path / "scores.csv"
    target.write_text("before")
    target.chmod(0o6640)
    write_atomically(target, "after")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_file_is_known_by_whatever_name_it_is_reached(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"")
    other = tmp_path / "other.jpg"
    other.write_bytes(b"")
    hard = tmp_path / "hard.jpg"
    hard.hardlink_to(photo)
    soft = make_link(tmp_path / "soft.jpg", photo)
    inputs = [str(tmp_path / "missing.jpg"), str(photo)]
    assert [is_one_of(path, inputs) for path in (photo, hard, soft, other)] == [True, True, True, False]
    assert not is_one_of(tmp_path / "missing.jpg", inputs)
