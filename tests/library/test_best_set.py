"""The best set: highest scores, or unlike each other, or both; never two of one moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from memapp.core.likeness import FEATURES, Likeness, pack_features
from memapp.core.marks import Flag
from memapp.core.records import ImageKey, PhotoFacts, PhotoId, Precision, ScoredPhoto
from memapp.library.best_set import SOFT_BELOW, Candidates, Choice, candidates_from, choose_best
from memapp.library.library import Library
from memapp.library.marks import FLAG
from memapp.library.photo_columns import photo_columns
from memapp.library.scores import Scores
from memapp.library.stack_columns import COMPANION, STACK


def unit(*vectors: tuple[float, ...]) -> npt.NDArray[np.float32]:
    found = np.array(vectors, np.float32)
    units: npt.NDArray[np.float32] = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return units


def candidates(
    worth: list[float],
    features: npt.NDArray[np.float32] | None = None,
    *,
    taken: list[int] | None = None,
    groups: list[int] | None = None,
) -> Candidates:
    count = len(worth)
    return Candidates(
        rows=np.arange(count) + 100,
        worth=np.array(worth, dtype=np.float64),
        features=np.eye(count, 4, dtype=np.float32) if features is None else features,
        taken=np.array(taken or range(count), dtype=np.int64),
        groups=None if groups is None else np.array(groups, dtype=np.int64),
    )


def rows(choices: list[Choice]) -> list[int]:
    return [choice.row - 100 for choice in choices]


BEACH, BEACH_AGAIN, FOREST, FOREST_AGAIN = (1.0, 0.1), (1.0, 0.2), (0.1, 1.0), (0.2, 1.0)


def test_without_variety_the_highest_scores_are_chosen() -> None:
    chosen = choose_best(candidates([0.5, 0.9, 0.7, 0.8]), 3, variety=0)
    assert rows(chosen) == [1, 3, 2]
    assert [choice.rank for choice in chosen] == [1, 2, 3]


def test_with_variety_the_second_is_unlike_the_first() -> None:
    scenes = candidates([0.9, 0.89, 0.7, 0.6], unit(BEACH, BEACH_AGAIN, FOREST, FOREST_AGAIN))
    assert rows(choose_best(scenes, 2, variety=0.0)) == [0, 1]
    assert rows(choose_best(scenes, 2, variety=0.5)) == [0, 2]
    # Then the likeness decides alone, and the first one is still the best.
    assert rows(choose_best(scenes, 2, variety=1.0)) == [0, 2]
    last_is_best = candidates([0.5, 0.6, 0.9], unit(BEACH, FOREST, FOREST_AGAIN))
    assert rows(choose_best(last_is_best, 2, variety=1.0)) == [2, 0]


def test_a_choice_says_how_many_it_stands_for_and_what_it_is_like() -> None:
    scenes = candidates([0.9, 0.89, 0.7, 0.6], unit(BEACH, BEACH_AGAIN, FOREST, FOREST_AGAIN))
    first, second = choose_best(scenes, 2, variety=0.5)
    assert (first.stands_for, second.stands_for) == (1, 1)
    assert first.likeness == 0
    assert second.likeness == pytest.approx(float(unit(BEACH)[0] @ unit(FOREST)[0]), abs=1e-6)
    (alone,) = choose_best(scenes, 1, variety=0.5)
    assert alone.stands_for == 1, "the forest is not like the beach"


def test_one_of_a_moment() -> None:
    burst = candidates([0.9, 0.89, 0.88, 0.5], groups=[7, 7, 7, -1])
    assert rows(choose_best(burst, 4, variety=0)) == [0, 3]


def test_among_equals_the_earlier_one() -> None:
    assert rows(choose_best(candidates([0.8, 0.8, 0.8], taken=[30, 10, 20]), 2, variety=0)) == [1, 2]


def test_nothing_noted_counts_as_different_and_stands_for_nothing() -> None:
    features = unit(BEACH, BEACH_AGAIN, (0, 0), (0, 0))
    chosen = choose_best(candidates([0.9, 0.88, 0.87, 0.5], features), 2, variety=0.5)
    assert rows(chosen) == [0, 2]
    assert [choice.stands_for for choice in chosen] == [1, 0]


def test_fewer_where_there_are_no_more_and_none_of_none() -> None:
    assert rows(choose_best(candidates([0.5, 0.6]), 20)) == [1, 0]
    assert choose_best(candidates([], np.zeros((0, 4), np.float32)), 3) == []


def test_it_can_be_ended() -> None:
    def end() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        choose_best(candidates([0.5]), 1, checkpoint=end)


def test_who_takes_part() -> None:
    photos = [ImageKey(f"/shoot/{number}.jpg", number, 1) for number in range(7)]
    scores = Scores(Library(photo_columns()))
    scores.library.add((PhotoId(number), key) for number, key in enumerate(photos))
    facts = PhotoFacts(600, 400, "JPEG")
    scores.note_scores(
        ScoredPhoto(
            key, 0.9 - 0.05 * number, facts, precision=Precision.FAST if number == 6 else Precision.EXACT
        )
        for number, key in enumerate(photos)
        if number != 5
    )
    library = scores.library
    library.set(STACK, {PhotoId(0): 4, PhotoId(1): 4, PhotoId(2): -2})
    library.set(COMPANION, {PhotoId(3): 1})
    library.set(FLAG, {PhotoId(4): int(Flag.REJECT)})
    likenesses = {
        photos[0]: Likeness(pack_features(np.ones((1, FEATURES), np.float32))[0], b"", SOFT_BELOW - 1)
    }
    found = candidates_from(scores, library.rows(), likenesses)
    assert found.rows.tolist() == [0, 1, 2], "without a RAW companion, a rejected, a waiting, a fast one"
    assert found.groups is not None
    assert found.groups.tolist() == [4, 4, -1], "a bracket is no moment"
    assert found.features[0].any()
    assert not found.features[1:].any()
    assert np.all(np.diff(found.worth) < 0)
    sharp = candidates_from(scores, library.rows(), likenesses, leave_out_soft=True)
    assert sharp.rows.tolist() == [1, 2]
    fast = candidates_from(scores, np.array([6]), {})
    assert fast.rows.tolist() == [6]
