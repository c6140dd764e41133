"""The contract of a tool that draws on the viewer's photo by hand."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from memapp.core.text import Deferred


class PhotoTool(Protocol):
    """Draws on a photo by hand; places are fractions 0..1 of the photo."""

    @property
    def hint(self) -> Deferred | str:
        """How to use it, in a sentence."""

    def press(self, place: QPointF) -> None:
        """Handle a press of the left button."""

    def move(self, place: QPointF) -> None:
        """Handle a move of the pointer, with the button pressed or not."""

    def release(self, place: QPointF) -> None:
        """Handle a release of the left button."""

    def finish(self) -> None:
        """Complete what is drawn, after a double-click."""

    def take_back(self) -> bool:
        """Undo the last step; return whether there was one."""

    def nudge(self, across: float, down: float) -> bool:
        """Move what is selected by shares of the photo's sides; return whether anything is."""

    def paint(self, painter: QPainter, drawn: QRectF, *, line_width: float) -> None:
        """Paint what is drawn so far, in device pixels, over a photo that lies in this rectangle."""
