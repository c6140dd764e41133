"""The thumbnail of the inspector, on which the part that the net did not see is dimmed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from memapp.gui.style import Appearance
from memapp.gui.viewer.seen_part import SEEN_PART_TEXT, paint_seen_part

_HEIGHT = 180


class SeenThumbnail(QWidget):
    """A photo, whole, in the room it is given; empty until its picture comes."""

    def __init__(self, *, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the net saw")
        self.setAccessibleDescription(SEEN_PART_TEXT)
        appearance.changed.connect(self.update)

    def set_image(self, image: QImage | None) -> None:
        """Show this photo, or an empty place."""
        self._image = image if image is not None and not image.isNull() else None
        self._scaled = None
        self.update()

    def sizeHint(self) -> QSize:
        """A fixed height, so that nothing below moves from photo to photo."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the photo at the screen's own pixels, and the frame over it."""
        painter = QPainter(self)
        if self._image is None:
            painter.fillRect(self.rect(), QColor(self._appearance.theme.tile))
            return
        ratio = self.devicePixelRatioF()
        room = QSizeF(self.size()) * ratio
        fitted = QSizeF(self._image.size()).scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSize()
        fitted = fitted.expandedTo(QSize(1, 1))
        if self._scaled is None or self._scaled.size() != fitted:
            self._scaled = self._image.scaled(
                fitted, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        place = QRectF(0, round((room.height() - fitted.height()) / 2), fitted.width(), fitted.height())
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawImage(place, self._scaled)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_seen_part(painter, place, line_width=ratio)
