"""Exposures are sorted by their time, whatever text says it."""

from __future__ import annotations

import pytest

from memapp.core.records import PhotoFacts
from memapp.library.columns import UNKNOWN_INTEGER
from memapp.library.fact_texts import exposure_order


@pytest.mark.parametrize(
    ("exposure", "order"),
    [
        (None, UNKNOWN_INTEGER),
        ("f/2.8  ISO 400", 0),
        ("1/8000 s  f/2.8", 125),
        ("1/250 s  f/2.8  ISO 400  85 mm", 4000),
        ("1/60 s", 16_667),
        ("0.5 s  f/8", 500_000),
        ("2 s  f/22", 2_000_000),
        ("30 s", 30_000_000),
        ("1/0 s", 0),
    ],
)
def test_exposures_stand_in_the_order_of_their_times(exposure: str | None, order: int) -> None:
    assert exposure_order(PhotoFacts(1, 1, "JPEG", exposure=exposure)) == order
