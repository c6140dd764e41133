"""What tests of several nets in the window share: the nets, the photos, and what is on screen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtWidgets import QLabel, QToolButton

from memapp.core.net_ids import NetId
from memapp.core.nets import NetInfo
from memapp.core.records import ImageKey, NetIdentity, PixelArray
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.gui.window.net_commands import NetCommands
from tests.fakes import BrightnessFactory, BrightnessScorer
from tests.gui.window_bench import WindowBench

FALSERESMEM = NetInfo(NetId("falseresmem"), "FalseResMem", FALSE_ALARMS, "Published: false alarms.")
TEAM = NetInfo(NetId("team"), "M3M: team", HITS, "Trained here.", removable=True)

# Twelve photos, dark to light, no two of which tie; "03.png" is placed first by the team's net.
GREYS = {f"{number:02}.png": 20 + 20 * number for number in range(12)}
ODD = "03.png"


class OddScorer(BrightnessScorer):
    """As bright as it is, but for one photo, which it finds best."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        scores = super().score(frames)
        scores[np.isclose(scores, GREYS[ODD] / 255, atol=1e-3)] = 0.99
        return scores


class TenthScorer(BrightnessScorer):
    """The brighter, the more false alarms; a tenth of the brightness."""

    def score(self, frames: PixelArray) -> npt.NDArray[np.float32]:
        return super().score(frames) / np.float32(10)


def identity(net: NetInfo) -> NetIdentity:
    return NetIdentity(net.title, net.id.ljust(64, "0"), "test-1")


def team(build_problem: Exception | None = None) -> BrightnessFactory:
    return BrightnessFactory(OddScorer(), identity=identity(TEAM), build_problem=build_problem)


def false_alarms() -> BrightnessFactory:
    return BrightnessFactory(TenthScorer(), identity=identity(FALSERESMEM))


def nets(bench: WindowBench) -> NetCommands:
    return bench.window.nets


def choose(bench: WindowBench, *names: str) -> None:
    nets(bench).choose(names)
    bench.until_done()


def net_button(bench: WindowBench) -> QToolButton:
    [button] = [
        each
        for each in bench.window.findChildren(QToolButton)
        if each.toolTip() == "The scoring model whose scores are shown"
    ]
    return button


def keys(bench: WindowBench) -> list[ImageKey]:
    return bench.window.library.keys()


def team_scores(bench: WindowBench) -> dict[str, float | None]:
    return {
        key.name: said.score
        for key in keys(bench)
        for said in bench.window.scores.of_each_net(key)
        if said.net == TEAM
    }


def flags(bench: WindowBench) -> dict[str, int]:
    nets(bench).comparison.refresh()
    found = {key.name: bench.window.scores.flag(key) for key in keys(bench)}
    return {name: round(points) for name, points in found.items() if points is not None}


def labels(bench: WindowBench) -> list[str]:
    return [
        each.text()
        for each in bench.window.inspector.findChildren(QLabel)
        if each.isVisible() and each.text()
    ]
