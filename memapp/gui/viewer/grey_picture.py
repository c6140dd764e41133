"""The photo in grey, below an overlay whose colours mean something; graphics keep theirs at the edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from memapp.gui.overlay.overlay_layer import draw_part_in_view
from memapp.gui.viewer.picture_levels import PictureLevels

EDGE_SIDE = 512
"""The longer side, in pixels, of the picture in which edges are looked for."""

_ALIKE = 1
"""Levels of 255: neighbours that differ by no more are of one colour."""
_FLAT_SHARE = 0.72
"""Of the pixels: a graphic has more of them in areas of one colour. A photo with a smooth sky may have as
many, in more colours than _MOST_COLOURS. Both are chosen on 250 pictures: photos, plots, logos, drawings."""
_MOST_COLOURS = 12
"""Of 4096, for 95 % of the pixels."""
_HARD = 8
"""Levels by which neighbours differ at an edge that is worth a colour."""
_REACH = 1
"""Pixels on each side of an edge that keep their colours."""


class EdgeColours:
    """The edges of the photo in a view, found once for each of its pictures. Lives on the GUI thread."""

    def __init__(self) -> None:
        self._of: tuple[int, QImage | None] = 0, None

    def of(self, levels: PictureLevels) -> QImage | None:
        """Return edge_colours() of the photo, as it is now."""
        picture = levels.best(float(EDGE_SIDE))
        if picture is None:
            return None
        if picture.cacheKey() != self._of[0]:
            self._of = picture.cacheKey(), edge_colours(picture)
        return self._of[1]


def in_grey(picture: QImage, edges: QImage | None, drawn: QRectF, view: QSizeF) -> QImage:
    """Return a picture of the view in grey.

    Args:
        picture: what the view shows, in its size.
        edges: from edge_colours(), of the whole photo; None to keep no colours.
        drawn: where the photo lies in the view, in device pixels.
        view: how much of it is in view.
    """
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    if edges is None:
        return grey
    mixed = grey.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(mixed)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    draw_part_in_view(painter, edges, drawn, view)
    painter.end()
    return mixed


def edge_colours(picture: QImage) -> QImage | None:
    """Return a flat graphic's colours near its edges, clear elsewhere; None for a photo.

    In grey, areas that differ by their hue alone become one: a red logo on a green ground is gone.
    """
    if picture.isNull():
        return None
    small = picture
    if max(picture.width(), picture.height()) > EDGE_SIDE:
        small = picture.scaled(
            EDGE_SIDE,
            EDGE_SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    pixels = _pixels(small.convertToFormat(QImage.Format.Format_ARGB32))
    colours = pixels[..., :3].astype(np.int16)
    right = np.abs(np.diff(colours, axis=1)).max(axis=2)
    below = np.abs(np.diff(colours, axis=0)).max(axis=2)
    changes = np.zeros(colours.shape[:2], np.int16)
    changes[:, :-1] = right
    changes[:-1] = np.maximum(changes[:-1], below)
    if (changes <= _ALIKE).mean() < _FLAT_SHARE or _colours(colours) > _MOST_COLOURS:
        return None
    edge = changes > _HARD
    if not edge.any():
        return None
    edge[:, 1:] |= right > _HARD
    edge[1:] |= below > _HARD
    opacity = np.where(_grown(edge, _REACH), 255, 0).astype(np.uint8)
    kept = np.dstack([pixels[..., :3], np.minimum(opacity, pixels[..., 3])])
    height, width = opacity.shape
    return QImage(kept.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def _colours(pixels: npt.NDArray[np.int16]) -> int:
    """Return how many colours, of 16 levels each, make up 95 % of a picture."""
    coarse = pixels >> 4
    counts = np.bincount(((coarse[..., 0] << 8) | (coarse[..., 1] << 4) | coarse[..., 2]).ravel())
    covered = np.cumsum(np.sort(counts)[::-1])
    return int(np.searchsorted(covered, 0.95 * covered[-1])) + 1


def _pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """Return blue, green, red and alpha; shape (height, width, 4)."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()


def _grown(mask: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    grown = mask.copy()
    for _ in range(pixels):
        before = grown.copy()
        grown[1:] |= before[:-1]
        grown[:-1] |= before[1:]
        grown[:, 1:] |= before[:, :-1]
        grown[:, :-1] |= before[:, 1:]
    return grown
