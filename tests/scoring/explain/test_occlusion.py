"""The occlusion map, for a net with a known result: its score is the frame's mean brightness."""

from __future__ import annotations

import numpy as np
import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled
from memapp.core.explanation import FrameMap
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.scoring.explain.occlusion import MOST_PASSES, OcclusionMapMaker, patch
from tests.fakes import BrightnessScorer
from tests.scoring.explain.driving import drive, grey_frame_with


def explain(frame: PixelArray, scorer: BrightnessScorer | None = None) -> FrameMap:
    net = scorer or BrightnessScorer()
    made, _ = drive(OcclusionMapMaker().make(frame, scorer=lambda: net, control=RunControl()))
    return made


@pytest.mark.parametrize(("top", "left"), [(30, 30), (90, 140), (150, 20), (0, 0), (167, 167)])
def test_bright_parts_raise_the_score_of_a_brightness_net(top: int, left: int) -> None:
    frame = grey_frame_with(250, top=top, left=left, side=60)
    made = explain(frame)
    inside = np.zeros((FRAME_SIDE, FRAME_SIDE), bool)
    inside[top : top + 60, left : left + 60] = True
    assert made.values.shape == inside.shape
    assert made.values.dtype == np.float32
    assert made.values[inside].mean() > 10 * abs(made.values[~inside].mean())
    strongest = np.unravel_index(made.values.argmax(), made.values.shape)
    assert inside[strongest]
    assert made.score == pytest.approx(frame.mean() / 255, abs=1e-6)


def test_dark_parts_lower_it() -> None:
    made = explain(grey_frame_with(5, top=80, left=40, side=60))
    lowest = np.unravel_index(made.values.argmin(), made.values.shape)
    assert 80 <= lowest[0] < 140
    assert 40 <= lowest[1] < 100
    assert -made.values.min() > 3 * made.values.max()


def test_a_value_is_the_drop_caused_by_covering() -> None:
    # A plain bright area that contains whole large patches: covering lowers it by this much with the mean
    # colour, and hardly at all with the blurred frame.
    frame = grey_frame_with(200, top=0, left=0, side=170, ground=90)
    large, small = ((200 - frame.mean()) / 255 * side**2 / FRAME_SIDE**2 / 2 for side in (57, 40))
    value = explain(frame).values[60:70, 60:70].mean()
    assert small * 0.9 < value < large * 1.1


def test_a_plain_frame_has_an_empty_map() -> None:
    made = explain(grey_frame_with(100, top=0, left=0, side=1))
    assert np.abs(made.values).max() < 1e-3


def test_it_stays_within_its_passes_and_reports_each_step() -> None:
    scorer = BrightnessScorer(batch_size=8)
    frame = grey_frame_with(250, top=30, left=30, side=60)
    made, steps = drive(OcclusionMapMaker().make(frame, scorer=lambda: scorer, control=RunControl()))
    assert scorer.scored == made.forward_passes <= MOST_PASSES
    assert made.forward_passes > MOST_PASSES - 4
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1][0] == made.forward_passes
    assert {total for _, total in steps} == {MOST_PASSES}


def test_the_same_frame_gives_the_same_map() -> None:
    frame = np.random.default_rng(3).integers(0, 256, (FRAME_SIDE, FRAME_SIDE, 3), np.uint8)
    np.testing.assert_array_equal(
        explain(frame).values, explain(frame, BrightnessScorer(batch_size=3)).values
    )


def test_a_first_map_comes_after_nine_patches_and_agrees_with_the_whole_one() -> None:
    frame = grey_frame_with(250, top=60, left=60, side=70)
    scorer = BrightnessScorer(batch_size=8)
    work = OcclusionMapMaker().make(frame, scorer=lambda: scorer, control=RunControl())
    first = next(step for step in work if isinstance(step, FrameMap))
    assert (scorer.scored, first.forward_passes) == (19, 19)
    assert np.isfinite(first.values).all()
    whole = explain(frame)
    assert first.score == whole.score
    assert np.corrcoef(first.values.ravel(), whole.values.ravel())[0, 1] > 0.8
    # No gap is left between the patches; the lowest and rightmost pixels wait for the others.
    assert np.count_nonzero(first.values[:210, :210] == 0) == 0


def test_cancel_ends_it_within_a_batch() -> None:
    control, scorer = RunControl(), BrightnessScorer(batch_size=8)
    frame = grey_frame_with(250, top=30, left=30, side=60)
    work = OcclusionMapMaker().make(frame, scorer=lambda: scorer, control=control)
    next(work)
    next(work)
    control.cancel()
    with pytest.raises(Cancelled):
        drive(work)
    assert scorer.scored == 9


def test_a_patch_is_soft_and_of_its_size() -> None:
    cover = patch(100.0, 60.0, 40.0)
    assert cover.sum() == pytest.approx(40 * 40, rel=0.01)
    assert cover.max() == 1
    assert cover[99, 59] == 1
    assert cover[60, 60] == 0
    assert ((cover > 0) & (cover < 1)).any()
