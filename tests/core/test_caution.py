"""Damaged photos, and shapes that the net can't judge, are told from whole photos of usual shapes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memapp.core.caution import Caution, caution_of, caution_sentence
from memapp.core.records import PhotoFacts

WHOLE = PhotoFacts(width=6000, height=4000, format="JPEG")


@pytest.mark.parametrize(
    ("width", "height", "caution"),
    [
        (6000, 4000, None),
        (64, 64, None),
        (63, 4000, Caution.TOO_SMALL),
        (4000, 63, Caution.TOO_SMALL),
        (1, 1, Caution.TOO_SMALL),
        (8000, 1000, None),
        (8001, 1000, Caution.EXTREME_SHAPE),
        (1000, 8001, Caution.EXTREME_SHAPE),
        (512, 64, None),
        (513, 64, Caution.EXTREME_SHAPE),
    ],
)
def test_shapes_that_the_net_can_not_judge(width: int, height: int, caution: Caution | None) -> None:
    facts = replace(WHOLE, width=width, height=height)
    assert caution_of(facts) is caution
    assert ("can't judge this photo" in caution_sentence(facts)) == (caution is not None)


def test_damage_comes_first_and_says_how_much_is_missing() -> None:
    damaged = replace(WHOLE, width=10, missing=0.47)
    assert caution_of(damaged) is Caution.DAMAGED
    assert "about 47 % of the picture, at its end, is missing" in caution_sentence(damaged)
    assert "parts of the picture may be wrong" in caution_sentence(replace(WHOLE, missing=0.0))
    assert caution_sentence(WHOLE) == ""
