"""What is said of a photo's file where the value that is sorted by does not tell the text."""

from __future__ import annotations

import re

from memapp.core.number_text import in_notation
from memapp.core.photo_text import pixels_text, taken_text
from memapp.core.records import PhotoFacts
from memapp.library.columns import UNKNOWN_INTEGER
from memapp.library.photo import Photo

_TIME = re.compile(r"(?:^|\s)(?P<over>\d+/)?(?P<seconds>\d+(?:\.\d+)?) s\b")
"""At the beginning of PhotoFacts.exposure: "1/250 s", "0.5 s", "30 s"."""


def shown_pixels(photo: Photo) -> str:
    """Return a photo's size: "6,000 × 4,000 (24.0 MP)"; empty until it was read."""
    facts = _facts(photo)
    return "" if facts is None else pixels_text(facts.width, facts.height)


def shown_date(photo: Photo) -> str:
    """Return when a photo was taken, as people write it; empty where that is unknown."""
    facts = _facts(photo)
    return "" if facts is None or facts.taken is None else taken_text(facts.taken)


def shown_exposure(photo: Photo) -> str:
    """Return a photo's exposure in the notation of the screen; empty where it is unknown."""
    facts = _facts(photo)
    return "" if facts is None or facts.exposure is None else in_notation(facts.exposure)


def exposure_order(facts: PhotoFacts) -> int:
    """Return the exposure time in microseconds, to sort by; 0 where only other values are known.

    UNKNOWN_INTEGER where nothing is known of the exposure.
    """
    if facts.exposure is None:
        return UNKNOWN_INTEGER
    found = _TIME.search(facts.exposure)
    if found is None:
        return 0
    seconds = float(found["seconds"])
    if found["over"]:
        seconds = float(found["over"][:-1]) / seconds if seconds else 0.0
    return round(seconds * 1e6)


def _facts(photo: Photo) -> PhotoFacts | None:
    facts: PhotoFacts | None = photo["facts"]
    return facts
