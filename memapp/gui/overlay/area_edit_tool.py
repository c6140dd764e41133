"""Moves, reshapes and nudges an area of interest that is selected on the photo."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPolygonF

from memapp.core.text import deferred
from memapp.gui.overlay.area_tools import SMALLEST_SIDE, AreaTool

_GRIP = 8.0
"""How close a press must be to a corner, in pixels that do not depend on the screen's scale."""
_GRIP_SHARE = 0.015
"""The same as a share of the photo, while it is not known how large that is drawn."""


class AreaEditTool(AreaTool):
    """Holds one selected area. Places are fractions 0..1 of the photo.

    Signals:
        reshaped(object, bool): the new outline, a tuple of (x, y), and whether that was a small step by key.
        ended(object QPointF): the area is no longer selected: a press beside it, at this place.
    """

    reshaped = Signal(object, bool)
    ended = Signal(object)
    hint = deferred(
        "Drag the area to move it, a corner to change it. Arrow keys move it in small steps, "
        "Delete deletes it. Esc when you are done."
    )

    def __init__(self, name: str, outline: tuple[tuple[float, float], ...], *, parent: QObject) -> None:
        """Select the area of this name, with this outline."""
        super().__init__(parent=parent)
        self.name = name
        self._corners: list[QPointF] = []
        self._before: list[QPointF] = []
        """The corners when the drag began; empty while nothing is dragged."""
        self._grip: int | None = None
        """The corner that is dragged; None for the whole area."""
        self._pressed = QPointF()
        self._grip_sides = QPointF(_GRIP_SHARE, _GRIP_SHARE)
        self.show_outline(outline)

    def show_outline(self, outline: tuple[tuple[float, float], ...]) -> None:
        """Take another outline of the same area, such as after Undo; what is dragged is let go."""
        self._corners = [QPointF(x, y) for x, y in outline]
        self._before = []

    def paint(self, painter: QPainter, drawn: QRectF, *, line_width: float) -> None:
        """Paint the outline with its corners, and note how large the photo is drawn."""
        grip = _GRIP * line_width
        self._grip_sides = QPointF(grip / max(drawn.width(), 1.0), grip / max(drawn.height(), 1.0))
        super().paint(painter, drawn, line_width=line_width)

    def outline(self) -> list[QPointF]:
        """Return the corners as they are now."""
        return self._corners

    def press(self, place: QPointF) -> None:
        """Take hold of a corner or of the area; a press beside it ends the selection."""
        across, down = self._grip_sides.x(), self._grip_sides.y()
        distances = [
            abs(corner.x() - place.x()) / across + abs(corner.y() - place.y()) / down
            for corner in self._corners
        ]
        nearest = min(range(len(distances)), key=distances.__getitem__)
        if distances[nearest] <= 1:
            self._grip = nearest
        elif QPolygonF(self._corners).containsPoint(place, Qt.FillRule.OddEvenFill):
            self._grip = None
        else:
            self.ended.emit(place)
            return
        self._pressed, self._before = place, list(self._corners)

    def move(self, place: QPointF) -> None:
        """Follow the pointer with what is held."""
        if self._before:
            by = place - self._pressed
            self._corners = _moved(self._before, by) if self._grip is None else self._bent(by)

    def release(self, place: QPointF) -> None:
        """Let go, and announce the new outline if there is one."""
        self.move(place)
        before, self._before = self._before, []
        if not before or before == self._corners:
            return
        sides = QPolygonF(self._corners).boundingRect()
        if min(sides.width(), sides.height()) < SMALLEST_SIDE:
            self._corners = before
        else:
            self._announce()

    def nudge(self, across: float, down: float) -> bool:
        """Move the area by shares of the photo's sides."""
        moved = _moved(self._corners, QPointF(across, down))
        if moved != self._corners:
            self._corners = moved
            self._announce(by_key=True)
        return True

    def take_back(self) -> bool:
        """Return False: changes are undone by Undo."""
        return False

    def _bent(self, by: QPointF) -> list[QPointF]:
        """Return the corners with the held one moved; a rectangle stays one."""
        assert self._grip is not None
        corners = list(self._before)
        moved = _within(corners[self._grip] + by)
        if _is_rectangle(corners):
            opposite = corners[(self._grip + 2) % 4]
            after, before = (self._grip + 1) % 4, (self._grip + 3) % 4
            flat = corners[after].y() == corners[self._grip].y()
            corners[after] = QPointF(opposite.x(), moved.y()) if flat else QPointF(moved.x(), opposite.y())
            corners[before] = QPointF(moved.x(), opposite.y()) if flat else QPointF(opposite.x(), moved.y())
        corners[self._grip] = moved
        return corners

    def _announce(self, *, by_key: bool = False) -> None:
        self.reshaped.emit(tuple((round(at.x(), 5), round(at.y(), 5)) for at in self._corners), by_key)


def _within(place: QPointF) -> QPointF:
    return QPointF(min(max(place.x(), 0.0), 1.0), min(max(place.y(), 0.0), 1.0))


def _moved(corners: list[QPointF], by: QPointF) -> list[QPointF]:
    """Return the corners moved as far as the photo's edges let them."""
    bounds = QPolygonF(corners).boundingRect()
    across = min(max(by.x(), -bounds.left()), 1 - bounds.right())
    down = min(max(by.y(), -bounds.top()), 1 - bounds.bottom())
    return [corner + QPointF(across, down) for corner in corners]


def _is_rectangle(corners: list[QPointF]) -> bool:
    return (
        len(corners) == 4
        and len({corner.x() for corner in corners}) == 2
        and len({corner.y() for corner in corners}) == 2
    )
