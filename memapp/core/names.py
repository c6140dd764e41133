"""File names for display, sorting and search."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

_DIGITS = re.compile("[0-9]+")

# Characters that break a line, change the writing direction, or can't be encoded for display: control
# characters, bidirectional overrides and isolates, lone surrogates of names that are not UTF-8.
_UNPAINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def display_name(name: str) -> str:
    """Return a name for one line; characters that can't be shown become a replacement character."""
    return name if name.isascii() and name.isprintable() else _UNPAINTABLE.sub("\ufffd", name)


def natural_key(name: str) -> str:
    """Return a key for natural order: "IMG 9" before "img 10", "Éclair" beside "Eclair".

    Each number is preceded by its number of digits, so that comparing texts compares numbers.
    """
    if name.isascii():
        return _DIGITS.sub(_with_length, name.lower())
    letters = unicodedata.normalize("NFKD", name).casefold()
    return _DIGITS.sub(_with_length, "".join(filterfalse(unicodedata.combining, letters)))


def search_key(text: str) -> str:
    """Return a key for search that ignores case and the encoding of accents."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _with_length(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return chr(ord("0") + len(digits)) + digits
