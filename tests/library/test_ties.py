"""Ranks and ties of many scores at once are those of one at a time."""

from __future__ import annotations

import numpy as np

from memapp.library.ties import ranks_and_ties


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
