"""The grid's models with the scores of several nets."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.gui.grid.grid_model import GridModel
from memapp.library.filtering import InRange, PhotoFilter
from memapp.library.order import Order
from memapp.library.scores import DISAGREEMENT
from tests.gui.grid.photos import add, add_scored, key, photo_id, scored, shown_names

TEAM = NetInfo(NetId("team"), "M3M: team", HITS, "Trained here.", removable=True)
FALSE = NetInfo(NetId("falseresmem"), "FalseResMem", FALSE_ALARMS, "Published.")
NAMES = ["a.jpg", "b.jpg", "c.jpg"]


@pytest.fixture
def filled(model: GridModel) -> GridModel:
    """Three photos; the team's net orders them the other way round."""
    model.scores.set_nets([RESMEM, TEAM], shown=RESMEM)
    add_scored(model, *(scored(name, score) for name, score in zip(NAMES, (0.9, 0.8, 0.7), strict=True)))
    model.scores.note_scores(
        [scored(name, score) for name, score in zip(NAMES, (0.5, 0.6, 0.7), strict=True)], TEAM.id
    )
    model.refresh()
    return model


def test_the_order_is_that_of_the_net_that_is_shown(filled: GridModel) -> None:
    assert shown_names(filled) == NAMES
    filled.scores.set_nets([RESMEM, TEAM], shown=TEAM)
    filled.refresh()
    assert shown_names(filled) == NAMES[::-1]
    assert [filled.tile(place).score for place in range(3)] == [0.7, 0.6, 0.5]


def test_another_net_puts_its_own_order_up_by_itself(filled: GridModel, qtbot: QtBot) -> None:
    filled.scores.set_nets([RESMEM, TEAM], shown=TEAM)
    qtbot.waitUntil(lambda: shown_names(filled) == NAMES[::-1])


def test_ties_and_bars_are_those_of_the_net_that_is_shown(model: GridModel) -> None:
    model.scores.set_nets([FALSE], shown=FALSE)
    add(model, *NAMES)
    model.scores.note_scores(
        [scored(name, score) for name, score in zip(NAMES, (0.06, 0.057, 0.04), strict=True)], FALSE.id
    )
    model.refresh()
    assert model.tile(0).tie_after
    # 0.017 apart would be a tie of hits.
    assert not model.tile(1).tie_after
    assert model.tile(0).score_range == (0.0, 0.15)
    assert model.tile(0).percentile is None


def test_disagreement_flags_sorts_and_filters(filled: GridModel, qtbot: QtBot) -> None:
    def disagree(*points: float) -> None:
        filled.library.set(
            DISAGREEMENT, {photo_id(key(name)): each for name, each in zip(NAMES, points, strict=True)}
        )

    filled.scores.compare((RESMEM, TEAM), flagged_from=25)
    disagree(10.0, -60.0, np.nan)
    assert [filled.tile(place).flag for place in range(3)] == [None, -60.0, None]
    filled.set_order(Order(DISAGREEMENT, descending=True))
    assert shown_names(filled) == ["b.jpg", "a.jpg", "c.jpg"]
    filled.set_filter(PhotoFilter((InRange(DISAGREEMENT, 25),)))
    assert shown_names(filled) == ["b.jpg"]
    # What changes while it is filtered comes and goes by itself.
    disagree(70.0, -10.0, np.nan)
    qtbot.waitUntil(lambda: shown_names(filled) == ["a.jpg"])
    # Another limit changes flags only.
    filled.scores.compare((RESMEM, TEAM), flagged_from=95)
    assert filled.order == Order(DISAGREEMENT, descending=True)
    # Where nothing is compared there is nothing to sort by.
    filled.scores.compare(None)
    assert filled.order == Order()
