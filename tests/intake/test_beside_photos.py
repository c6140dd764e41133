"""What lies beside photos: notes of cameras, copies of editors, photos that are still in a cloud."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import Failure, FailureKind, FoundFile, SkippedFile
from memapp.intake import placeholders
from memapp.intake.discover import Finding, find_photos
from memapp.intake.load import load_photo

JPEG_START = b"\xff\xd8\xff\xe0"


def touch(path: Path, content: bytes = JPEG_START) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def find(*paths: Path) -> list[Finding]:
    return list(find_photos([str(path) for path in paths], control=RunControl()))


def found(folder: Path) -> list[str]:
    """Return the photos that are found, below the folder; nothing else but skipped files may be."""
    findings = find(folder)
    assert not [each for each in findings if isinstance(each, Failure)]
    paths = [Path(each.key.path) for each in findings if isinstance(each, FoundFile)]
    return [path.relative_to(folder).as_posix() for path in paths]


@pytest.mark.parametrize("content", [JPEG_START, b"", b"\0" * 100, b"text", b"\x80\x02\xff\xfe"])
def test_of_a_camera_card_only_the_photos_are_taken(
    tmp_path: Path, shared_data: Path, content: bytes
) -> None:
    listed = (shared_data / "cases" / "camera_card_names.txt").read_text(encoding="utf-8").split("\n")
    for name in filter(None, listed):
        touch(tmp_path / name, content)
    assert found(tmp_path) == ["DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/IMG_0002.JPG"]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a.jpg_original",
            "a.CR3_original",
            "a.jpg_exiftool_tmp",
            "a.jpg~",
            "#a.jpg#",
            "a.jpg.bak",
            "~$a.jpg",
        ),
        *(
            "a.jpg.part",
            "a.jpg.crdownload",
            "a.jpg.tmp",
            "a.orig",
            "a.NEF.dop",
            "a.SRT",
            "a.LRF",
            "NC_FLLST.DAT",
        ),
        *(
            "AVCHDTN/THUMB.TDT",
            "a.nksc",
            "NKSC_PARAM/a.jpg",
            "CaptureOne/Cache/Thumbnails/a.jpg",
            "@Recycle/a.jpg",
        ),
        *("Thmbnl/a.jpg", "LOST.DIR/a.jpg", "WPSettings.dat", "a.WAV", "a.torrent"),
    ],
)
def test_notes_and_copies_are_no_photos_whatever_they_contain(tmp_path: Path, name: str) -> None:
    touch(tmp_path / "photos" / name)
    touch(tmp_path / "photos" / "photo.jpg")
    assert found(tmp_path / "photos") == ["photo.jpg"]


@pytest.mark.parametrize("name", ["a_original.png", "original.jpg", "thmbnl.jpg", "a.GPR", "a.insp", "a.hif"])
def test_photos_with_names_alike_are_photos(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    assert found(tmp_path) == [name]


def test_what_the_user_names_is_a_photo(tmp_path: Path) -> None:
    photos = [touch(tmp_path / "a.jpg_original"), touch(tmp_path / "THMBNL" / "C0001T01.JPG")]
    assert all(isinstance(finding, FoundFile) for finding in find(photos[0], photos[1].parent))


@pytest.mark.parametrize(
    ("placeholder", "photo"),
    [
        (".IMG_0001.HEIC.icloud", "IMG_0001.HEIC"),
        ("IMG_0002.jpg.nextcloud", "IMG_0002.jpg"),
        ("IMG_0003.CR3.owncloud", "IMG_0003.CR3"),
        ("IMG_0004.jpg.cloud", "IMG_0004.jpg"),
    ],
)
def test_a_photo_in_a_cloud_is_said_to_be_there(tmp_path: Path, placeholder: str, photo: str) -> None:
    file = touch(tmp_path / placeholder, b"bplist00 and more")
    for findings in (find(tmp_path), find(file), find(tmp_path / photo)):
        [failure] = findings
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.NOT_HERE
        assert failure.reason.startswith("This photo is not on this computer yet.")
        # Under its own name, so that it can be tried again once it is here.
        assert failure.key.path == str(tmp_path / photo)
    touch(tmp_path / photo)
    assert found(tmp_path) == [photo]
    file.unlink()
    assert found(tmp_path) == [photo]


def test_placeholders_of_other_files_are_no_photos(tmp_path: Path) -> None:
    for name in (".notes.txt.icloud", ".icloud", "letter.docx.nextcloud", ".a.jpg_original.icloud"):
        touch(tmp_path / name, b"bplist00 and more")
    assert found(tmp_path) == []


def test_a_note_of_icloud_under_another_name_is_recognised(tmp_path: Path) -> None:
    note = touch(tmp_path / "a.heic", b"bplist00\xd3\x01\x02\x03_\x10\x12NSURLNameKeyIMG_0001.HEIC")
    with pytest.raises(PhotoError) as raised:
        load_photo(str(note), frame=True, longest_side=100)
    assert raised.value.kind is FailureKind.NOT_HERE


@pytest.mark.parametrize(
    "mark",
    [
        {"st_file_attributes": 0x400000},  # OneDrive: recall on data access
        {"st_file_attributes": 0x40020},  # recall on open
        {"st_file_attributes": 0x1020},  # offline
        {"st_flags": 0x40000000},  # macOS: dataless
    ],
)
def test_a_file_that_reading_would_download_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: dict[str, int]
) -> None:
    touch(tmp_path / "a.jpg")
    touch(tmp_path / "b.unknown")
    system_says = placeholders.is_not_here

    def is_not_here(status: os.stat_result) -> bool:
        assert not system_says(status)
        as_there = SimpleNamespace(st_mode=status.st_mode, **mark)
        return system_says(as_there)  # type: ignore[arg-type]

    def refuse(*_: object) -> int:
        raise AssertionError("it is opened")

    monkeypatch.setattr(placeholders, "is_not_here", is_not_here)
    monkeypatch.setattr(os, "open", refuse)
    failure, skipped = find(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.NOT_HERE
    assert isinstance(skipped, SkippedFile)
