"""The best set: a few of many photos, memorable and unlike each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from memapp.core.likeness import FEATURES, Likeness, unit_features
from memapp.core.marks import Flag
from memapp.core.records import ImageKey
from memapp.core.score_scale import ScoreScale
from memapp.library.changes import Rows
from memapp.library.marks import FLAG
from memapp.library.photo_columns import PART, Part
from memapp.library.scores import Scores
from memapp.library.stack_columns import COMPANION, STACK

FloatArray = npt.NDArray[np.float32]

MOST_CANDIDATES = 20_000
"""Of more photos only so many take part, the highest scores: their features take 80 MB."""

ALIKE = 0.7
"""Cosine of the features from which a photo counts as one like a chosen one. In the measurements for moments
(docs/decisions/moments.md) variants of one photo lie at 0.81 and above, and different photos at 0.48 in the
median."""

SOFT_BELOW = 20.0
"""Sharpness (core/likeness.py) below which a photo counts as soft. A smooth subject has a low one, too, so
the threshold is low: docs/decisions/best-set.md."""

DEFAULT_VARIETY = 0.3

_UNKNOWN_LIKENESS = 0.5
"""How alike a photo counts to others where nothing was noted of it: as much as different photos are."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What is chosen from, n photos."""

    rows: Rows
    """(n,): any numbers that name the photos."""
    worth: npt.NDArray[np.float64]
    """(n,), 0..1: how good each score is; none is NaN."""
    features: FloatArray
    """Unit vectors, (n, features); zeros where nothing was noted."""
    taken: npt.NDArray[np.int64]
    """(n,): when each was taken; the earlier one is chosen among equals, where their worth is equal, too."""
    groups: npt.NDArray[np.int64] | None = None
    """(n,): photos of one group are of one moment, and one of them is chosen at most; -1 for none."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen photo, and why."""

    row: int
    rank: int
    """Its place among the candidates by score, from 1."""
    stands_for: int
    """How many candidates that were not chosen are more like this one than like any other chosen one."""
    likeness: float
    """To the most similar photo that was chosen before it, 0..1; 0 for the first."""


def candidates_from(
    scores: Scores, rows: Rows, likenesses: Mapping[ImageKey, Likeness], *, leave_out_soft: bool = False
) -> Candidates:
    """Return those of these rows that can be weighed against each other; MOST_CANDIDATES at most.

    Photos without a score, rejected ones, those that the net can't judge and the RAW files of a shot take no
    part. Fast scores take part only where there are no exact ones. Photos of one moment are one group.

    Args:
        scores: of the net that is shown.
        rows: of the library, each once.
        likenesses: what was noted of their photos.
        leave_out_soft: whether photos that count as soft take no part; where nothing is known they do.
    """
    library = scores.library
    rows = rows[~np.isnan(library.values("score")[rows]) & (library.values(FLAG)[rows] != Flag.REJECT)]
    rows = rows[library.values(COMPANION)[rows] == 0]
    parts = library.values(PART)[rows]
    part = Part.EXACT if np.any(parts == Part.EXACT) else Part.FAST
    rows = rows[parts == part]
    noted = [likenesses.get(key) for key in library.keys_at(rows)]
    if leave_out_soft:
        sharp = np.array([like is None or not is_soft(like) for like in noted], np.bool_)
        rows = rows[sharp]
        noted = [like for like, is_sharp in zip(noted, sharp, strict=True) if is_sharp]
    worth = _worth(np.asarray(library.values("score")[rows], np.float64), scores.shown.scale)
    best = np.sort(np.argsort(-worth, kind="stable")[:MOST_CANDIDATES])
    features = np.zeros((len(best), FEATURES), np.float32)
    known = [(place, like) for place, row in enumerate(best.tolist()) if (like := noted[row]) is not None]
    if known:
        features[[place for place, _ in known]] = unit_features([like.features for _, like in known])
    stacks = library.values(STACK)[rows[best]]
    return Candidates(
        rows[best],
        worth[best],
        features,
        np.asarray(library.values("taken")[rows[best]], np.int64),
        np.where(stacks > 0, stacks, -1),
    )


def _worth(scores: npt.NDArray[np.float64], scale: ScoreScale) -> npt.NDArray[np.float64]:
    """Return how good scores are, 0..1: their places among people's, else from the worst to the best."""
    if scale.has_percentiles:
        return np.array([(scale.percentile(score) or 0) / 100 for score in scores.tolist()], np.float64)
    if not len(scores) or np.ptp(scores) == 0:
        return np.ones(len(scores))
    place: npt.NDArray[np.float64] = (scores - scores.min()) / np.ptp(scores)
    return 1 - place if scale.low_is_better else place


def is_soft(likeness: Likeness) -> bool:
    """Return whether a photo is so blurred that it counts as soft."""
    return likeness.sharpness is not None and likeness.sharpness < SOFT_BELOW


def choose_best(
    candidates: Candidates,
    count: int,
    *,
    variety: float = DEFAULT_VARIETY,
    checkpoint: Callable[[], None] = lambda: None,
) -> list[Choice]:
    """Choose photos one after the other by maximal marginal relevance (Carbonell and Goldstein, 1998).

    Each time the one is chosen whose (1 - variety) x worth - variety x likeness is highest: the likeness is
    the cosine to the most similar chosen photo.

    Args:
        candidates: what is chosen from.
        count: how many are wanted, at least 1; fewer are returned where there are no more.
        variety: 0 takes the highest scores, 1 the greatest differences.
        checkpoint: called before each choice; may raise to end the work.

    Returns:
        The choices, in the order in which they were made.
    """
    worth, features = candidates.worth, candidates.features
    total = len(worth)
    noted = np.any(features, axis=1)
    ranks = 1 + np.searchsorted(np.sort(-worth), -worth, side="left")
    nearest = np.zeros(total)
    standing = np.full(total, -1)
    alike = np.full(total, -1.0)
    available = np.ones(total, np.bool_)
    chosen: list[tuple[int, float]] = []
    while len(chosen) < count and available.any():
        checkpoint()
        gain = np.where(available, (1 - variety) * worth - variety * nearest, -np.inf)
        equals = np.flatnonzero(gain >= gain.max() - 1e-9)
        equals = equals[worth[equals] >= worth[equals].max() - 1e-9]
        pick = int(equals[np.argmin(candidates.taken[equals])])
        chosen.append((pick, float(nearest[pick])))
        available[pick] = False
        if candidates.groups is not None and candidates.groups[pick] >= 0:
            available[candidates.groups == candidates.groups[pick]] = False
        likeness = np.full(total, _UNKNOWN_LIKENESS)
        if noted[pick]:
            likeness[noted] = np.clip(features[noted] @ features[pick], 0, 1)
            closer = noted & (likeness > alike)
            standing[closer], alike[closer] = len(chosen) - 1, likeness[closer]
        nearest = np.maximum(nearest, likeness)
    picked = np.zeros(total, np.bool_)
    picked[[pick for pick, _ in chosen]] = True
    stood_for = standing[~picked & (alike >= ALIKE)]
    counts = np.bincount(stood_for, minlength=len(chosen))
    return [
        Choice(int(candidates.rows[pick]), int(ranks[pick]), int(counts[place]), likeness)
        for place, (pick, likeness) in enumerate(chosen)
    ]
