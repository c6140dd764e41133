from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from memapp.core.net_ids import NetId
from memapp.core.nets import RESMEM, NetInfo
from memapp.core.records import EngineInfo, Failure, Precision, ScoredPhoto
from memapp.core.score_scale import FALSE_ALARMS, HITS
from memapp.library.columns import Column, ExportField, Kind, RangeFilter, Sorting
from memapp.library.library import Library
from memapp.library.order import Order
from memapp.library.photo_columns import PhotoState
from memapp.library.photo_description import detail_rows, spoken_text, tooltip
from memapp.library.scores import Scores
from tests.library.made import add, failed, key, names, new_library, scored

OTHER = NetInfo(NetId("other"), "Other", HITS, "Trained here.")
ALARMS = NetInfo(NetId("alarms"), "Alarms", FALSE_ALARMS, "")


@pytest.fixture
def library() -> Library:
    return new_library()


@pytest.fixture
def scores(library: Library) -> Scores:
    add(library, "a.jpg", "b.jpg", "c.jpg")
    return Scores(library)


def text_of(library: Library, name: str) -> str:
    """Return a photo's tooltip."""
    photo = library.photo(key(name))
    assert photo is not None
    return tooltip(photo)


def test_what_comes_of_photos(scores: Scores) -> None:
    scores.note_scores([scored("a.jpg", 0.8)])
    scores.note_failures([failed("b.jpg")])
    assert isinstance(scores.outcome(key("a.jpg")), ScoredPhoto)
    assert isinstance(scores.outcome(key("b.jpg")), Failure)
    assert scores.outcome(key("c.jpg")) is None
    assert [scores.count(state) for state in PhotoState] == [1, 1, 1]
    assert scores.keys_without_score() == [key("b.jpg"), key("c.jpg")]
    assert scores.keys_lacking("resmem") == [key("c.jpg")]
    assert [failure.key.name for failure in scores.failures()] == ["b.jpg"]


def test_an_outcome_keeps_what_computed_it(scores: Scores) -> None:
    engine = EngineInfo("onnxruntime", "cpu", "CPU, 2 cores")
    scores.note_scores([replace(scored("a.jpg", 0.8), engine=engine)])
    outcome = scores.outcome(key("a.jpg"))
    assert isinstance(outcome, ScoredPhoto)
    assert outcome.engine == engine


def test_an_exact_score_does_not_give_way_to_a_fast_one(scores: Scores) -> None:
    scores.note_scores([scored("a.jpg", 0.8, precision=Precision.FAST)])
    assert scores.scored_fast([key("a.jpg"), key("b.jpg")]) == [key("a.jpg")]
    scores.note_scores([scored("a.jpg", 0.7)])
    scores.note_scores([scored("a.jpg", 0.9, precision=Precision.FAST)])
    outcome = scores.outcome(key("a.jpg"))
    assert isinstance(outcome, ScoredPhoto)
    assert (outcome.score, outcome.precision) == (0.7, Precision.EXACT)


def test_news_of_another_state_of_a_file_is_passed_over(scores: Scores, library: Library) -> None:
    photo = library.id_of(key("a.jpg"))
    assert photo is not None
    library.set_state(photo, key("a.jpg", size=2000))
    scores.note_scores([scored("a.jpg", 0.8)])
    assert scores.count(PhotoState.SCORED) == 0


def test_a_photo_that_is_mended_is_no_failure_any_more(scores: Scores) -> None:
    scores.note_failures([failed("a.jpg")])
    scores.note_scores([scored("a.jpg", 0.8)])
    assert scores.failures() == []


def test_a_second_net_has_scores_of_its_own_and_can_be_shown(scores: Scores, library: Library) -> None:
    scores.set_nets([RESMEM, OTHER], shown=RESMEM)
    scores.note_scores([scored("a.jpg", 0.8), scored("b.jpg", 0.6)])
    scores.note_scores([scored("a.jpg", 0.2), scored("b.jpg", 0.3)], "other")
    assert names(library, Order("score"))[:2] == ["a.jpg", "b.jpg"]
    scores.set_nets([RESMEM, OTHER], shown=OTHER)
    assert names(library, Order("score"))[:2] == ["b.jpg", "a.jpg"]
    assert [each.score for each in scores.of_each_net(key("a.jpg"))] == [0.8, 0.2]
    scores.set_nets([OTHER], shown=OTHER)
    assert [each.net for each in scores.of_each_net(key("a.jpg"))] == [OTHER]
    assert "score:resmem" not in library.columns


def test_scores_of_a_net_that_is_not_held_are_passed_over(scores: Scores) -> None:
    scores.note_scores([scored("a.jpg", 0.8)], "other")
    assert not scores.has_any(key("a.jpg"))


def test_two_nets_that_disagree(library: Library) -> None:
    count = 12
    file_names = [f"{number:02}.jpg" for number in range(count)]
    add(library, *file_names)
    scores = Scores(library)
    scores.set_nets([RESMEM, OTHER], shown=RESMEM)
    scores.note_scores([scored(name, number / count) for number, name in enumerate(file_names)])
    scores.note_scores([scored(name, 1 - number / count) for number, name in enumerate(file_names)], "other")
    scores.compare((RESMEM, OTHER), flagged_from=50)
    assert scores.disagreement(key("11.jpg")) == pytest.approx(100, abs=10)
    assert scores.flag(key("06.jpg")) is None
    assert "ResMem places it" in scores.disagreement_text(key("11.jpg"))
    assert "ResMem places it" in text_of(library, "11.jpg")
    assert "places it" not in text_of(library, "06.jpg")
    assert names(library, Order("disagreement"))[0] in {"00.jpg", "11.jpg"}
    scores.compare(None)
    assert "disagreement" not in library.columns


def test_tooltips_say_score_meaning_and_failure(scores: Scores, library: Library) -> None:
    scores.note_scores([scored("a.jpg", 0.82)])
    scores.note_failures([failed("b.jpg")])
    assert "About 82 of 100 people" in text_of(library, "a.jpg")
    assert "ends too early" in text_of(library, "b.jpg")
    assert "Waiting for its score." in text_of(library, "c.jpg")


def test_names_are_escaped_in_tooltips(library: Library) -> None:
    add(library, "<img src=x>.jpg")
    assert "&lt;img" in text_of(library, "<img src=x>.jpg")


def test_a_screen_reader_hears_one_line(scores: Scores, library: Library) -> None:
    scores.note_scores([scored("a.jpg", 0.82, precision=Precision.FAST)])
    scores.note_failures([failed("b.jpg")])
    said = [spoken_text(photo) for name in "abc" if (photo := library.photo(key(f"{name}.jpg")))]
    assert said[0].startswith("a.jpg, fast score 0.82, ")
    assert said[1:] == ["b.jpg, file is damaged", "c.jpg, waiting for its score"]


def test_false_alarms_have_no_percentile(library: Library) -> None:
    add(library, "a.jpg")
    scores = Scores(library)
    scores.set_nets([ALARMS], shown=ALARMS)
    scores.note_scores([scored("a.jpg", 0.05)], "alarms")
    assert np.isnan(library.value(key("a.jpg"), "percentile"))
    assert "by Alarms." in text_of(library, "a.jpg")


def test_a_column_that_is_declared_once_is_everywhere(scores: Scores, library: Library) -> None:
    likes = Column(
        id="likes",
        title="Likes",
        kind=Kind.INTEGER,
        missing=-1,
        sort=Sorting(descending_first=True),
        filter=RangeFilter(0, 5),
        tooltip=True,
        spoken=True,
        details=True,
        export=ExportField("likes"),
    )
    library.register(likes)
    photo = library.id_of(key("b.jpg"))
    assert photo is not None
    library.set("likes", {photo: 4})
    assert likes in library.columns.sortable
    assert likes in library.columns.filterable
    assert likes in library.columns.exported
    assert names(library, Order.natural(likes))[0] == "b.jpg"
    assert "Likes: 4" in text_of(library, "b.jpg")
    assert "Likes" not in text_of(library, "a.jpg")
    found = library.photo(photo)
    assert found is not None
    assert ("Likes", "4") in detail_rows(found)
    assert spoken_text(found).endswith("likes 4")
    assert likes.exported(found) == 4


def test_a_score_that_says_little_is_marked_and_left_out_of_rankings(
    scores: Scores, library: Library
) -> None:
    damaged = scored("b.jpg", 0.9)
    damaged = replace(damaged, facts=replace(damaged.facts, missing=0.47))
    scores.note_scores([scored("a.jpg", 0.8), damaged])
    assert scores.shown_scores(Precision.EXACT).tolist() == [0.8]
    assert scores.score_count(Precision.EXACT) == 2
    photo = library.photo(key("b.jpg"))
    assert photo is not None
    assert ("Caution", "Damaged") in detail_rows(photo)
    assert "about 47 % of the picture" in tooltip(photo)
    assert "people's scores" not in tooltip(photo)
    assert spoken_text(photo) == "b.jpg, damaged, score 0.90"
    assert "Caution" not in dict(detail_rows(library.photo(key("a.jpg")) or photo))
    # Once the file is mended and scored again, it is a photo like others.
    scores.note_scores([scored("b.jpg", 0.9)])
    assert scores.shown_scores(Precision.EXACT).tolist() == [0.8, 0.9]


def test_two_nets_are_not_compared_on_a_damaged_photo(library: Library) -> None:
    scores = Scores(library)
    scores.set_nets([RESMEM, OTHER], shown=RESMEM)
    file_names = [f"{number:02}.jpg" for number in range(12)]
    add(library, *file_names)
    for net in (RESMEM, OTHER):
        values = [number / 12 if net is RESMEM else 1 - number / 12 for number in range(12)]
        photos = [scored(name, value) for name, value in zip(file_names, values, strict=True)]
        photos[0] = replace(photos[0], facts=replace(photos[0].facts, missing=0.0))
        scores.note_scores(photos, net.id)
    scores.compare((RESMEM, OTHER), flagged_from=50)
    assert scores.disagreement(key("00.jpg")) is None
    assert scores.disagreement(key("11.jpg")) == pytest.approx(100, abs=10)
