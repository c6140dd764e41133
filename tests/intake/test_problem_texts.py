"""Why a photo can't be read is said in the person's language, whatever the reason."""

from __future__ import annotations

import errno
import re
import stat
from pathlib import Path

import pytest

from memapp.core.control import RunControl
from memapp.core.errors import PhotoError
from memapp.core.records import FailureKind
from memapp.intake import problems
from memapp.intake.limits import Deadline
from memapp.intake.reading import describe_special
from memapp.intake.sniff import Other, sniff
from tests.conftest import CHECKOUT

NO_PICTURES = [
    b"",
    bytes(100),
    b"\xff\xfe<\0h\0t\0m\0l\0>\0",
    b"<svg xmlns=",
    b"a text",
    b"\x80\x81\x82\x00\x01",
    b"\0\0\0\x18ftypM4A \0\0\0\0",
    b"\0\0\0\x18ftypisom\0\0\0\0",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"\0\0\x01\0",
]


def is_marked(text: str) -> bool:
    """Return whether a text consists of whole translated sentences."""
    return re.fullmatch(r"\[!! [^\[\]]+ !!\]( \[!! [^\[\]]+ !!\])*", text) is not None


@pytest.mark.usefixtures("pseudo_language")
@pytest.mark.parametrize("header", NO_PICTURES)
def test_what_is_no_picture_is_said_in_the_language(header: bytes) -> None:
    content = sniff(header)
    assert isinstance(content, Other)
    assert is_marked(content.reason)


@pytest.mark.usefixtures("pseudo_language")
def test_problems_are_said_in_the_language() -> None:
    said = [
        problems.from_system(OSError(errno.EACCES, "Permission denied")),
        problems.from_system(OSError(errno.EXDEV, "Invalid cross-device link")),
        problems.from_system(OSError("odd")),
        problems.from_system(ValueError("embedded null byte")),
        problems.ends_too_early(size=10),
        problems.ends_too_early(size=10, expected=12),
        problems.ends_too_early(size=10, expected=12_000_000),
        problems.damaged("JPEG"),
        problems.unsupported_kind("TIFF"),
        problems.too_large(100_000, 100_000, 10**11),
        problems.not_enough_memory(),
        *(describe_special(mode) for mode in (stat.S_IFDIR, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR)),
    ]
    assert all(isinstance(each, PhotoError) for each in said)
    assert [each.reason for each in said if each and not is_marked(each.reason)] == []


@pytest.mark.usefixtures("pseudo_language")
def test_a_photo_that_takes_too_long_is_said_in_the_language() -> None:
    with pytest.raises(PhotoError) as raised:
        Deadline(seconds=0, control=RunControl()).check()
    assert raised.value.kind is FailureKind.TOO_SLOW
    assert is_marked(raised.value.reason)


def test_the_words_of_problems() -> None:
    gone = problems.from_system(FileNotFoundError(errno.ENOENT, "x"))
    assert (gone.kind, gone.reason) == (
        FailureKind.MISSING,
        "This file is no longer there. It was moved, renamed or deleted.",
    )
    odd = problems.from_system(OSError(errno.EXDEV, "Invalid cross-device link"))
    assert odd.reason == "The system can't read this: invalid cross-device link."
    assert "(1.2 of 4.8 MB)" in problems.ends_too_early(size=1_200_000, expected=4_800_000).reason
    assert "100,000 x 2 pixels (0 megapixels)" in problems.too_large(100_000, 2, 1).reason


def test_no_other_text_of_a_problem_is_left_out() -> None:
    """Every PhotoError and every Other of these modules is made of a translated text."""
    for module in ("problems", "sniff", "reading", "limits", "opening", "load", "raw", "discover"):
        source = (Path(CHECKOUT) / "memapp" / "intake" / f"{module}.py").read_text(encoding="utf-8")
        assert re.findall(r"(?:PhotoError|Other)\(\s*FailureKind\.\w+,\s*f?\"[^{]", source) == []
