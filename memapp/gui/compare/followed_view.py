"""A photo whose zoom and place others follow."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Signal

from memapp.gui.viewer.photo_view import PhotoView


@dataclass(frozen=True, slots=True)
class Look:
    """How a photo is looked at."""

    scale: float | None
    """Device pixels per pixel of the photo; None for the whole photo."""
    place: QPointF
    """What is in the middle of the view, in fractions of the photo."""


class FollowedView(PhotoView):
    """A PhotoView that tells how a person looks at it, and can look the same.

    Signals:
        looked(object Look): a person zoomed or moved the photo.
    """

    looked = Signal(object)

    @property
    def look(self) -> Look:
        """How the photo is looked at now."""
        drawn, middle = self.photo_rect(), QRectF(self.rect()).center()
        if self.fitted or drawn.isEmpty():
            return Look(None, QPointF(0.5, 0.5))
        place = QPointF(
            (middle.x() - drawn.left()) / drawn.width(), (middle.y() - drawn.top()) / drawn.height()
        )
        return Look(self.zoom, place)

    def follow(self, look: Look) -> None:
        """Look at the same place at the same scale; nobody is told."""
        super().fit()
        if look.scale is None or self.zoom is None:
            return
        # The first step stops at 100 % on its way beyond it.
        for _ in range(2):
            super().zoom_by(look.scale / self.zoom)
        drawn, middle = self.photo_rect(), QRectF(self.rect()).center()
        across = middle.x() - (drawn.left() + look.place.x() * drawn.width())
        down = middle.y() - (drawn.top() + look.place.y() * drawn.height())
        super().pan_by(across, down)

    def fit(self) -> None:
        """Show the whole photo."""
        super().fit()
        self.looked.emit(self.look)

    def toggle_loupe(self, point: QPointF | None = None) -> None:
        """Switch between fit and 100 %, at a point of this widget or in its middle."""
        super().toggle_loupe(point)
        self.looked.emit(self.look)

    def zoom_by(self, factor: float, point: QPointF | None = None) -> None:
        """Zoom by a factor around a point of this widget, or its middle."""
        super().zoom_by(factor, point)
        self.looked.emit(self.look)

    def pan_by(self, across: float, down: float) -> None:
        """Move the photo by this many device-independent pixels."""
        super().pan_by(across, down)
        self.looked.emit(self.look)
