"""Facts and failures of photos as short texts, in the person's language."""

from __future__ import annotations

import pytest

from memapp.core.photo_text import failure_text, file_size_text, pixels_text, taken_text
from memapp.core.records import FailureKind


def test_sizes_are_written_as_people_write_them() -> None:
    assert [file_size_text(size) for size in (0, 1, 1500, 8_400_000)] == ["0 kB", "1 kB", "2 kB", "8.4 MB"]
    assert pixels_text(6000, 4000) == "6,000 × 4,000 (24.0 MP)"
    assert pixels_text(30, 20) == "30 × 20"


def test_dates_are_written_as_people_write_them() -> None:
    assert taken_text("2026-05-01T18:30:05") == "1 May 2026, 18:30:05"
    assert taken_text("2026-12-31T00:00:00") == "31 December 2026, 00:00:00"
    assert taken_text("yesterday") == "yesterday"


@pytest.mark.parametrize(
    ("taken", "text"),
    [
        ("2024-05-01T10:00:00.70+02:00", "1 May 2024, 10:00:00.70 (UTC+02:00)"),
        ("2024-05-01T10:00:00-03:30", "1 May 2024, 10:00:00 (UTC-03:30)"),
        ("2024-05-01T10:00", "1 May 2024, 10:00"),
        ("2024-05-01", "1 May 2024"),
        ("2024-05", "May 2024"),
        ("2024", "2024"),
    ],
)
def test_dates_say_no_more_than_is_known(taken: str, text: str) -> None:
    assert taken_text(taken) == text


@pytest.mark.usefixtures("pseudo_language")
def test_all_can_be_translated() -> None:
    said = [failure_text(kind) for kind in FailureKind]
    said += [file_size_text(0), file_size_text(10**8), pixels_text(1, 1), pixels_text(6000, 4000)]
    assert [text for text in said if not text.startswith("[!! ")] == []
    assert taken_text("2026-05-01T18:30:05").startswith("[!! 1 [!! May~ !!] 2026, 18:30:05~")
