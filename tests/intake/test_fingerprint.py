"""The fingerprint of a file: of all its bytes, taken with the net's frame, equal for equal content only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, PhotoError
from memapp.core.records import FailureKind, FileCheck, ImageKey
from memapp.intake.fingerprint import check_photo, load_fingerprint, read_fingerprint
from memapp.intake.load import load_photo


def expected(path: Path) -> bytes:
    return blake3(path.read_bytes()).digest(length=16)


@pytest.mark.parametrize("size", [0, 1, 5000, 1024 * 1024, 3 * 1024 * 1024 + 7])
def test_it_is_of_all_bytes(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(n % 251 for n in range(1000)) * (size // 1000 + 1))
    os.truncate(path, size)
    assert load_fingerprint(str(path)) == expected(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.gif", "a.avif"])
def test_the_loader_gives_it_with_the_frame_and_only_then(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    Image.radial_gradient("L").convert("RGB").save(path)
    with path.open("ab") as file:
        file.write(b"what no decoder reads")
    assert load_photo(str(path), frame=True, longest_side=100).fingerprint == expected(path)
    assert load_photo(str(path), longest_side=100).fingerprint is None


def test_what_can_not_be_read_has_none(tmp_path: Path) -> None:
    with pytest.raises(PhotoError) as caught:
        load_fingerprint(str(tmp_path / "gone.jpg"))
    assert caught.value.kind is FailureKind.MISSING
    assert read_fingerprint(str(tmp_path)) is None


def test_a_cancel_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"1")
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        load_fingerprint(str(path), control=control)


def test_new_times_are_no_change_where_the_content_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"12345")
    key = ImageKey(str(path), 5, path.stat().st_mtime_ns)
    fingerprint = read_fingerprint(str(path))
    os.utime(path, ns=(5, 5))
    assert check_photo(key, fingerprint) is FileCheck.SAME
    path.write_bytes(b"12354")
    assert check_photo(key, fingerprint) is FileCheck.CHANGED
