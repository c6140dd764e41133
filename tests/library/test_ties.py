"""Ranks and ties of many scores at once are those of one at a time."""

from __future__ import annotations

import numpy as np

from memapp.library.order import Order, ordered
from memapp.library.ties import ranks_and_ties, ties_with_next
from tests.library.made import scored, scored_library


def test_they_are_those_of_one_score_at_a_time() -> None:
    values = np.random.default_rng(4).uniform(0.4, 1.0, 300)
    values[10:40] = values[50]
    ranks, ties = ranks_and_ties(values, 0.03)
    for value, rank, tied in zip(values, ranks, ties, strict=True):
        assert rank == 1 + np.count_nonzero(values > value + 1e-6)
        assert tied == np.count_nonzero(np.abs(values - value) < 0.03) - 1


def test_of_none_there_are_none() -> None:
    ranks, ties = ranks_and_ties(np.empty(0), 0.03)
    assert len(ranks) == len(ties) == 0


def test_a_tie_reaches_as_far_as_its_width_and_no_further_along_a_chain() -> None:
    library = scored_library([scored(f"{number}.jpg", 0.9 - 0.01 * number) for number in range(7)])
    descending = ordered(library, Order())
    # 0.90 to 0.88, 0.87 to 0.85, 0.84: each but the last is a tie of three, though all are a chain.
    assert ties_with_next(library, descending, 0.0299).tolist() == [True, True, False, True, True, False]
    rising = descending[::-1]
    assert ties_with_next(library, rising, 0.0299).tolist() == [True, True, False, True, True, False]
    assert not ties_with_next(library, descending, 0.0).any()
