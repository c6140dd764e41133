"""Which photos belong together: of one moment, of one bracket, RAW and JPEG of one shot. Pure numpy.

The net's features propose pairs of photos, or the time does; the registration of their pictures decides
(docs/decisions/moments.md has the measurements behind each constant).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os.path import basename, dirname, splitext

import numpy as np
import numpy.typing as npt

from memapp.core.stacks import StackKind
from memapp.library.registration import FloatArray, Pairs, Registered, Registration

BURST_SECONDS = 10.0
"""Two photos taken further apart are not of one moment, unless others lie between them."""
BRACKET_SECONDS = 4.0
"""Two frames of a bracket start no further apart, beside the longer of their exposures."""
PAIR_SECONDS = 2.0
"""RAW and JPEG of one shot have the same time, but some cameras round one of them."""

_ALIKE_TIMED = 0.5
_MATCH_TIMED, _SHIFT_TIMED = 0.72, 0.25
_ALIKE = 0.6
_MATCH, _SHIFT = 0.86, 0.2
_ALIKE_ON_AVERAGE = 0.55
"""Cosine of two groups' mean features below which they stay apart: no chain leads to another scene."""
_NEXT = 3
_NEAREST = 3
"""How many photos each one is compared with: those taken next, and those most alike."""

_STOPS_APART = 0.6
"""Between the exposures of a bracket: two thirds of a stop, as cameras round them."""
_MATCH_BRACKET, _SHIFT_BRACKET, _ZOOM_BRACKET = 0.6, 0.06, 1.06

_MOST_COSINES = 5_000_000
"""Computed at once: 20 MB, beside as much for their order."""

_EXPOSURE = re.compile(
    r"(?:(?P<over>\d+)/)?(?P<time>\d+(?:[.,]\d+)?) s\b.*?f/(?P<aperture>\d+(?:[.,]\d+)?)"
    r"(?:.*?ISO (?P<iso>\d+))?"
)
_CAMERA_JPEGS = frozenset({".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif"})
_RAWS = frozenset(
    {
        *(".3fr", ".ari", ".arw", ".bay", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff"),
        *(".iiq", ".k25", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw"),
        *(".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    }
)


@dataclass(frozen=True, slots=True)
class Stack:
    """Photos that belong together."""

    kind: StackKind
    rows: tuple[int, ...]
    """At least two, by rising number; RAW files of a shot are not among them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared of n photos."""

    features: FloatArray
    """Unit vectors, (n, 1000); zeros where nothing was noted."""
    greys: npt.NDArray[np.uint8]
    """(n, 64, 64)."""
    known: npt.NDArray[np.bool_]
    """Whether features and grey picture were noted, (n,)."""
    seconds: npt.NDArray[np.float64]
    """When each was taken, to the second at least; NaN where that is not known."""
    exposures: Sequence[str | None]
    cameras: Sequence[str | None]


def find_stacks(
    photos: Compared,
    *,
    without: Iterable[int] = (),
    checkpoint: Callable[[], None] = lambda: None,
) -> list[Stack]:
    """Return the stacks among photos, by their first row; no photo is in two.

    Args:
        photos: what is compared.
        without: rows that belong to another one: the RAW files of a shot.
        checkpoint: called now and then; may raise to end the work.
    """
    rows = np.flatnonzero(photos.known)
    rows = rows[~np.isin(rows, list(without))]
    if len(rows) < 2:
        return []
    registration = Registration(photos.greys)
    groups = _Groups(photos.features)
    timed = rows[np.isfinite(photos.seconds[rows])]
    timed = timed[np.argsort(photos.seconds[timed], kind="stable")]
    brackets = _brackets(photos, timed, registration, checkpoint)
    in_bracket = np.zeros(len(photos.known), np.bool_)
    for bracket in brackets:
        in_bracket[list(bracket)] = True
    timed, rows = timed[~in_bracket[timed]], rows[~in_bracket[rows]]
    for step in range(1, _NEXT + 1):
        _join_timed(photos, timed, step, registration, groups, checkpoint)
    for pairs in _nearest(photos, rows, checkpoint):
        _join_untimed(pairs, registration, groups, checkpoint)
    stacks = [Stack(StackKind.BRACKET, tuple(sorted(bracket))) for bracket in brackets]
    stacks += [Stack(StackKind.MOMENT, members) for members in groups.found(rows)]
    return sorted(stacks, key=lambda stack: stack.rows)


def raw_companions(paths: Sequence[str], seconds: npt.NDArray[np.float64]) -> dict[int, int]:
    """Return the rows of RAW files whose shot is also there as a JPEG or HEIC, each with that one's row.

    The same name but for its ending, in one folder, taken within PAIR_SECONDS where both times are known.
    """
    shots: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row, path in enumerate(paths):
        stem, ending = splitext(basename(path))  # noqa: PTH119, PTH122 (100,000 paths)
        if ending.lower() in _RAWS:
            shots[dirname(path), stem.lower()][0].append(row)  # noqa: PTH120
        elif ending.lower() in _CAMERA_JPEGS:
            shots[dirname(path), stem.lower()][1].append(row)  # noqa: PTH120
    return {
        raws[0]: jpegs[0]
        for raws, jpegs in shots.values()
        if len(raws) == len(jpegs) == 1
        # Written so that an unknown time passes.
        and not abs(seconds[raws[0]] - seconds[jpegs[0]]) > PAIR_SECONDS
    }


def stops_of(exposure: str | None) -> float:
    """Return the exposure that a text states, in stops, more for a brighter picture; NaN if it states none.

    Args:
        exposure: as PhotoFacts has it: "1/250 s  f/2.8  ISO 400  85 mm".
    """
    time, aperture, iso = _exposure(exposure)
    return float(np.log2(time / aperture**2 * iso / 100)) if time > 0 and aperture > 0 and iso > 0 else np.nan


def best_of_each(
    groups: Sequence[Sequence[int]],
    *,
    scores: npt.NDArray[np.float64],
    tie_width: float,
    sharpness: npt.NDArray[np.float64],
    rising: bool = False,
) -> list[int]:
    """Return the photo that stands for each moment: the best score; of those too close to call the sharpest.

    Args:
        groups: the rows of each moment, of which none is empty.
        scores: of all photos, NaN where there is none.
        tie_width: scores closer than this are too close to call.
        sharpness: of all photos, NaN where it is not known.
        rising: whether a lower score is the better one.
    """
    if not groups:
        return []
    rows = np.array([row for group in groups for row in group], np.int64)
    lengths = np.array([len(group) for group in groups])
    firsts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    group_of = np.repeat(np.arange(len(groups)), lengths)
    worth = np.nan_to_num(-scores[rows] if rising else scores[rows], nan=-np.inf)
    best = np.maximum.reduceat(worth, firsts)[group_of]
    tied = (worth > best - tie_width) | (worth == best)
    sharp = np.nan_to_num(sharpness[rows], nan=-np.inf)
    # Of equally sharp ones the best score, then the first.
    order = np.lexsort((rows, -worth, -sharp, ~tied, group_of))
    found: list[int] = rows[order[firsts]].tolist()
    return found


class _Groups:
    """Photos joined step by step; each group knows the sum of its features."""

    def __init__(self, features: FloatArray) -> None:
        self._parents = list(range(len(features)))
        self._sums: dict[int, FloatArray] = {}
        self._features = features

    def root(self, row: int) -> int:
        while self._parents[row] != row:
            self._parents[row] = self._parents[self._parents[row]]
            row = self._parents[row]
        return row

    def are_one(self, first: int, second: int) -> bool:
        return self.root(first) == self.root(second)

    def join(self, first: int, second: int) -> None:
        """Join the groups of two photos, unless they are on average of different scenes."""
        first, second = self.root(first), self.root(second)
        if first == second:
            return
        a, b = (self._sums.get(root, self._features[root]) for root in (first, second))
        if a @ b < _ALIKE_ON_AVERAGE * np.sqrt((a @ a) * (b @ b)):
            return
        self._parents[second] = first
        self._sums[first] = a + b
        self._sums.pop(second, None)

    def found(self, rows: npt.NDArray[np.intp]) -> list[tuple[int, ...]]:
        """Return the groups of two and more among these rows."""
        members: dict[int, list[int]] = defaultdict(list)
        for row in sorted(rows.tolist()):
            members[self.root(row)].append(row)
        return [tuple(group) for group in members.values() if len(group) > 1]


def _brackets(
    photos: Compared,
    timed: npt.NDArray[np.intp],
    registration: Registration,
    checkpoint: Callable[[], None],
) -> list[list[int]]:
    """Return the brackets among photos in the order of time, each in that order."""
    stops = {row: stops_of(photos.exposures[row]) for row in timed.tolist()}
    possible = [
        (first, second)
        for first, second in zip(timed[:-1].tolist(), timed[1:].tolist(), strict=True)
        if photos.cameras[first] is not None
        and photos.cameras[first] == photos.cameras[second]
        and abs(stops[first] - stops[second]) >= _STOPS_APART
        and photos.seconds[second] - photos.seconds[first]
        <= BRACKET_SECONDS + max(_exposure(photos.exposures[row])[0] for row in (first, second))
    ]
    if not possible:
        return []
    compared = registration.compare(np.array(possible, np.intp), checkpoint=checkpoint)
    same = (
        (compared.match >= _MATCH_BRACKET)
        & (compared.shift <= _SHIFT_BRACKET)
        & (compared.zoom <= _ZOOM_BRACKET)
        & ~compared.mirrored
    )
    runs: list[list[int]] = []
    for (first, second), is_same in zip(possible, same.tolist(), strict=True):
        if not is_same:
            continue
        if (
            runs
            and runs[-1][-1] == first
            # An exposure that comes again begins the next bracket.
            and all(abs(stops[row] - stops[second]) >= _STOPS_APART for row in runs[-1])
        ):
            runs[-1].append(second)
        elif not (runs and runs[-1][-1] == first):
            runs.append([first, second])
        else:
            runs.append([second])
    return [run for run in runs if len(run) > 1]


def _join_timed(
    photos: Compared,
    timed: npt.NDArray[np.intp],
    step: int,
    registration: Registration,
    groups: _Groups,
    checkpoint: Callable[[], None],
) -> None:
    """Join photos taken within seconds, each with the one that was taken so many photos later."""
    first, second = timed[:-step], timed[step:]
    apart = photos.seconds[second] - photos.seconds[first]
    cosines = np.einsum("ij,ij->i", photos.features[first], photos.features[second])
    near = (apart <= BURST_SECONDS) & (cosines >= _ALIKE_TIMED)
    pairs = _of_two_groups(np.stack((first, second), axis=1)[near], groups)
    compared = registration.compare(pairs, checkpoint=checkpoint)
    at_once = photos.seconds[pairs[:, 0]] == photos.seconds[pairs[:, 1]]
    # A camera makes no mirror image; an editor does, and keeps the time.
    same = (compared.match >= _MATCH_TIMED) & (compared.shift <= _SHIFT_TIMED)
    _join(pairs, same & (~compared.mirrored | at_once), compared, groups)


def _join_untimed(
    pairs: Pairs, registration: Registration, groups: _Groups, checkpoint: Callable[[], None]
) -> None:
    """Join photos of which at least one does not say when it was taken."""
    pairs = _of_two_groups(pairs, groups)
    compared = registration.compare(pairs, checkpoint=checkpoint)
    _join(pairs, (compared.match >= _MATCH) & (compared.shift <= _SHIFT), compared, groups)


def _join(pairs: Pairs, same: npt.NDArray[np.bool_], compared: Registered, groups: _Groups) -> None:
    order = np.argsort(-compared.match, kind="stable")
    for place in order[same[order]].tolist():
        groups.join(int(pairs[place, 0]), int(pairs[place, 1]))


def _of_two_groups(pairs: Pairs, groups: _Groups) -> Pairs:
    apart = [not groups.are_one(first, second) for first, second in pairs.tolist()]
    return pairs[np.array(apart, np.bool_)]


def _nearest(photos: Compared, rows: npt.NDArray[np.intp], checkpoint: Callable[[], None]) -> Iterable[Pairs]:
    """Yield pairs of photos that are alike, of which at least one has no time: the most alike first."""
    without = rows[~np.isfinite(photos.seconds[rows])]
    count = min(_NEAREST, len(rows) - 1)
    if not len(without) or count < 1:
        return
    nearest = np.empty((len(without), count), np.intp)
    cosines = np.empty((len(without), count), np.float32)
    others = np.zeros(len(photos.known), np.bool_)
    others[rows] = True
    at_once = max(1, _MOST_COSINES // len(others))
    for start in range(0, len(without), at_once):
        checkpoint()
        block = without[start : start + at_once]
        part = slice(start, start + len(block))
        apart = photos.features[block] @ photos.features.T
        np.negative(apart, out=apart)
        apart[:, ~others] = apart[np.arange(len(block)), block] = 2
        best = np.argpartition(apart, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(apart, best, axis=1)
        order = np.argsort(values, axis=1)
        nearest[part] = np.take_along_axis(best, order, axis=1)
        cosines[part] = -np.take_along_axis(values, order, axis=1)
    for rank in range(count):
        pairs = np.sort(np.stack((without, nearest[:, rank]), axis=1)[cosines[:, rank] >= _ALIKE], axis=1)
        yield np.unique(pairs, axis=0)


def _exposure(text: str | None) -> tuple[float, float, float]:
    """Return the time in seconds, the aperture and the ISO value of a text; 0 for what it does not state."""
    found = _EXPOSURE.search(text) if text else None
    if found is None:
        return 0.0, 0.0, 0.0
    time, aperture = (float(found[name].replace(",", ".")) for name in ("time", "aperture"))
    if found["over"]:
        time = float(found["over"]) / time if time else 0.0
    return time, aperture, float(found["iso"] or 100)
