"""Whether a file is still the photo that was shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memapp.core.file_state import check_file, refusal, state_of
from memapp.core.records import FileCheck, FileState, Fingerprint, ImageKey

SHOWN = Fingerprint(b"shown".ljust(16))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1_000, 1_000))
    return path


def key_of(path: Path) -> ImageKey:
    return ImageKey(str(path), path.stat().st_size, path.stat().st_mtime_ns)


def test_an_untouched_file_is_the_same_and_is_not_read(photo: Path) -> None:
    def read(path: str) -> Fingerprint | None:
        raise AssertionError(f"{path} was read")

    assert check_file(key_of(photo), SHOWN, read_fingerprint=read) is FileCheck.SAME


def test_another_size_is_a_change_and_is_not_read(photo: Path) -> None:
    key = key_of(photo)
    photo.write_bytes(b"123456")
    assert check_file(key, SHOWN, read_fingerprint=lambda path: SHOWN) is FileCheck.CHANGED


def test_another_time_alone_is_a_change_unless_the_content_is_known_to_be_the_same(photo: Path) -> None:
    key = key_of(photo)
    os.utime(photo, ns=(2_000, 2_000))
    assert check_file(key) is FileCheck.CHANGED
    assert check_file(key, SHOWN) is FileCheck.CHANGED
    assert check_file(key, SHOWN, read_fingerprint=lambda path: SHOWN) is FileCheck.SAME
    other = Fingerprint(b"another".ljust(16))
    assert check_file(key, SHOWN, read_fingerprint=lambda path: other) is FileCheck.CHANGED


@pytest.mark.parametrize("name", ["gone.jpg", "no folder/a.jpg", "nul\0byte.jpg"])
def test_what_is_not_there_is_gone(tmp_path: Path, name: str) -> None:
    assert check_file(ImageKey(f"{tmp_path}{os.sep}{name}", 5, 1_000)) is FileCheck.GONE


def test_a_link_stands_for_what_it_leads_to(photo: Path) -> None:
    link = photo.with_name("link.jpg")
    try:
        link.symlink_to(photo)
    except OSError:
        pytest.skip("links can't be made here")
    assert state_of(str(link)) == FileState(5, 1_000)


def test_both_refusals_are_sentences() -> None:
    for check in (FileCheck.CHANGED, FileCheck.GONE):
        assert refusal(check).startswith("This file ")
        assert refusal(check).endswith(".")
