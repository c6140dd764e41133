"""What the nets' numbers mean to people."""

from __future__ import annotations

import pytest

from memapp.core.calibration import percentile
from memapp.core.nets import FALSERESMEM, PUBLISHED, RESMEM, UNTRAINED_M3M
from memapp.core.records import Precision
from memapp.core.score_scale import (
    FALSE_ALARMS,
    FLOOR_MARGIN,
    HITS,
    RESMEM_SCALE,
    Predicts,
    ScoreScale,
    hits_and_false_alarms,
    scale_of,
)
from memapp.core.score_text import FAST_SENTENCE

SCALES = (HITS, RESMEM_SCALE, FALSE_ALARMS)


def test_every_kind_of_number_has_a_scale() -> None:
    for predicts in Predicts:
        assert scale_of(predicts).predicts is predicts
    assert {net.scale.predicts for net in PUBLISHED.values()} == set(Predicts)


def test_only_false_alarms_are_best_low() -> None:
    assert [scale.low_is_better for scale in SCALES] == [False, False, True]


def test_only_hits_have_a_place_among_peoples_scores() -> None:
    for scale in (HITS, RESMEM_SCALE):
        assert scale.percentile(0.9) == pytest.approx(percentile(0.9))
    assert FALSE_ALARMS.percentile(0.9) is None


def test_a_sentence_for_each_kind_of_number() -> None:
    assert HITS.sentence(0.8249) == (
        "About 82 of 100 people are predicted to recognise this photo when it comes back."
    )
    assert FALSE_ALARMS.sentence(0.054) == (
        "About 5 of 100 people who never saw this photo are predicted to believe that they did."
    )


def test_both_together_are_reckoned_from_the_numbers_as_they_are_written() -> None:
    assert hits_and_false_alarms(0.8249, 0.0452) == (
        "About 82 of 100 people recognise it. About 5 of 100 who never saw it "
        "believe that they did. Difference: 0.77."
    )
    assert hits_and_false_alarms(0.814, 0.046).endswith("Difference: 0.76.")


@pytest.mark.parametrize("scale", SCALES)
def test_two_photos_are_a_tie_when_the_net_cannot_tell_them_apart(scale: ScoreScale) -> None:
    near, far = 0.05 + 0.9 * scale.tie_width, 0.05 + 1.1 * scale.tie_width
    assert scale.is_tie(0.05, 0.05)
    assert scale.is_tie(0.05, near)
    assert scale.is_tie(near, 0.05)
    assert not scale.is_tie(0.05, far)
    assert not scale.is_tie(far, 0.05)


def test_each_kind_has_its_own_ties() -> None:
    assert RESMEM_SCALE.tie_width == HITS.tie_width == 0.03
    assert FALSE_ALARMS.tie_width == 0.005


def test_the_error_and_the_floor_are_those_of_published_resmem() -> None:
    for net in (RESMEM, UNTRAINED_M3M):
        assert net.scale.error_text() == "± 0.09"
        assert net.scale.is_near_floor(0.412)
        assert net.scale.floor_warning(0.412).startswith("Close to 0.41, the lowest score")
    for scale in (HITS, FALSE_ALARMS):
        assert scale.error_text() == ""
        assert not scale.is_near_floor(0.05)
        assert scale.floor_warning(0.05) == ""


def test_near_the_floor() -> None:
    floor = RESMEM_SCALE.floor
    assert floor is not None
    for score in (floor, floor - 0.1, floor + FLOOR_MARGIN - 0.001):
        assert RESMEM_SCALE.is_near_floor(score)
    above = floor + FLOOR_MARGIN + 0.001
    assert not RESMEM_SCALE.is_near_floor(above)
    assert RESMEM_SCALE.floor_warning(above) == ""


def test_a_screen_reader_is_told_what_the_number_is() -> None:
    assert HITS.spoken_kind(Precision.EXACT) == "score"
    assert HITS.spoken_kind(Precision.FAST) == "fast score"
    assert FALSE_ALARMS.spoken_kind(Precision.EXACT) == "predicted false alarms"


@pytest.mark.parametrize("scale", SCALES)
def test_a_bar_leaves_room_for_ties(scale: ScoreScale) -> None:
    low, high = scale.bar
    assert 0 <= low < high <= 1
    assert high - low > 5 * scale.tie_width


def test_an_untrained_net_says_so() -> None:
    assert UNTRAINED_M3M.scale.caution == UNTRAINED_M3M.note
    assert str(UNTRAINED_M3M.note) == "Not trained: equal to ResMem until it is."
    assert not RESMEM.scale.caution
    assert not FALSERESMEM.scale.caution


@pytest.mark.usefixtures("pseudo_language")
@pytest.mark.parametrize("scale", SCALES)
def test_all_that_is_said_of_scores_can_be_translated(scale: ScoreScale) -> None:
    said = [scale.sentence(0.5), str(scale.meaning), scale.place_sentence(2, 40)]
    said += [scale.spoken_kind(precision) for precision in Precision]
    said += [RESMEM_SCALE.floor_warning(0.41), hits_and_false_alarms(0.8, 0.1), str(FAST_SENTENCE)]
    said += [str(net.note) for net in PUBLISHED.values()]
    assert [text for text in said if not text.startswith("[!! ")] == []
