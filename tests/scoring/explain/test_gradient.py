"""The gradient map, for nets with a known result, and for ResMem compared with covering."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from memapp.core.control import RunControl
from memapp.core.errors import Cancelled, ExplanationError
from memapp.core.explanation import FrameMap
from memapp.core.frame import FRAME_SIDE
from memapp.core.records import PixelArray
from memapp.core.resources import resources_folder
from memapp.intake.load import load_photo
from memapp.scoring.explain.fills import blurred_frame
from memapp.scoring.explain.gradient import SPOTS, GradientMapMaker, _Net
from memapp.scoring.weights import WeightsLocator
from tests.scoring.explain.driving import drive, grey_frame_with

pytest.importorskip("torch", reason="gradients need torch")

import torch


class BrightnessNet(torch.nn.Module):
    """Scores by mean brightness, through a layer of 28 x 28 places."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.AvgPool2d(8)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        places: torch.Tensor = self.layer(pictures)
        return places.mean(dim=(1, 2, 3))


class CornerNet(BrightnessNet):
    """Uses only the upper left 80 x 80 pixels."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        places: torch.Tensor = self.layer(pictures)
        return places[:, :, :10, :10].std(dim=(1, 2, 3))


def no_scorer() -> object:
    raise AssertionError("gradients come from torch")


def maker_of(net: BrightnessNet, home: Path) -> GradientMapMaker:
    maker = GradientMapMaker(weights=WeightsLocator(resources=home, home=home))
    maker._net = _Net(net, layers={net.layer: 1.0})
    return maker


def explain(maker: GradientMapMaker, frame: PixelArray) -> FrameMap:
    made, steps = drive(maker.make(frame, scorer=no_scorer, control=RunControl()))  # type: ignore[arg-type]
    assert steps[-1] == (made.forward_passes, made.forward_passes)
    return made


@pytest.mark.parametrize(("level", "sign"), [(250, 1), (5, -1)])
def test_bright_parts_raise_and_dark_parts_lower_the_score(tmp_path: Path, level: int, sign: int) -> None:
    frame = grey_frame_with(level, top=60, left=110, side=60)
    made = explain(maker_of(BrightnessNet(), tmp_path), frame)
    assert made.values.shape == (FRAME_SIDE, FRAME_SIDE)
    assert made.values.dtype == np.float32
    assert made.score == pytest.approx(frame.mean() / 255, abs=2e-3)  # the layer leaves out 3 pixels
    strongest = np.unravel_index((sign * made.values).argmax(), made.values.shape)
    assert 60 <= strongest[0] < 120
    assert 110 <= strongest[1] < 170


def test_a_net_that_looks_at_one_corner_has_its_map_there(tmp_path: Path) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (FRAME_SIDE, FRAME_SIDE, 3), np.uint8)
    values = np.abs(explain(maker_of(CornerNet(), tmp_path), frame).values)
    assert values[:80, :80].mean() > 20 * values[140:, 140:].mean()


def test_spots_add_up_to_the_difference_from_the_baselines(tmp_path: Path) -> None:
    frame = grey_frame_with(250, top=0, left=0, side=120, ground=60)
    made = explain(maker_of(BrightnessNet(), tmp_path), frame)
    pictures = (float(blurred_frame(frame).mean()) + frame.mean()) / 2 / 255
    assert made.values.mean() * SPOTS**2 == pytest.approx(made.score - pictures, abs=0.005)
    # Deep inside the bright part the blurred frame is as bright; only the mean colour is darker.
    deep = (250 - frame.mean()) / 255 / 2 / SPOTS**2
    assert made.values[20:60, 20:60].mean() == pytest.approx(deep, rel=0.15)


def test_without_torch_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    maker = GradientMapMaker(weights=WeightsLocator(resources=tmp_path, home=tmp_path))
    with pytest.raises(ExplanationError, match="torch, which is not installed"):
        explain(maker, grey_frame_with(1, top=0, left=0, side=1))


def test_cancel_ends_it(tmp_path: Path) -> None:
    control = RunControl()
    maker = maker_of(BrightnessNet(), tmp_path)
    work = maker.make(
        grey_frame_with(250, top=9, left=9, side=60),
        scorer=no_scorer,  # type: ignore[arg-type]
        control=control,
    )
    next(work)
    control.cancel()
    with pytest.raises(Cancelled):
        drive(work)


@pytest.mark.slow
@pytest.mark.weights
def test_resmem_agrees_with_covering(memapp_home: Path) -> None:
    weights = WeightsLocator(resources=resources_folder(), home=memapp_home)
    frame = load_photo(str(resources_folder() / "samples" / "Coffee.jpg"), frame=True).frame
    assert frame is not None
    maker = GradientMapMaker(weights=weights)
    first, again = explain(maker, frame), explain(maker, frame)
    maker.close()
    assert 0.4 < first.score < 1
    assert np.isfinite(first.values).all()
    assert 0.005 < np.abs(first.values).max() < 1
    np.testing.assert_allclose(first.values, again.values, atol=1e-6)
