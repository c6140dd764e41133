"""What a photo's columns say of it together."""

from __future__ import annotations

import pytest

from memapp.core.photo_text import file_size_text, taken_text
from memapp.core.records import ImageKey, PhotoFacts, PhotoId, ScoredPhoto
from memapp.library.photo import Photo
from memapp.library.photo_description import detail_rows, spoken_text, tooltip
from memapp.library.scores import Scores
from tests.library.made import add, failed, new_library


def test_details_are_in_order_and_leave_out_what_is_unknown() -> None:
    key = ImageKey("/photos/holiday/IMG.CR3", 24_300_000, 1)
    facts = PhotoFacts(
        6000,
        4000,
        "Canon CR3",
        taken="2026-05-01T18:30:05",
        camera="Canon EOS R6",
        rendering="embedded preview",
    )
    library = new_library()
    library.add([(PhotoId(1), key)])
    photo = Photo(library, 0)
    of_file = [("Name", "IMG.CR3"), ("Folder", "/photos/holiday"), ("File size", "24.3 MB")]
    assert detail_rows(photo) == of_file
    Scores(library).note_scores([ScoredPhoto(key, 0.8, facts)])
    assert detail_rows(photo, without=frozenset({"score", "percentile"})) == [
        ("Name", "IMG.CR3"),
        ("Folder", "/photos/holiday"),
        ("Pixels", "6,000 × 4,000 (24.0 MP)"),
        ("File size", "24.3 MB"),
        ("Format", "Canon CR3"),
        ("Scored from", "the camera's preview"),
        ("Date taken", "1 May 2026, 18:30:05"),
        ("Camera", "Canon EOS R6"),
    ]
    assert ("Score", "0.80") in detail_rows(photo)


@pytest.mark.parametrize("taken", [None, "", "0000:00:00 00:00:00", "yesterday"])
def test_a_date_that_is_none_is_unknown(taken: str | None) -> None:
    key = ImageKey("/photos/a.jpg", 1, 1)
    library = new_library()
    library.add([(PhotoId(1), key)])
    Scores(library).note_scores([ScoredPhoto(key, 0.8, PhotoFacts(1, 1, "JPEG", taken=taken))])
    assert "Date taken" not in dict(detail_rows(Photo(library, 0)))


def test_names_are_escaped_in_tooltips_and_waiting_is_said() -> None:
    library = new_library()
    add(library, "<b>.jpg")
    assert "&lt;b&gt;.jpg" in tooltip(Photo(library, 0))
    assert spoken_text(Photo(library, 0)) == "<b>.jpg, waiting for its score"
    Scores(library).note_failures([failed("<b>.jpg")])
    assert "ends too early" in tooltip(Photo(library, 0))
    assert spoken_text(Photo(library, 0)) == "<b>.jpg, file is damaged"


@pytest.mark.parametrize(
    ("size", "text"),
    [(12, "1 kB"), (112_400, "112 kB"), (8_400_000, "8.4 MB"), (3_210_000_000, "3,210.0 MB")],
)
def test_file_sizes(size: int, text: str) -> None:
    assert file_size_text(size) == text


def test_a_date_that_is_none_stays_as_it_is() -> None:
    assert taken_text("0000-00-00") == "0000-00-00"
