"""No text on screen has a word that photographers do not use: docs/glossary.md says what to write instead."""

from __future__ import annotations

import re
from pathlib import Path

CATALOGUE = Path(__file__).parents[2] / "resources" / "translations" / "memapp.pot"

_VALUES = re.compile(r"\{[^}]*\}")
_AVOIDED = re.compile(
    r"\b(nets?|net's|segmenters?|segmentation|percentiles?|triage|inference|exceptions?|errors?|superpixels?)\b",
    re.IGNORECASE,
)


def shown_texts() -> list[str]:
    """Return all texts of the catalogue, without the names of their values."""
    entries = CATALOGUE.read_text(encoding="utf-8").split("\n\n")[1:]
    texts = []
    for entry in entries:
        lines = [line for line in entry.splitlines() if not line.startswith("#")]
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"', "\n".join(lines))
        texts.append(_VALUES.sub("", "".join(parts)))
    return texts


def test_there_are_texts() -> None:
    assert len(shown_texts()) > 300


def test_none_has_a_word_to_avoid() -> None:
    assert [text for text in shown_texts() if _AVOIDED.search(text)] == []
