"""The thumbnail of the inspector, on which the part that the net did not see is dimmed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from memapp.core.text import tr
from memapp.gui.viewer.seen_part import SEEN_PART_TEXT, paint_seen_part
from memapp.gui.widgets.theme import ThemeManager

_HIGHEST = 220
_EMPTY_ASPECT = 3 / 2


class SeenThumbnail(QWidget):
    """One whole photo, fitted into the widget; empty until its picture comes."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("What the scoring model saw"))
        self.setAccessibleDescription(str(SEEN_PART_TEXT))
        theme_manager.changed.connect(self.update)

    def set_image(self, image: QImage | None) -> None:
        """Show this photo, or an empty place."""
        self._image = image if image is not None and not image.isNull() else None
        self._scaled = None
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the photo at this width, within limits."""
        aspect = self._image.width() / self._image.height() if self._image else _EMPTY_ASPECT
        return min(_HIGHEST, max(1, round(width / aspect)))

    def sizeHint(self) -> QSize:
        """Return a size whose height follows from its width."""
        return QSize(200, self.heightForWidth(200))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the photo at the screen's own pixels, and the frame over it."""
        painter = QPainter(self)
        if self._image is None:
            painter.fillRect(self.rect(), QColor(self._theme_manager.theme.tile))
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
