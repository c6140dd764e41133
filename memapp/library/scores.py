"""The nets of a library: which are held, whose scores are shown, and the outcome of each photo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from memapp.core.caution import caution_of
from memapp.core.disagreement import disagreement
from memapp.core.nets import RESMEM, NetInfo, NetScore
from memapp.core.records import Failure, ImageKey, PhotoFacts, PhotoId, Precision, ScoredPhoto
from memapp.core.text import tr, trn
from memapp.library.changes import Rows
from memapp.library.columns import Column, Kind, RangeFilter, Sorting
from memapp.library.library import Library
from memapp.library.photo import Photo
from memapp.library.photo_columns import (
    CAUTION,
    PART,
    Part,
    PhotoState,
    engine_column,
    facts_of,
    failure_of,
    fast_column,
    net_columns,
    place_in_time,
    precision_of,
    score_column,
    score_of,
    shown_columns,
)

DISAGREEMENT = "disagreement"
"""The column of how far apart two nets place a photo, in points of a hundred, while two are compared."""

MOST_POINTS = 100
"""So far apart two nets can place a photo."""

Pair: TypeAlias = tuple[NetInfo, NetInfo]


class Scores:
    """The nets of a library, and their scores. Used by one thread."""

    def __init__(self, library: Library, *, net: NetInfo = RESMEM) -> None:
        """Take a library made with `photo_columns(net)`."""
        self.library = library
        self._nets: tuple[NetInfo, ...] = (net,)
        self._shown = net
        self._pair: Pair | None = None
        self._flagged_from = np.inf

    # Which nets

    @property
    def nets(self) -> tuple[NetInfo, ...]:
        """The nets whose scores are held."""
        return self._nets

    @property
    def shown(self) -> NetInfo:
        """The scoring model whose scores are shown."""
        return self._shown

    def set_nets(self, nets: Sequence[NetInfo], *, shown: NetInfo) -> None:
        """Hold the scores of these nets, and show those of one of them; failures stay."""
        before = {net.id for net in self._nets}
        wanted = {net.id for net in nets}
        for net in nets:
            if net.id not in before:
                self.library.register(*net_columns(net))
        if shown != self._shown:
            self.library.replace_columns(*shown_columns(shown))
        for name in before - wanted:
            self.library.unregister(score_column(name), fast_column(name), engine_column(name))
        self._nets, self._shown = tuple(nets), shown

    def holds(self, net: str) -> bool:
        """Return whether the scores of this net are held."""
        return any(each.id == net for each in self._nets)

    def snapshot(self, rows: Rows) -> Scores:
        """Return the scores of these photos alone, in the order given, for another thread to read."""
        copy = Scores(self.library.snapshot(rows), net=self._shown)
        copy._nets, copy._pair, copy._flagged_from = self._nets, self._pair, self._flagged_from
        return copy

    # What comes of photos

    def note_scores(self, photos: Iterable[ScoredPhoto], net: str = RESMEM.id) -> None:
        """Note the scores and facts of photos that are there in this state; others are passed over.

        An exact score that is known does not give way to a fast one. Scores of a net that is not held are
        passed over.
        """
        if not self.holds(net):
            return
        library, rows, kept = self.library, list[int](), list[ScoredPhoto]()
        known, is_fast = library.values(score_column(net)), library.values(fast_column(net))
        for photo in photos:
            row = library.row(photo.key)
            if row is None or (
                photo.precision is Precision.FAST and not np.isnan(known[row]) and not is_fast[row]
            ):
                continue
            rows.append(row)
            kept.append(photo)
        at = np.array(rows, dtype=np.int64)
        failed = at[library.values("failed")[at]]
        with library.gathered():
            library.set_rows("failed", failed, [False] * len(failed))
            library.set_rows("failure", failed, [None] * len(failed))
            library.set_rows(score_column(net), at, [photo.score for photo in kept])
            library.set_rows(fast_column(net), at, [photo.precision is Precision.FAST for photo in kept])
            library.set_rows(engine_column(net), at, [photo.engine for photo in kept])
            library.set_rows("facts", at, [photo.facts for photo in kept])
            library.set_rows(CAUTION, at, [caution_of(photo.facts) for photo in kept])
            library.set_rows("taken", at, [place_in_time(photo.facts.taken) for photo in kept])

    def note_failures(self, failures: Iterable[Failure]) -> None:
        """Note why photos have no score; what was known of the state of their files is forgotten."""
        found = {
            library_id: failure
            for failure in failures
            if (library_id := self.library.id_of(failure.key)) is not None
        }
        with self.library.gathered():
            self.library.blank(found)
            self.library.set("failed", dict.fromkeys(found, True))
            self.library.set("failure", found)

    def outcome(self, photo: PhotoId | ImageKey) -> ScoredPhoto | Failure | None:
        """Return the outcome of a photo, for the net that is shown; None while it waits or is not there."""
        found = self.library.photo(photo)
        return None if found is None else outcome_of(found, self._shown.id)

    def facts(self, photo: PhotoId | ImageKey) -> PhotoFacts | None:
        """Return what a photo's file says of itself; None until it was read."""
        found = self.library.photo(photo)
        return None if found is None else facts_of(found)

    def of_each_net(self, photo: PhotoId | ImageKey) -> tuple[NetScore, ...]:
        """Return the score of each net for a photo, in the order of the nets; empty where it is not there."""
        found = self.library.photo(photo)
        return () if found is None else tuple(_net_score(found, net) for net in self._nets)

    def has_any(self, photo: PhotoId | ImageKey) -> bool:
        """Return whether any net has scored a photo."""
        return any(each.score is not None for each in self.of_each_net(photo))

    # Several photos

    def count(self, state: PhotoState | None = None) -> int:
        """Return how many photos are there, all of them or those in one state."""
        if state is None:
            return len(self.library)
        return int(np.count_nonzero(self.library.values("state")[self.library.rows()] == state))

    def score_count(self, precision: Precision) -> int:
        """Return how many of the shown net's scores are of this precision."""
        rows = self.library.rows()
        scored = ~np.isnan(self.library.values("score")[rows])
        return int(np.count_nonzero(scored & (self._is_fast(rows) == (precision is Precision.FAST))))

    def shown_scores(self, precision: Precision) -> npt.NDArray[np.float64]:
        """Return the shown net's scores of this precision, in the order of arrival, shape (n,).

        Those that can't be compared with others are left out.
        """
        rows = self.library.rows()
        rows = rows[self.library.values(PART)[rows] != Part.CAUTION]
        scores = self.library.values("score")[rows]
        return np.asarray(scores[~np.isnan(scores) & (self._is_fast(rows) == (precision is Precision.FAST))])

    def _is_fast(self, rows: Rows) -> npt.NDArray[np.bool_]:
        return np.asarray(self.library.values("fast")[rows], dtype=np.bool_)

    def failures(self) -> list[Failure]:
        """Return why photos have no score, in the order of arrival."""
        rows = self.library.rows()
        failed = rows[self.library.values("failed")[rows]]
        return [failure for row in failed.tolist() if (failure := failure_of(Photo(self.library, row)))]

    def keys_lacking(self, net: str) -> list[ImageKey]:
        """Return the photos that could be read and have no score of this net, in the order of arrival."""
        rows = self.library.rows()
        lacking = (
            np.isnan(self.library.values(score_column(net))[rows]) & ~self.library.values("failed")[rows]
        )
        return self.library.keys_at(rows[lacking])

    def keys_without_score(self) -> list[ImageKey]:
        """Return the photos that failed or that no net has scored yet, in the order of arrival."""
        rows = self.library.rows()
        lacking = [np.isnan(self.library.values(score_column(net.id))[rows]) for net in self._nets]
        return self.library.keys_at(rows[np.all(lacking, axis=0)])

    def scored_fast(self, keys: Iterable[ImageKey]) -> list[ImageKey]:
        """Return those of the photos whose score by the published net is a fast one, in the order given."""
        if not self.holds(RESMEM.id):
            return []
        fast = self.library.values(fast_column(RESMEM.id))
        found = ((key, self.library.row(key)) for key in keys)
        return [key for key, row in found if row is not None and fast[row]]

    # Where two nets disagree

    @property
    def pair(self) -> Pair | None:
        """The two nets that are compared."""
        return self._pair

    def compare(self, pair: Pair | None, *, flagged_from: float = np.inf) -> None:
        """Compare two nets, flag photos that they place so many points apart; None to compare none."""
        if (pair, flagged_from) == (self._pair, self._flagged_from):
            return
        compared = self._pair is not None
        self._pair, self._flagged_from = pair, flagged_from
        if pair is None:
            if compared:
                self.library.unregister(DISAGREEMENT)
            return
        column = _disagreement_column(pair, flagged_from)
        if compared:
            # Replaced rather than removed, so that who sorts or filters by it goes on.
            self.library.replace_columns(column)
        else:
            self.library.register(column)
        self.update_disagreement()

    def update_disagreement(self) -> None:
        """Compute again how far apart the two nets place each photo.

        Fast scores, and photos that can't be compared with others, are left out.
        """
        if self._pair is None or not all(self.holds(net.id) for net in self._pair):
            return
        first, second = self._pair
        rows = self.library.rows()
        points = disagreement(
            self._exact(first.id)[rows],
            self._exact(second.id)[rows],
            first_tie=first.scale.tie_width,
            second_tie=second.scale.tie_width,
            first_is_best_low=first.scale.low_is_better,
            second_is_best_low=second.scale.low_is_better,
        )
        self.library.set_rows(DISAGREEMENT, rows, points)

    def disagreement(self, photo: PhotoId | ImageKey) -> float | None:
        """Return how far apart the two nets place a photo; None where that is not known."""
        if self._pair is None:
            return None
        points = self.library.value(photo, DISAGREEMENT)
        return None if points != points else float(points)

    def flag(self, photo: PhotoId | ImageKey) -> float | None:
        """Return the disagreement where it is large enough to be flagged."""
        points = self.disagreement(photo)
        return points if points is not None and abs(points) >= self._flagged_from else None

    def disagreement_text(self, photo: PhotoId | ImageKey) -> str:
        """Return the disagreement in words, however small; empty where it is not known."""
        points = self.disagreement(photo)
        return "" if points is None or self._pair is None else disagreement_sentence(points, *self._pair)

    def _exact(self, net: str) -> npt.NDArray[np.float64]:
        left_out = self.library.values(fast_column(net)) | (self.library.values(PART) == Part.CAUTION)
        return np.where(left_out, np.nan, self.library.values(score_column(net)))


def outcome_of(photo: Photo, net: str | None = None) -> ScoredPhoto | Failure | None:
    """Return the outcome of a photo, for the net that is shown; None while it waits."""
    score, facts = score_of(photo), facts_of(photo)
    if score is None or facts is None:
        return failure_of(photo)
    engine = None if net is None else photo[engine_column(net)]
    return ScoredPhoto(photo.key, score, facts, engine=engine, precision=precision_of(photo))


def disagreement_sentence(points: float, first: NetInfo, second: NetInfo) -> str:
    """Return how far apart two nets place a photo, in words; points as core.disagreement has them."""
    if round(points) == 0:
        return tr(
            "{first} and {second} give it about the same place in this list.",
            first=first.title,
            second=second.title,
        )
    above, below = (first, second) if points > 0 else (second, first)
    return trn(
        "{above} places it {count} point higher in this list than {below}.",
        "{above} places it {count} points higher in this list than {below}.",
        round(abs(points)),
        above=above.title,
        below=below.title,
    )


def _disagreement_column(pair: Pair, flagged_from: float) -> Column:
    def flagged(photo: Photo) -> str:
        points = photo[DISAGREEMENT]
        return disagreement_sentence(points, *pair) if abs(points) >= flagged_from else ""

    return Column(
        id=DISAGREEMENT,
        title=tr("Disagreement"),
        kind=Kind.NUMBER,
        details=True,
        sort=Sorting(descending_first=True, by_magnitude=True, place=5),
        filter=RangeFilter(0, MOST_POINTS, by_magnitude=True),
        text=lambda points: f"{points:+.0f}",
        tooltip=flagged,
        spoken=flagged,
    )


def _net_score(photo: Photo, net: NetInfo) -> NetScore:
    score = photo[score_column(net.id)]
    fast = photo[fast_column(net.id)]
    return NetScore(net, None if score != score else score, Precision.FAST if fast else Precision.EXACT)
