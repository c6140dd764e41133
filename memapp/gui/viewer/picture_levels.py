"""The sizes in which one photo is available, and which to draw: halves are made once, when needed."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter


class PictureLevels:
    """Pictures of one photo from small to large. A picture is never drawn at less than half its size, which
    keeps plain bilinear drawing smooth; the halves between are averaged properly, once."""

    def __init__(self) -> None:
        self._levels: list[QImage] = []
        self._placeholder = False

    @property
    def size(self) -> QSize:
        """Of the largest picture that is no placeholder, in pixels; empty where there is none."""
        return QSize() if self._placeholder or not self._levels else self._levels[-1].size()

    @property
    def shape(self) -> QSize:
        """Of the largest picture, placeholders included: good for its aspect; empty where there is none."""
        return self._levels[-1].size() if self._levels else QSize()

    def start(self, placeholder: QImage | None) -> None:
        """Discard the last photo; take a small picture until a better one comes."""
        usable = placeholder is not None and not placeholder.isNull()
        self._levels = [placeholder] if placeholder is not None and usable else []
        self._placeholder = usable

    def add(self, picture: QImage) -> None:
        """Add a picture; it replaces a placeholder."""
        if self._placeholder:
            self._levels = []
            self._placeholder = False
        self._add_level(picture)

    def best(self, width: float) -> QImage | None:
        """Return the picture to draw at this width in device pixels; None where there is none."""
        if not self._levels:
            return None
        large_enough = [level for level in self._levels if level.width() >= round(width)]
        chosen = large_enough[0] if large_enough else self._levels[-1]
        while chosen.width() >= 2 * width and min(chosen.width(), chosen.height()) >= 2:
            chosen = _half(chosen)
            self._add_level(chosen)
        return chosen

    def _add_level(self, picture: QImage) -> None:
        self._levels = [level for level in self._levels if level.width() != picture.width()]
        self._levels.append(picture)
        self._levels.sort(key=QImage.width)


def _half(picture: QImage) -> QImage:
    """Return a picture of half the width and height.

    Bilinear drawing at exactly one half is the mean of each four pixels, and takes half the time of smooth
    scaling.
    """
    alpha = picture.hasAlphaChannel()
    half = QImage(
        QSize((picture.width() + 1) // 2, (picture.height() + 1) // 2),
        QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32,
    )
    painter = QPainter(half)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(half.rect(), picture)
    painter.end()
    return half
