"""Texts from outside, as names of files are, for places that would take parts of them for orders."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four: full-width "=", "+", "-" and "@", as Asian keyboards write them."""


def one_line(text: str) -> str:
    """Return a text as one line that a terminal can show: control and direction marks are escaped."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "backslashreplace").decode()
        for letter in text
    )


def lines(text: str) -> str:
    """Return a text of several lines, each as one_line() returns it."""
    return "\n".join(map(one_line, text.split("\n")))


def defused(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def as_written(text: str) -> str:
    """Return what defused() was given, for a text that it may have returned."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    return text.lstrip(" ")[:1] in _FORMULA_STARTS or text.lstrip()[:1] in _FORMULA_STARTS
