"""Patches of similar colour, for photos without a segmentation.

SLIC (Achanta et al. 2012, doi 10.1109/TPAMI.2012.120) in a few lines: k-means over colour and position, each
pixel choosing among the nine nearest centres. scikit-image's SLIC would add scipy, 100 MB.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from memapp.core.records import PixelArray

WANTED = 12
_WORKING_SIDE = 192
_ROUNDS = 8
_COMPACTNESS = 24.0
"""Levels of colour that weigh as much as the distance between neighbouring centres."""
_SMOOTHING = 9
"""Side of the square in which stray pixels take the majority's label."""


def superpixels(picture: PixelArray, wanted: int = WANTED) -> npt.NDArray[np.uint8]:
    """Split a picture into about this many patches (255 at most), numbered in reading order of their seeds.

    Args:
        picture: shape (height, width, 3).
        wanted: about how many.

    Returns:
        Shape (height, width): each pixel's patch. Numbers may be missing.
    """
    small = Image.fromarray(picture)
    small.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX)
    colours = np.asarray(small.convert("YCbCr"), dtype=np.float32)
    height, width = colours.shape[:2]
    down, across = _lattice(height, width, wanted)
    step = np.sqrt(height * width / (down * across))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    weight = np.float32(_COMPACTNESS / step)
    pixels = np.dstack((colours, y * weight, x * weight)).reshape(-1, 5)
    home = (y * down // height).astype(int).ravel(), (x * across // width).astype(int).ravel()
    labels = home[0] * across + home[1]
    centres = _means(pixels, labels, np.zeros((down * across, 5), np.float32))
    for _ in range(_ROUNDS):
        labels = _nearest(pixels, centres, home, (down, across))
        centres = _means(pixels, labels, centres)
    grid = Image.fromarray(labels.reshape(height, width).astype(np.uint8))
    smooth = grid.filter(ImageFilter.ModeFilter(_SMOOTHING))
    return np.asarray(smooth.resize((picture.shape[1], picture.shape[0]), Image.Resampling.NEAREST))


def _lattice(height: int, width: int, wanted: int) -> tuple[int, int]:
    """Return the number of seeds down and across, for about square cells."""
    down = max(1, min(round(np.sqrt(wanted * height / width)), wanted, height))
    return down, max(1, min(round(wanted / down), width))


def _nearest(
    pixels: npt.NDArray[np.float32],
    centres: npt.NDArray[np.float32],
    home: tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]],
    lattice: tuple[int, int],
) -> npt.NDArray[np.int_]:
    best = np.full(len(pixels), np.inf, np.float32)
    labels = np.zeros(len(pixels), int)
    for up in (-1, 0, 1):
        for left in (-1, 0, 1):
            row = np.clip(home[0] + up, 0, lattice[0] - 1)
            column = np.clip(home[1] + left, 0, lattice[1] - 1)
            candidate = row * lattice[1] + column
            distance = ((pixels - centres[candidate]) ** 2).sum(axis=1)
            better = distance < best
            best[better], labels[better] = distance[better], candidate[better]
    return labels


def _means(
    pixels: npt.NDArray[np.float32], labels: npt.NDArray[np.int_], before: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the mean of each label's pixels; an empty label keeps its previous centre."""
    counts = np.bincount(labels, minlength=len(before))
    sums = np.stack([np.bincount(labels, pixels[:, part], len(before)) for part in range(5)], axis=1)
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], before)
    return means.astype(np.float32)
