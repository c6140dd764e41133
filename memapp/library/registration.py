"""Whether two small grey pictures show the same, shifted, turned, cropped, mirrored or exposed otherwise.

For each pair: phase-free cross-correlation finds the shift at some scales and for the mirror image; from the
two best starts, Gauss-Newton steps fit an affine map (inverse compositional: Baker & Matthews 2004,
"Lucas-Kanade 20 years on", IJCV 56, doi 10.1023/B:VISI.0000011205.11775.fd), coarse to fine. What counts is
the correlation of both pictures' details where they overlap. All pairs of a part are computed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
Pairs: TypeAlias = npt.NDArray[np.intp]
"""Rows of two pictures each, (m, 2)."""

_COARSE, _MIDDLE, _FINE = 16, 32, 64
_SCALES = (1.0, 0.86, 1.16)
"""How much of one picture the other shows, along each side, at the starts."""
_STARTS = 2
_STEPS = {_COARSE: 6, _MIDDLE: 5, _FINE: 4}
_PART = 500
"""Pairs at once: some 50 MB."""
_HOPELESS = {_COARSE: 0.62, _MIDDLE: 0.7}
"""Correlation at a step below which hardly a pair of one moment was seen: finer steps are not worth it."""
_SURE = 0.9
"""Correlation at the middle step that the finest one has never made a doubt of."""
_LARGEST_ZOOM = 1.6
_DAMPING = 0.02


@dataclass(frozen=True, slots=True)
class Registered:
    """How well pairs of pictures match; one value for each pair."""

    match: FloatArray
    """The correlation of their details where they overlap, -1..1; -1 where no map is plausible."""
    shift: FloatArray
    """How far the second lies from the first: its centre, in shares of a side."""
    zoom: FloatArray
    """How much larger one shows things than the other, at least 1."""
    mirrored: npt.NDArray[np.bool_]
    """Whether one is the other's mirror image."""


class Registration:
    """Small grey pictures to be compared. Used by one thread."""

    def __init__(self, greys: npt.NDArray[np.uint8]) -> None:
        """Take pictures, (n, 64, 64)."""
        self._greys = greys

    def compare(self, pairs: Pairs, *, checkpoint: Callable[[], None] = lambda: None) -> Registered:
        """Return how well these pairs match.

        Args:
            pairs: rows of pictures, (m, 2).
            checkpoint: called now and then; may raise to end the work.
        """
        # Pairs of one picture come together, which is prepared for each part.
        order = np.argsort(pairs[:, 0], kind="stable")
        parts = []
        for start in range(0, len(pairs), _PART):
            checkpoint()
            some = pairs[order[start : start + _PART]]
            rows, places = np.unique(some, return_inverse=True)
            parts.append(_Part(self._greys[rows]).compare(places.reshape(some.shape)))
        if not parts:
            empty = np.zeros(0, np.float32)
            return Registered(empty, empty, empty, np.zeros(0, np.bool_))
        back = np.argsort(order, kind="stable")
        return Registered(*(np.concatenate(each)[back] for each in zip(*parts, strict=True)))


class _Part:
    """The pictures of some pairs, prepared."""

    def __init__(self, greys: npt.NDArray[np.uint8]) -> None:
        self._greys = greys
        fine = greys.astype(np.float32)
        middle = _halved(fine)
        self._levels = {_MIDDLE: _details(middle), _COARSE: _details(_halved(middle))}
        self._spectra: dict[tuple[float, bool], npt.NDArray[np.complex64]] = {}

    def compare(self, pairs: Pairs) -> tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        """Return the values of Registered for these pairs of the pictures."""
        first, second = pairs[:, 0], pairs[:, 1]
        maps = self._starts(first, second)
        count = len(pairs)
        owner = np.tile(np.arange(count), _STARTS)
        maps, match = self._fitted(_COARSE, first[owner], second[owner], maps)
        # The better of both starts goes on.
        better = np.argmax(match.reshape(_STARTS, count), axis=0)
        chosen = better * count + np.arange(count)
        maps, match = maps[chosen], match[chosen]
        for size, coarser in ((_MIDDLE, _COARSE), (_FINE, _MIDDLE)):
            hopeless = match <= _HOPELESS[coarser]
            match[hopeless] = np.float32(-1)
            going = np.flatnonzero(~hopeless & ((match < _SURE) | (coarser == _COARSE)))
            if len(going):
                maps[going], match[going] = self._fitted(size, first[going], second[going], maps[going])
        determinant = maps[:, 0, 0] * maps[:, 1, 1] - maps[:, 0, 1] * maps[:, 1, 0]
        zoom = np.sqrt(np.maximum(np.abs(determinant), 1e-6))
        zoom = np.maximum(zoom, 1 / zoom)
        odd = ~np.isfinite(zoom) | (zoom > _LARGEST_ZOOM) | _is_sheared(maps)
        match[odd] = -1
        shift = np.hypot(maps[:, 0, 2], maps[:, 1, 2]) / 2
        return match, shift.astype(np.float32), zoom.astype(np.float32), determinant < 0

    def _starts(self, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> FloatArray:
        """Return the most promising maps, (_STARTS * m, 2, 3): the best of all pairs, then the second."""
        given = np.conj(self._spectrum(1.0, mirrored=False)[second])
        peaks, maps = [], []
        for mirrored in (False, True):
            for scale in _SCALES:
                found = np.fft.irfft2(self._spectrum(scale, mirrored=mirrored)[first] * given)
                flat = found.reshape(len(first), -1)
                best = np.argmax(flat, axis=1)
                peaks.append(flat[np.arange(len(flat)), best])
                down, right = np.divmod(best, _COARSE)
                moved = np.stack((right, down), axis=1)
                shift = np.where(moved >= _COARSE / 2, moved - _COARSE, moved) * (2 / _COARSE)
                each = np.zeros((len(first), 2, 3), np.float32)
                each[:, 0, 0] = -scale if mirrored else scale
                each[:, 1, 1] = scale
                each[:, 0, 2] = shift[:, 0] * each[:, 0, 0]
                each[:, 1, 2] = shift[:, 1] * scale
                maps.append(each)
        order = np.argsort(-np.stack(peaks), axis=0)[:_STARTS]
        return np.stack(maps)[order, np.arange(len(first))].reshape(-1, 2, 3)

    def _spectrum(self, scale: float, *, mirrored: bool) -> npt.NDArray[np.complex64]:
        """Return the spectra of all pictures, windowed, enlarged so that this share of a side is seen."""
        if (scale, mirrored) not in self._spectra:
            pictures = self._levels[_COARSE]
            maps = np.zeros((len(pictures), 2, 3), np.float32)
            maps[:, 0, 0], maps[:, 1, 1] = (-scale if mirrored else scale), scale
            window = np.hanning(_COARSE + 2)[1:-1].astype(np.float32)
            seen = np.empty_like(pictures)
            for start in range(0, len(pictures), _PART):
                part = slice(start, start + _PART)
                seen[part], _ = _warped(pictures, np.arange(len(pictures))[part], maps[part])
            seen *= window[:, None] * window[None, :]
            self._spectra[scale, mirrored] = np.fft.rfft2(seen).astype(np.complex64)
        return self._spectra[scale, mirrored]

    def _fitted(
        self, size: int, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp], maps: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Fit maps from the second picture's places to the first's; return them and the correlations."""
        if size == _FINE:
            # Only few pairs come so far.
            rows, places = np.unique(np.stack((first, second)), return_inverse=True)
            first, second = places.reshape(2, -1)
            pictures = _details(self._greys[rows].astype(np.float32))
        else:
            pictures = self._levels[size]
        goal = pictures[second].reshape(len(second), -1)
        slopes = _steepest(pictures[second])
        hessian = np.einsum("mkp,mlp->mkl", slopes, slopes)
        hessian += (
            np.eye(6, dtype=np.float32) * (_DAMPING * np.trace(hessian, axis1=1, axis2=2) / 6)[:, None, None]
        )
        hessian += np.eye(6, dtype=np.float32) * 1e-6
        inverse = np.linalg.inv(hessian)
        best = np.full(len(first), -1, np.float32)
        best_maps = maps
        for step in range(_STEPS[size] + 1):
            seen, inside = _warped(pictures, first, maps)
            seen, inside = seen.reshape(goal.shape), inside.reshape(goal.shape)
            match = _correlation(seen, goal, inside)
            improved = match > best
            best = np.where(improved, match, best)
            best_maps = np.where(improved[:, None, None], maps, best_maps)
            if step < _STEPS[size]:
                missing = (seen - goal) * inside
                change = np.einsum("mkl,ml->mk", inverse, np.einsum("mkp,mp->mk", slopes, missing))
                maps = _composed(maps, change)
        return best_maps.astype(np.float32), best


def _halved(pictures: FloatArray) -> FloatArray:
    count, side, _ = pictures.shape
    halved: FloatArray = pictures.reshape(count, side // 2, 2, side // 2, 2).mean(axis=(2, 4))
    return halved


def _details(pictures: FloatArray) -> FloatArray:
    """Return the pictures without their broad lights and shades, each of mean 0 and variance 1."""
    logs = np.log(pictures + 12)
    details = logs - _blurred(logs, pictures.shape[1] // 8)
    details -= details.mean(axis=(1, 2), keepdims=True)
    spread = np.sqrt(np.square(details).mean(axis=(1, 2), keepdims=True))
    found: FloatArray = np.clip(details / np.maximum(spread, 1e-3), -4, 4)
    return found


def _blurred(pictures: FloatArray, radius: int) -> FloatArray:
    """Return the means of windows of 2 * radius + 1 pixels, twice; edges are repeated."""
    side = pictures.shape[1]
    at = np.clip(np.arange(side)[:, None] + np.arange(-radius, radius + 1), 0, side - 1)
    once = np.zeros((side, side), np.float32)
    np.add.at(once, (np.arange(side)[:, None], at), 1 / (2 * radius + 1))
    twice = once @ once
    blurred: FloatArray = twice @ pictures @ twice.T
    return blurred


def _places(side: int) -> FloatArray:
    """Return the pixels' places as rows of x, y, 1, from -1 to 1 over the picture: (3, side * side)."""
    middle = ((np.arange(side) + 0.5) * 2 / side - 1).astype(np.float32)
    y, x = np.meshgrid(middle, middle, indexing="ij")
    return np.stack((x.ravel(), y.ravel(), np.ones(side * side, np.float32)))


def _warped(
    pictures: FloatArray, rows: npt.NDArray[np.intp], maps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return pictures as seen through maps, (m, side, side), and 1 where they have pixels, else 0."""
    side = pictures.shape[1]
    places = (maps @ _places(side) + 1) * (side / 2) - 0.5
    inside = (np.abs(places - (side - 1) / 2) <= side / 2).all(axis=1)
    places = np.clip(places, 0, side - 1.001)
    whole = np.floor(places)
    part = places - whole
    at = (whole[:, 1] * side + whole[:, 0]).astype(np.int32) + (rows[:, None] * (side * side)).astype(
        np.int32
    )
    flat = pictures.reshape(-1)
    right, down = part[:, 0], part[:, 1]
    upper = flat[at]
    upper += (flat[at + 1] - upper) * right
    at += side
    lower = flat[at]
    lower += (flat[at + 1] - lower) * right
    seen = upper + (lower - upper) * down
    shape = (len(rows), side, side)
    return (seen * inside).reshape(shape), inside.astype(np.float32).reshape(shape)


def _steepest(pictures: FloatArray) -> FloatArray:
    """Return how each pixel changes with each of a map's six numbers: (m, 6, side * side)."""
    side = pictures.shape[1]
    down, right = np.gradient(pictures, 2 / side, axis=(1, 2))
    x, y, _ = _places(side)
    right, down = right.reshape(len(pictures), -1), down.reshape(len(pictures), -1)
    return np.stack((right * x, right * y, right, down * x, down * y, down), axis=1).astype(np.float32)


def _composed(maps: FloatArray, change: FloatArray) -> FloatArray:
    """Return maps after the inverse of a small change: (m, 2, 3)."""
    small = np.zeros((len(maps), 3, 3), np.float32)
    small[:, :2] = np.clip(np.nan_to_num(change), -0.3, 0.3).reshape(-1, 2, 3)
    small[:, 0, 0] += 1
    small[:, 1, 1] += 1
    small[:, 2, 2] = 1
    whole = np.zeros_like(small)
    whole[:, :2] = maps
    whole[:, 2, 2] = 1
    composed: FloatArray = (whole @ np.linalg.inv(small))[:, :2]
    return composed


def _correlation(seen: FloatArray, goal: FloatArray, inside: FloatArray) -> FloatArray:
    """Return the correlation inside the overlap; -1 where that is less than half of the picture."""
    count = inside.sum(axis=1)
    safe = np.maximum(count, 1)
    a = (seen - (seen.sum(axis=1) / safe)[:, None]) * inside
    b = (goal - ((goal * inside).sum(axis=1) / safe)[:, None]) * inside
    power = np.sqrt(np.square(a).sum(axis=1) * np.square(b).sum(axis=1))
    found = (a * b).sum(axis=1) / np.maximum(power, 1e-3)
    return np.where(count >= inside.shape[1] / 2, found, -1).astype(np.float32)


def _is_sheared(maps: FloatArray) -> npt.NDArray[np.bool_]:
    """Return whether a map turns by more than 12 degrees or changes the shape as no lens or crop does."""
    x, y = np.abs(maps[:, 0, 0]), np.abs(maps[:, 1, 1])
    crossed = np.maximum(np.abs(maps[:, 0, 1]), np.abs(maps[:, 1, 0]))
    return (crossed > 0.25) | (np.maximum(x, y) > 1.3 * np.maximum(np.minimum(x, y), 1e-3))
