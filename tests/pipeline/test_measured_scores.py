"""An explanation that was left goes on from what was measured, and comes to the same result."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from memapp.core.control import RunControl
from memapp.core.explanation import (
    Explained,
    ExplainOrder,
    ExplainProgress,
    Layer,
    MapMethod,
    MemorabilityMap,
)
from memapp.core.records import ImageKey, NetIdentity, PixelArray
from memapp.intake.load import load_photo
from memapp.pipeline.explain_run import Explainers, explain_run
from memapp.pipeline.measured_scores import MeasuredScores
from memapp.scoring.explain.occlusion import OcclusionMapMaker
from memapp.scoring.explain.regions import FilledRegions
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory, BrightnessScorer, HalvesFactory, HalvesSegmenter

PASSES = 127


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(5).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def explained(
    photo: Path, factory: BrightnessFactory, measured: MeasuredScores, *, leave_at: int | None = None
) -> MemorabilityMap | None:
    """Explain a photo, or leave it after so many steps."""
    status, control = photo.stat(), RunControl()
    run = explain_run(
        ExplainOrder(
            ImageKey(str(photo), status.st_size, status.st_mtime_ns), frozenset({Layer.MEMORABILITY})
        ),
        loader=load_photo,
        explainers=Explainers(
            scorers=measured.remembered_by(factory),
            segmenters=HalvesFactory(HalvesSegmenter()),
            map_makers={MapMethod.OCCLUSION: OcclusionMapMaker()},
            region_maker=FilledRegions(),
        ),
        store=None,
        control=control,
    )
    for event in run:
        match event:
            case ExplainProgress(done=done) if leave_at is not None and done >= leave_at:
                control.cancel()
            case Explained(part=MemorabilityMap() as part):
                return part
    return None


@pytest.mark.parametrize("leave_at", [40, 100])
def test_what_was_measured_is_not_measured_again(photo: Path, leave_at: int) -> None:
    scorer = BrightnessScorer()
    factory, measured = BrightnessFactory(scorer), MeasuredScores()
    assert explained(photo, factory, measured, leave_at=leave_at) is None
    assert leave_at <= scorer.scored < PASSES
    resumed = explained(photo, factory, measured)
    assert scorer.scored == PASSES
    afresh = explained(photo, BrightnessFactory(BrightnessScorer()), MeasuredScores())
    assert resumed is not None
    assert afresh is not None
    np.testing.assert_array_equal(resumed.in_frame, afresh.in_frame)
    assert (resumed.score, resumed.forward_passes) == (afresh.score, PASSES)


def frames(count: int) -> PixelArray:
    made: PixelArray = np.zeros((count, 227, 227, 3), np.uint8)
    made[:] = np.arange(count, dtype=np.uint8)[:, None, None, None]
    return made


class OtherNet(BrightnessFactory):
    def identity(self) -> NetIdentity:
        return dataclasses.replace(BRIGHTNESS_NET, sha256="f" * 64)


def test_each_net_has_scores_of_its_own() -> None:
    scorer, measured = BrightnessScorer(), MeasuredScores()
    for factory in (BrightnessFactory(scorer), OtherNet(scorer)):
        remembering = measured.remembered_by(factory).build(print)
        for _ in range(2):
            np.testing.assert_allclose(remembering.score(frames(3)), [0, 1 / 255, 2 / 255])
    assert scorer.scored == 6
    assert len(measured) == 6


def test_the_least_recently_used_scores_are_dropped_first() -> None:
    scorer, measured = BrightnessScorer(), MeasuredScores(most=4)
    remembering = measured.remembered_by(BrightnessFactory(scorer)).build(print)
    remembering.score(frames(4))
    remembering.score(frames(1))
    remembering.score(frames(6)[4:])
    assert len(measured) == 4
    assert scorer.scored == 6
    remembering.score(frames(1))
    assert scorer.scored == 6
    remembering.score(frames(2)[1:])
    assert scorer.scored == 7


def test_a_batch_that_fails_keeps_nothing_and_is_scored_again() -> None:
    scorer, measured = BrightnessScorer(fail_after=2), MeasuredScores()
    remembering = measured.remembered_by(BrightnessFactory(scorer)).build(print)
    remembering.score(frames(2))
    with pytest.raises(RuntimeError, match="on purpose"):
        remembering.score(frames(4))
    assert len(measured) == 2
    scorer.fail_after = None
    np.testing.assert_allclose(remembering.score(frames(4)), np.arange(4) / 255, atol=1e-6)
    remembering.close()
    assert scorer.closed
