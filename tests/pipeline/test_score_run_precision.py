"""Runs with a fast or an exact net: which known scores they use, and how photos are decoded."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memapp.core.events import (
    Scored,
)
from memapp.core.records import (
    LoadedPhoto,
    Precision,
)
from memapp.intake.load import load_photo
from tests.fakes import BRIGHTNESS_NET, BrightnessFactory
from tests.pipeline.score_runs import run, scores

FAST_NET = replace(BRIGHTNESS_NET, precision=Precision.FAST)


def test_a_fast_run_computes_nothing_that_is_known_exactly(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    list(run(folder / "7.png", home=home))
    fast = BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,))
    events = list(run(folder, home=home, factory=fast))
    assert list(scores(events, known=True)) == ["7.png"]
    precisions = {
        photo.key.name: photo.precision
        for event in events
        if isinstance(event, Scored)
        for photo in event.photos
    }
    assert precisions.pop("7.png") is Precision.EXACT
    assert set(precisions.values()) == {Precision.FAST}


def test_an_exact_run_uses_no_fast_score(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    list(
        run(
            folder,
            home=home,
            factory=BrightnessFactory(identity=FAST_NET, equivalent_identities=(BRIGHTNESS_NET,)),
        )
    )
    events = list(run(folder, home=home))
    assert scores(events, known=True) == {}
    assert len(scores(events, known=False)) == 20


@pytest.mark.parametrize("precision", list(Precision))
def test_photos_are_decoded_for_the_nets_precision(folder: Path, precision: Precision) -> None:
    asked: set[object] = set()

    def loader(path: str, **options: Any) -> LoadedPhoto:
        asked.add(options["precision"])
        return load_photo(path, **options)

    net = dataclasses.replace(BRIGHTNESS_NET, precision=precision)
    assert len(scores(run(folder, factory=BrightnessFactory(identity=net), loader=loader))) == 20
    assert asked == {precision}
