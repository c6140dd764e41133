"""What arguments name: paths, addresses of files, and patterns that no shell has replaced."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from memapp.commands.common import file_path, given_paths
from memapp.core.errors import MemappError
from tests.commands.command_line import make_photo, memapp


def test_patterns_name_what_they_match_in_natural_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IMG_10.jpg", "IMG_9.jpg", "note.txt", "sub/IMG_1.jpg"):
        make_photo(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert given_paths(["*.jpg"]) == [str(tmp_path / "IMG_9.jpg"), str(tmp_path / "IMG_10.jpg")]
    assert given_paths([str(tmp_path / "*" / "IMG_?.jpg")]) == [str(tmp_path / "sub" / "IMG_1.jpg")]
    assert len(given_paths(["**/*.jpg"])) == 3
    # Without a match it is reported as missing.
    assert given_paths(["*.heic"]) == [str(tmp_path / "*.heic")]


def test_a_file_that_exists_is_no_pattern(tmp_path: Path) -> None:
    make_photo(tmp_path / "a1.jpg")
    named = make_photo(tmp_path / "a[1].jpg")
    assert given_paths([str(named)]) == [str(named)]


@pytest.mark.skipif(os.name == "nt", reason="another computer is a share on Windows")
def test_addresses_of_files_are_paths(tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "a b.jpg")
    assert given_paths([photo.as_uri(), f"file://{photo}"]) == [str(photo), str(photo)]
    assert file_path(photo.as_uri()) == photo
    for foreign in ("file://otherhost/a.jpg", "https://example.org/a.jpg"):
        with pytest.raises(MemappError, match="not a file on this computer"):
            given_paths([foreign])
        with pytest.raises(argparse.ArgumentTypeError):
            file_path(foreign)


@pytest.mark.parametrize("arguments", [["score"], ["explain", "--output", "out"], []])
def test_a_file_elsewhere_is_wrong_usage(
    tmp_path: Path, memapp_home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    done = memapp(*arguments, "https://example.org/a.jpg", home=memapp_home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "https://example.org/a.jpg is not a file on this computer." in done.stderr
    assert "Traceback" not in done.stderr
