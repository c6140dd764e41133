"""The sizes in which one photo is at hand, and which of them to draw: halves are made once, when needed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage


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
        """Forget the last photo; take a small picture until a better one comes."""
        usable = placeholder is not None and not placeholder.isNull()
        self._levels = [_drawable(placeholder)] if placeholder is not None and usable else []
        self._placeholder = usable

    def add(self, picture: QImage) -> None:
        """Take a picture; a placeholder gives way to it."""
        if self._placeholder:
            self._levels = []
            self._placeholder = False
        self._levels = [level for level in self._levels if level.width() != picture.width()]
        self._levels.append(_drawable(picture))
        self._levels.sort(key=QImage.width)

    def best(self, width: float) -> QImage | None:
        """The picture to draw at this width in device pixels; None where there is none."""
        if not self._levels:
            return None
        large_enough = [level for level in self._levels if level.width() >= round(width)]
        chosen = large_enough[0] if large_enough else self._levels[-1]
        while chosen.width() >= 2 * width and min(chosen.width(), chosen.height()) >= 2:
            half = QSize((chosen.width() + 1) // 2, (chosen.height() + 1) // 2)
            chosen = chosen.scaled(
                half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            self._levels.insert(0, chosen)
        return chosen


def _drawable(image: QImage) -> QImage:
    """In the format that is drawn without a conversion at each paint."""
    wanted = (
        QImage.Format.Format_ARGB32_Premultiplied if image.hasAlphaChannel() else QImage.Format.Format_RGB32
    )
    return image.convertToFormat(wanted)
