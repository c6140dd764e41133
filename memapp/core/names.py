"""File names as people read, sort and search them."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

_DIGITS = re.compile("[0-9]+")

# What would break a line, turn the writing direction of what follows, or can't be encoded for display:
# control characters, bidirectional overrides and isolates, lone surrogates of names that are no UTF-8.
_UNPAINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def display_name(name: str) -> str:
    """A name that can be painted on one line: what can't be shown becomes a replacement mark."""
    return name if name.isascii() and name.isprintable() else _UNPAINTABLE.sub("\ufffd", name)


def natural_key(name: str) -> str:
    """A text whose order is the order that people expect: "IMG 9" before "img 10", "Éclair" beside "Eclair".

    Each number is led by how many digits it has, so that plain comparison of texts compares numbers.
    """
    if name.isascii():
        return _DIGITS.sub(_with_length, name.lower())
    letters = unicodedata.normalize("NFKD", name).casefold()
    return _DIGITS.sub(_with_length, "".join(filterfalse(unicodedata.combining, letters)))


def search_key(text: str) -> str:
    """Names and what is searched in them are compared in this form: no matter the case or how é is stored."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).casefold()


def _with_length(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return chr(ord("0") + len(digits)) + digits
