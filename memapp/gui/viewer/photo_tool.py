"""What a tool must be able to do that draws on the viewer's photo by hand."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter


class PhotoTool(Protocol):
    """What draws on a photo by hand; places are fractions 0..1 of the photo."""

    hint: str
    """How it is used, in a sentence."""

    def press(self, place: QPointF) -> None:
        """The left button went down."""

    def move(self, place: QPointF) -> None:
        """The pointer is here now, with the button down or not."""

    def release(self, place: QPointF) -> None:
        """The left button came up."""

    def finish(self) -> None:
        """A double-click: what is drawn is complete."""

    def take_back(self) -> bool:
        """Forget the last step; whether there was one."""

    def paint(self, painter: QPainter, drawn: QRectF, *, line_width: float) -> None:
        """Paint what is drawn so far, in device pixels, over a photo that lies in this rectangle."""
