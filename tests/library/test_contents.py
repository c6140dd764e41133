"""What photos consist of: words, shares of one category at a time, and what is stored of them."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.contents import Contents, contents_from, contents_text, shares_as_text
from memapp.core.events import Looked
from memapp.library.contents import CONTENTS, SHARE, count_not_looked_at, note_contents, share_column
from memapp.library.filtering import Contains, InRange, PhotoFilter
from memapp.library.ingest import Ingest
from memapp.library.order import Order
from memapp.library.scores import Scores
from tests.library.made import add, key, names, new_library

SHORE = Contents("a" * 64, {"sky": 0.41, "water": 0.18, "person": 0.004})
STREET = Contents("a" * 64, {"person": 0.3, "building": 0.5})


def test_the_line_names_the_largest_parts_first() -> None:
    assert contents_text(SHORE) == "Sky 41 %, water 18 %"
    assert contents_text(Contents("a", {})) == ""


def test_photos_are_sorted_and_filtered_by_one_category() -> None:
    library = new_library()
    first, second, _ = add(library, "a.jpg", "b.jpg", "c.jpg")
    note_contents(library, {first: SHORE, second: STREET})
    assert library.value(first, CONTENTS) == "Sky 41 %, water 18 %"
    assert names(library, Order(SHARE, descending=True)) == ["b.jpg", "a.jpg", "c.jpg"]
    library.replace_columns(share_column("sky"))
    assert names(library, Order(SHARE, descending=True)) == ["a.jpg", "b.jpg", "c.jpg"]
    rows = library.rows()
    passing = PhotoFilter((InRange(SHARE, 10),)).passing(library, rows)
    # A photo that was not looked at is not known to have none.
    assert [each.name for each in library.keys_at(rows[passing])] == ["a.jpg"]
    assert np.isnan(library.value(key("c.jpg"), SHARE))
    assert library.columns[SHARE].title == "Sky, % of the photo"


def test_shares_of_another_segmenter_are_unknown() -> None:
    library = new_library()
    first, second, third = add(library, "a.jpg", "b.jpg", "c.jpg")
    other = Contents("b" * 64, {"thing": 0.9})
    note_contents(library, {first: SHORE, second: other, third: STREET})
    library.replace_columns(share_column("sky", segmenter=SHORE.segmenter))
    assert library.value(first, SHARE) == pytest.approx(41)
    assert np.isnan(library.value(second, SHARE))
    assert library.value(third, SHARE) == 0


def test_photos_that_were_not_looked_at_are_counted_where_a_filter_asks_what_is_in_them() -> None:
    library = new_library()
    first, second, _ = add(library, "a.jpg", "b.jpg", "c.jpg")
    note_contents(library, {first: SHORE, second: STREET})
    assert count_not_looked_at(library, PhotoFilter()) == 0
    assert count_not_looked_at(library, PhotoFilter((Contains("name", "a"),))) == 0
    assert count_not_looked_at(library, PhotoFilter((InRange(SHARE, 10),))) == 1
    assert count_not_looked_at(library, PhotoFilter((InRange(SHARE, 10), Contains(CONTENTS, "sky")))) == 1


def test_an_edited_photo_is_to_be_looked_at_again() -> None:
    library = new_library()
    [photo] = add(library, "a.jpg")
    note_contents(library, {photo: SHORE})
    library.set_state(photo, key("a.jpg", size=2000, mtime_ns=9))
    assert library.value(photo, CONTENTS) is None


def test_what_is_stored_comes_with_the_photos() -> None:
    ingest = Ingest(Scores(new_library()))
    [photo] = add(ingest._library, "a.jpg")
    ingest.take(1, [Looked({key("a.jpg"): SHORE, key("gone.jpg"): STREET})])
    assert ingest._library.value(photo, CONTENTS) == "Sky 41 %, water 18 %"


def test_stored_texts_are_read_back_or_refused() -> None:
    found = contents_from(SHORE.segmenter, shares_as_text(SHORE))
    assert found is not None
    assert found.shares == SHORE.shares


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"sky": 2}', '{"sky": "a"}', '{"sky": true}', "[" * 30_000, None]
)
def test_texts_that_memapp_has_not_written(text: object) -> None:
    assert contents_from("a", text) is None
