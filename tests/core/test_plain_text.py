"""Names can't give orders to a terminal or a spreadsheet."""

from __future__ import annotations

import pytest

from memapp.core.plain_text import as_written, defused, lines, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.jpg", "a.jpg"),
        ("été 🦊.jpg", "été 🦊.jpg"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\nb\r", "a\\nb\\r"),
        ("a\u202eb", "a\\u202eb"),
        ("\udcff.jpg", "\\udcff.jpg"),
    ],
)
def test_a_name_is_one_line_without_orders(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_text_keeps_its_lines() -> None:
    assert lines("one\n\x1b[2Jtwo") == "one\n\\x1b[2Jtwo"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM", "\t=1", "  =1", "\n=1", "\uff1d1", "\u3000=1", " \t1"]
)
def test_a_formula_is_defused_and_read_back(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert as_written(f"'{text}") == text


@pytest.mark.parametrize("value", ["a.jpg", "'a.jpg", "", -0.5, None])
def test_what_is_no_formula_stays(value: object) -> None:
    assert defused(value) is value
    assert not isinstance(value, str) or as_written(value) == value
