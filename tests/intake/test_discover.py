"""From dropped paths to photos: order, laziness, duplicates, hidden files, and paths that lead nowhere."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.records import Failure, FailureKind, FoundFile, ImageKey, SkippedFile
from memapp.intake.discover import Finding, find_photos, natural_order

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX file kinds")

JPEG_START = b"\xff\xd8\xff\xe0"
NO_PICTURES = (b"", b"a note", b"\0" * 5000, b"\x01\x02\xfe\xff", b"PK\x03\x04", b"\x1aE\xdf\xa3")


def touch(path: Path, content: bytes = JPEG_START) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def find(*paths: Path | str) -> list[Finding]:
    return list(find_photos([str(path) for path in paths], control=RunControl()))


def names(findings: list[Finding]) -> list[str]:
    return [finding.key.name for finding in findings if isinstance(finding, FoundFile)]


def test_order_is_natural_folder_by_folder(tmp_path: Path) -> None:
    for name in ("IMG_10.jpg", "img_9.jpg", "IMG_2.jpg", "b/2.jpg", "b/10.jpg", "a10/x.jpg", "a9/x.jpg"):
        touch(tmp_path / name)
    found = [
        Path(file.key.path).relative_to(tmp_path).as_posix()
        for file in find(tmp_path)
        if isinstance(file, FoundFile)
    ]
    expected = ["IMG_2.jpg", "img_9.jpg", "IMG_10.jpg", "a9/x.jpg", "a10/x.jpg", "b/2.jpg", "b/10.jpg"]
    assert found == expected


def test_natural_order_compares_any_two_names() -> None:
    given = ["", "10", "2", "a", "2a", "²", "١", "9" * 255, "a1b2", "a1b10"]
    assert sorted(given, key=natural_order).index("a1b2") < sorted(given, key=natural_order).index("a1b10")


def test_key_has_size_and_time(tmp_path: Path) -> None:
    photo = touch(tmp_path / "a.jpg", b"12345")
    status = photo.stat()
    assert find(tmp_path) == [FoundFile(ImageKey(str(photo), 5, status.st_mtime_ns), str(photo))]


def test_begins_before_the_whole_tree_was_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "first.jpg")
    for number in range(50):
        touch(tmp_path / f"folder{number}" / "a.jpg")
    listed: list[str] = []
    real_scandir = os.scandir

    def counting_scandir(path: str) -> Iterator[os.DirEntry[str]]:
        listed.append(path)
        return real_scandir(path)

    monkeypatch.setattr(os, "scandir", counting_scandir)
    findings = find_photos([str(tmp_path)], control=RunControl())
    assert isinstance(next(findings), FoundFile)
    assert listed == [str(tmp_path)]


def test_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "a.jpg")
    monkeypatch.chdir(tmp_path)
    (finding,) = find("a.jpg")
    assert isinstance(finding, FoundFile)
    assert finding.key.path == str(tmp_path / "a.jpg")


def test_hidden_and_system_files_are_passed_over_in_folders(tmp_path: Path) -> None:
    for name in (
        "._a.jpg",
        ".hidden/a.jpg",
        "__MACOSX/a.jpg",
        "@eaDir/a.jpg",
        "$RECYCLE.BIN/a.jpg",
        "System Volume Information/a.jpg",
        "Catalogue Previews.lrdata/a.jpg",
        "Thumbs.db",
        "desktop.ini",
    ):
        touch(tmp_path / name)
    touch(tmp_path / "seen.jpg")
    assert names(find(tmp_path)) == ["seen.jpg"]
    assert len(find(tmp_path)) == 1


def test_named_by_the_user_is_always_taken(tmp_path: Path) -> None:
    for name in (".hidden.jpg", "note.txt", "Thumbs.db", "__MACOSX/a.jpg"):
        touch(tmp_path / name)
    given = [tmp_path / ".hidden.jpg", tmp_path / "note.txt", tmp_path / "Thumbs.db", tmp_path / "__MACOSX"]
    assert names(find(*given)) == [".hidden.jpg", "note.txt", "Thumbs.db", "a.jpg"]


def test_plainly_no_pictures_are_skipped_in_folders(tmp_path: Path) -> None:
    skipped = ["a.XMP", "b.txt", "c.mp4", "d.pdf", "e.aae", "f.lrcat", "g.MOV"]
    taken = ["k.NEF", "l.jpeg", "m.heic", "n.GPR"]
    for name in skipped:
        touch(tmp_path / name, b"nothing to see")
    for name in taken:
        touch(tmp_path / name, b"unread")
    findings = find(tmp_path)
    assert names(findings) == taken
    assert [Path(f.path).name for f in findings if isinstance(f, SkippedFile)] == skipped


def test_a_name_that_says_nothing_leaves_it_to_the_first_bytes(tmp_path: Path) -> None:
    for name in ("a", "b.bin", "c.fuzzed"):
        touch(tmp_path / name)
    touch(tmp_path / "d.quaint", b"8BPS\0\x02 a picture that is not read")
    notes = [touch(tmp_path / f"e.{number}", content) for number, content in enumerate(NO_PICTURES)]
    findings = find(tmp_path)
    assert names(findings) == ["a", "b.bin", "c.fuzzed", "d.quaint"]
    assert [f.path for f in findings if isinstance(f, SkippedFile)] == list(map(str, notes))
    # What the user names is reported nevertheless.
    assert names(find(*notes)) == [note.name for note in notes]


def test_duplicates_count_once(tmp_path: Path) -> None:
    photo = touch(tmp_path / "folder" / "a.jpg")
    assert names(find(photo, tmp_path, photo, tmp_path / "folder")) == ["a.jpg"]


@posix_only
def test_links_to_the_same_photo_count_once_and_loops_end(tmp_path: Path) -> None:
    photo = touch(tmp_path / "folder" / "a.jpg")
    (tmp_path / "folder" / "b.jpg").symlink_to(photo)
    (tmp_path / "folder" / "loop").symlink_to(tmp_path)
    (tmp_path / "folder" / "self").symlink_to("self")
    outside = touch(tmp_path.parent / f"{tmp_path.name}-outside" / "c.jpg").parent
    (tmp_path / "link").symlink_to(outside)
    findings = find(tmp_path)
    assert names(findings) == ["a.jpg", "c.jpg"]
    assert [file.key.path for file in findings if isinstance(file, FoundFile)][1] == str(
        tmp_path / "link" / "c.jpg"
    )


@posix_only
def test_one_file_counts_once_however_it_is_reached(tmp_path: Path) -> None:
    photo = touch(tmp_path / "folder" / "a.jpg")
    (tmp_path / "folder" / "hard link.jpg").hardlink_to(photo)
    (tmp_path / "link.jpg").symlink_to(photo)
    (tmp_path / "other name").symlink_to(tmp_path / "folder")
    (found,) = find(tmp_path / "link.jpg", tmp_path / "other name", tmp_path / "folder", photo)
    assert isinstance(found, FoundFile)
    # The path shown is the one that was given.
    assert found.key.path == str(tmp_path / "link.jpg")
    assert found.real_path == str(photo.resolve())


def test_copies_are_files_of_their_own(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        os.utime(touch(tmp_path / name), ns=(5, 5))
    assert names(find(tmp_path)) == ["a.jpg", "b.jpg"]


@posix_only
def test_broken_link_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone.jpg")
    (failure,) = find(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.MISSING


@pytest.mark.parametrize("name", ["gone.jpg", "x" * 300 + ".jpg", "nul\0byte.jpg"])
def test_missing_path_is_a_failure(tmp_path: Path, name: str) -> None:
    (failure,) = find(f"{tmp_path}{os.sep}{name}")
    assert isinstance(failure, Failure)
    assert failure.kind in {FailureKind.MISSING, FailureKind.UNREADABLE}
    assert failure.reason.endswith(".")
    assert (failure.key.size, failure.key.mtime_ns) == (0, 0)


@posix_only
def test_pipe_socket_and_device_are_failures_and_never_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    os.mkfifo(tmp_path / "no_extension")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # a socket's path must be short
        server.bind("b.jpg")
        findings = [*find(tmp_path), *find(tmp_path / "a.jpg"), *find("/dev/null")]
    assert all(isinstance(finding, Failure) for finding in findings)
    reasons = [finding.reason for finding in findings if isinstance(finding, Failure)]
    assert [reason.split(",")[0] for reason in reasons] == [
        "This is a connection between programs",
        "This is a connection between programs",
        "This is a connection between programs",
        "This is a connection between programs",
        "This is a device",
    ]


@posix_only
def test_unreadable_folder_is_a_failure_and_the_rest_goes_on(tmp_path: Path) -> None:
    closed = touch(tmp_path / "a" / "x.jpg").parent
    touch(tmp_path / "b" / "y.jpg")
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    try:
        failure, photo = find(tmp_path)
    finally:
        closed.chmod(0o700)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNREADABLE
    assert "permission" in failure.reason
    assert isinstance(photo, FoundFile)


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS allows no such names")
def test_hostile_names(tmp_path: Path) -> None:
    given = [
        "new\nline.jpg",
        "\u202egpj.txt.jpg",
        "🦊👨‍👩‍👧.jpg",
        "-rf.jpg",
        "=cmd|' 'A0.jpg",
        os.fsdecode(b"latin-\xe9\xff.jpg"),
        "é" * 125 + "a.jpg",
        " .jpg",
    ]
    for name in given:
        touch(tmp_path / name)
    findings = find(tmp_path)
    assert all(isinstance(finding, FoundFile) for finding in findings)
    assert sorted(names(findings)) == sorted(given)


def test_cancel_ends_the_search(tmp_path: Path) -> None:
    for number in range(3):
        touch(tmp_path / f"{number}.jpg")
    control = RunControl()
    findings = find_photos([str(tmp_path)], control=control)
    next(findings)
    control.cancel()
    with pytest.raises(Cancelled):
        next(findings)
