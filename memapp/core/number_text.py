"""Numbers as they are written on screen: with the decimal mark and the grouping of the user's system.

The window chooses the notation when it starts. Where nobody does, in the terminal, it is English: "1,234.5".
Files never go through here: their numbers always have a point.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

_ENGLISH = (".", ",")
_INNER_POINT = re.compile(r"(?<=\d)\.(?=\d)")


class _Notation:
    """Read by any thread, changed when the window starts."""

    def __init__(self) -> None:
        self.decimal, self.group = _ENGLISH
        self.marks: dict[int, str] = {}


_notation = _Notation()


def set_notation(decimal: str = ".", group: str = ",") -> None:
    """Write numbers on screen with these marks from now on.

    Args:
        decimal: before the decimals.
        group: between thousands; may be empty.
    """
    _notation.decimal, _notation.group = decimal, group
    _notation.marks = {} if (decimal, group) == _ENGLISH else str.maketrans({".": decimal, ",": group})


def number_text(value: float, form: str) -> str:
    """Return a number for the screen.

    Args:
        value: the number.
        form: as format() takes it: ".2f", ",".
    """
    return format(value, form).translate(_notation.marks)


def in_notation(text: str) -> str:
    """Return a text in which numbers have a point, as the screen shows it: "f/2.8" as "f/2,8"."""
    return _INNER_POINT.sub(_notation.decimal, text) if _notation.marks else text


def in_files(text: str) -> str:
    """Return a sentence of the screen as files have it: "1,2 of 4,8 MB" as "1.2 of 4.8 MB"."""
    if not _notation.marks:
        return text
    decimal, group = re.escape(_notation.decimal), re.escape(_notation.group)
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)" if group else r"(?!)"
    number = re.compile(rf"(?<!\d)(?:(?P<grouped>{grouped})|\d+)(?:{decimal}(?P<decimals>\d+))?")

    def in_english(found: re.Match[str]) -> str:
        whole = found[0].partition(_notation.decimal)[0] if found["decimals"] else found[0]
        whole = whole.replace(_notation.group, ",") if found["grouped"] else whole
        return f"{whole}.{found['decimals']}" if found["decimals"] else whole

    return number.sub(in_english, text)


def filled(text: str, values: Mapping[str, object]) -> str:
    """Fill values into a text as str.format() does, with numbers as number_text() writes them.

    Raises:
        LookupError, ValueError, AttributeError: the text names other values.
    """
    return _FORMATTER.vformat(text, (), values) if _notation.marks else text.format(**values)


class _NumberFormatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one value as text."""
        if format_spec and isinstance(value, int | float) and not isinstance(value, bool):
            return number_text(value, format_spec)
        return str(super().format_field(value, format_spec))


_FORMATTER = _NumberFormatter()
