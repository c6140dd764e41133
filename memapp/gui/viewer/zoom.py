"""Where a photo lies in its view: fit, 100 % and anything between; pure geometry in device pixels."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF

ACTUAL_SIZE = 1.0
"""One pixel of the photo on one pixel of the screen."""

LARGEST_SCALE = 8.0


class Zoom:
    """The zoom of one photo. The scale is device pixels per pixel of the photo; while it is fitted, the
    scale follows the view. Places in the photo are fractions 0..1 of its width and height, so that the same
    place can be looked at in the next photo."""

    def __init__(self) -> None:
        self._photo = QSizeF(1, 1)
        self._view = QSizeF(1, 1)
        self._scale: float | None = None
        self._centre = QPointF(0.5, 0.5)

    @property
    def fitted(self) -> bool:
        """Whether the whole photo is shown, however large the view."""
        return self._scale is None

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole photo is seen; photos are not enlarged for it."""
        across = self._view.width() / self._photo.width()
        down = self._view.height() / self._photo.height()
        return min(across, down, ACTUAL_SIZE)

    @property
    def scale(self) -> float:
        """The scale now."""
        return self.fit_scale if self._scale is None else self._scale

    def set_sizes(self, photo: QSizeF, view: QSizeF) -> None:
        """Take the sizes of the photo and of the view; both at least 1 x 1."""
        self._photo = photo.expandedTo(QSizeF(1, 1))
        self._view = view.expandedTo(QSizeF(1, 1))
        if self._scale is not None and self._scale <= self.fit_scale:
            self._scale = None
        self._keep_inside()

    def fit(self) -> None:
        """Show the whole photo."""
        self._scale = None
        self._centre = QPointF(0.5, 0.5)

    def zoom_to(self, scale: float, point: QPointF) -> None:
        """Zoom around this point of the view; no smaller than fit."""
        place = self.place_at(point)
        if scale <= self.fit_scale:
            self.fit()
            return
        self._scale = min(scale, LARGEST_SCALE)
        size = self._drawn_size()
        self._centre = QPointF(
            place.x() - (point.x() - self._view.width() / 2) / size.width(),
            place.y() - (point.y() - self._view.height() / 2) / size.height(),
        )
        self._keep_inside()

    def zoom_in_on(self, scale: float, place: QPointF) -> None:
        """Zoom, with this place of the photo in the middle."""
        if scale > self.fit_scale:
            self._scale = min(scale, LARGEST_SCALE)
            self._centre = QPointF(place)
            self._keep_inside()

    def pan(self, by: QPointF) -> None:
        """Move the photo by this many device pixels, no further than its edge."""
        size = self._drawn_size()
        self._centre -= QPointF(by.x() / size.width(), by.y() / size.height())
        self._keep_inside()

    def place_at(self, point: QPointF) -> QPointF:
        """Return the place of the photo under a point of the view."""
        drawn = self.drawn_rect()
        return QPointF(
            min(max((point.x() - drawn.left()) / drawn.width(), 0.0), 1.0),
            min(max((point.y() - drawn.top()) / drawn.height(), 0.0), 1.0),
        )

    @property
    def centre(self) -> QPointF:
        """The place of the photo in the middle of the view."""
        return QPointF(self._centre)

    def drawn_rect(self) -> QRectF:
        """Return the photo's place in the view, on whole device pixels."""
        size = self._drawn_size()
        return QRectF(
            round(self._view.width() / 2 - self._centre.x() * size.width()),
            round(self._view.height() / 2 - self._centre.y() * size.height()),
            max(1, round(size.width())),
            max(1, round(size.height())),
        )

    def _drawn_size(self) -> QSizeF:
        return self._photo * self.scale

    def _keep_inside(self) -> None:
        """Leave no empty space beside a photo larger than the view; keep a smaller one in the middle."""
        size = self._drawn_size()
        self._centre = QPointF(
            _kept(self._centre.x(), self._view.width() / size.width() / 2),
            _kept(self._centre.y(), self._view.height() / size.height() / 2),
        )


def _kept(centre: float, half_view: float) -> float:
    return 0.5 if half_view >= 0.5 else min(max(centre, half_view), 1 - half_view)
