"""Numbers on screen have the marks of the user's system; those that are reckoned with have none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from memapp.core.number_text import in_files, in_notation, number_text, set_notation
from memapp.core.photo_text import file_size_text, pixels_text
from memapp.core.score_scale import RESMEM_SCALE, hits_and_false_alarms
from memapp.core.score_text import as_written, of_hundred, place_text, points_text, score_text
from memapp.core.text import tr, trn
from memapp.intake.problems import ends_too_early, too_large


@pytest.fixture
def german() -> Iterator[None]:
    set_notation(",", ".")
    yield
    set_notation()


def test_english_by_default() -> None:
    assert (score_text(0.8234), number_text(1234.5, ",.1f")) == ("0.82", "1,234.5")
    assert in_notation("1/250 s  f/2.8") == "1/250 s  f/2.8"


@pytest.mark.usefixtures("german")
def test_german() -> None:
    assert score_text(0.8234) == "0,82"
    assert (points_text(0.125), points_text(-0.3), points_text(0.001)) == ("+0,12", "−0,30", "0,00")
    assert place_text(1203) == "1.203rd"
    assert RESMEM_SCALE.error_text() == "± 0,09"
    assert file_size_text(8_400_000) == "8,4 MB"
    assert pixels_text(6000, 4000) == "6.000 × 4.000 (24,0 MP)"
    assert (
        tr("{count:,} of {share:.1f}, {name}", count=1234, share=0.5, name="a.jpg") == "1.234 of 0,5, a.jpg"
    )
    assert trn("{count:,} photo", "{count:,} photos", 20_000) == "20.000 photos"
    assert in_notation("1/250 s  f/2.8  ISO 400  8.5 mm") == "1/250 s  f/2,8  ISO 400  8,5 mm"


@pytest.mark.usefixtures("german")
def test_what_is_reckoned_with_is_no_text() -> None:
    assert (of_hundred(0.415), as_written(0.8266)) == (41, 0.83)
    assert "Difference: 0,70" in hits_and_false_alarms(0.8, 0.1)


def test_french_groups_by_narrow_spaces() -> None:
    set_notation(",", "\u202f")
    assert number_text(1234.5, ",.1f") == "1\u202f234,5"
    set_notation()


@pytest.mark.usefixtures("german")
def test_a_translation_that_names_a_value_wrongly_does_not_cost_the_text() -> None:
    assert tr("{a:.2f}", a=0.5) == "0,50"
    with pytest.raises(LookupError):
        tr("{b}", a=1)


@pytest.mark.parametrize(
    ("decimal", "group"), [(",", "."), (",", "\u202f"), (",", ""), (".", "'"), (".", ",")]
)
def test_files_have_english_numbers_whatever_the_screen_has(decimal: str, group: str) -> None:
    set_notation(decimal, group)
    try:
        short = ends_too_early(size=1_234_567, expected=4_800_000).reason
        large = too_large(30_000, 20_000, 4_000_000_000).reason
        assert f"(1{decimal}2 of 4{decimal}8 MB)" in short
        assert f"30{group}000 x 20{group}000" in large
        assert "(1.2 of 4.8 MB). Copy" in in_files(short)
        wide, megapixels = ("30000 x 20000", "(600 meg") if not group else ("30,000 x 20,000", "(600 meg")
        assert wide in in_files(large)
        assert megapixels in in_files(large)
        assert in_files(number_text(1_234_567.891, ",.2f")) == ("1,234,567.89" if group else "1234567.89")
    finally:
        set_notation()
