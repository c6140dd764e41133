"""The grid's models with the scores of several nets."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.gui.grid.item_model import PhotoItemModel
from memapp.gui.grid.photo_filter import PhotoFilter
from memapp.gui.grid.roles import PhotoRole, PhotoState, SortKey
from memapp.gui.grid.sort_proxy import PhotoSortProxy
from tests.gui.grid.photos import add_scored, failed, key, scored, scored_fast, shown_names

TEAM = NetInfo(NetId("team"), "M3M: team", HITS, "Trained here.", removable=True)
FALSE = NetInfo(NetId("falseresmem"), "FalseResMem", FALSE_ALARMS, "Published.")
NAMES = ["a.jpg", "b.jpg", "c.jpg"]


@pytest.fixture
def filled(model: PhotoItemModel, proxy: PhotoSortProxy) -> PhotoSortProxy:
    """Three photos; the team's net orders them the other way round."""
    model.set_nets([RESMEM, TEAM], shown=RESMEM)
    add_scored(model, *(scored(name, score) for name, score in zip(NAMES, (0.9, 0.8, 0.7), strict=True)))
    model.set_scores(
        [scored(name, score) for name, score in zip(NAMES, (0.5, 0.6, 0.7), strict=True)], TEAM.id
    )
    proxy.refresh()
    return proxy


def test_the_order_is_that_of_the_net_that_is_shown(filled: PhotoSortProxy, model: PhotoItemModel) -> None:
    assert shown_names(filled) == NAMES
    model.set_nets([RESMEM, TEAM], shown=TEAM)
    filled.refresh()
    assert shown_names(filled) == NAMES[::-1]
    assert [filled.index(row, 0).data(PhotoRole.SCORE) for row in range(3)] == [0.7, 0.6, 0.5]


def test_the_scores_of_a_net_that_is_not_held_are_passed_over(
    filled: PhotoSortProxy, model: PhotoItemModel
) -> None:
    model.set_scores([scored("a.jpg", 0.1)], FALSE.id)
    assert [said.score for said in model.net_scores(key("a.jpg"))] == [0.9, 0.5]
    model.set_nets([RESMEM], shown=RESMEM)
    model.set_nets([RESMEM, TEAM], shown=RESMEM)
    assert [said.score for said in model.net_scores(key("a.jpg"))] == [0.9, None]


def test_a_photo_that_the_shown_net_lacks_waits_for_it(filled: PhotoSortProxy, model: PhotoItemModel) -> None:
    model.set_nets([RESMEM, TEAM, FALSE], shown=FALSE)
    assert model.count(PhotoState.WAITING) == 3
    assert model.outcome(key("a.jpg")) is None
    assert model.facts(key("a.jpg")) is not None
    assert model.keys_lacking(FALSE.id) == [key(name) for name in NAMES]
    assert model.keys_without_score() == []
    model.set_scores([scored("b.jpg", 0.05)], FALSE.id)
    assert model.count(PhotoState.SCORED) == 1
    assert model.keys_lacking(FALSE.id) == [key("a.jpg"), key("c.jpg")]


def test_failed_photos_stay_failed_whatever_net_is_shown(
    filled: PhotoSortProxy, model: PhotoItemModel
) -> None:
    model.set_failures([failed("broken.jpg")])
    model.set_nets([RESMEM, TEAM], shown=TEAM)
    assert model.count(PhotoState.FAILED) == 1
    assert model.keys_lacking(TEAM.id) == []
    assert model.keys_without_score() == [key("broken.jpg")]


def test_scores_stay_with_their_photos_when_others_go(filled: PhotoSortProxy, model: PhotoItemModel) -> None:
    model.remove([key("a.jpg")])
    model.set_nets([RESMEM, TEAM], shown=TEAM)
    add_scored(model, scored("d.jpg", 0.85))
    found = {each.name: [said.score for said in model.net_scores(each)] for each in model.all_keys()}
    assert found == {"b.jpg": [0.8, 0.6], "c.jpg": [0.7, 0.7], "d.jpg": [0.85, None]}


def test_only_resmems_scores_are_scored_exactly_on_request(model: PhotoItemModel) -> None:
    model.set_nets([RESMEM, TEAM], shown=TEAM)
    add_scored(model, scored_fast("a.jpg", 0.9))
    model.set_scores([scored("a.jpg", 0.5)], TEAM.id)
    assert model.scored_fast([key("a.jpg")]) == [key("a.jpg")]
    model.set_nets([TEAM], shown=TEAM)
    assert model.scored_fast([key("a.jpg")]) == []


def test_ties_are_those_of_the_net_that_is_shown(model: PhotoItemModel, proxy: PhotoSortProxy) -> None:
    model.set_nets([FALSE], shown=FALSE)
    model.add(key(name) for name in NAMES)
    model.set_scores(
        [scored(name, score) for name, score in zip(NAMES, (0.06, 0.057, 0.04), strict=True)], FALSE.id
    )
    proxy.refresh()
    assert proxy.index(0, 0).data(PhotoRole.TIE_WITH_NEXT)
    # 0.017 apart would be a tie of hits.
    assert not proxy.index(1, 0).data(PhotoRole.TIE_WITH_NEXT)


def test_disagreement_flags_sorts_and_filters(
    filled: PhotoSortProxy, model: PhotoItemModel, qtbot: QtBot
) -> None:
    def disagree(*points: float) -> None:
        model.set_disagreement(np.array(points), flagged_from=25, compared=(RESMEM, TEAM))

    disagree(10.0, -60.0, np.nan)
    flags = [model.index(row, 0).data(PhotoRole.DISAGREEMENT) for row in range(3)]
    assert flags == [None, -60.0, None]
    assert model.disagreement(key("a.jpg")) == 10.0
    assert model.disagreement(key("c.jpg")) is None
    filled.set_sort(SortKey.DISAGREEMENT, descending=True)
    assert shown_names(filled) == ["b.jpg", "a.jpg", "c.jpg"]
    filled.set_filter(PhotoFilter(disagreement=25))
    assert shown_names(filled) == ["b.jpg"]
    # What changes while it is filtered comes and goes by itself.
    disagree(70.0, -10.0, np.nan)
    qtbot.waitUntil(lambda: shown_names(filled) == ["a.jpg"])
    model.set_disagreement(None)
    qtbot.waitUntil(lambda: shown_names(filled) == [])
