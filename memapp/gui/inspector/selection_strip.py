"""The selected photos as small thumbnails with their scores; a press shows one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from memapp.core.names import display_name
from memapp.core.records import ImageKey
from memapp.core.text import tr, trn
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_1, SPACE_2

MOST_SHOWN = 12
THUMBNAIL_SIDE = 66
"""In device-independent pixels."""
_WIDTH = 84
_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class StripPhoto:
    """One of the photos."""

    key: ImageKey
    score: str
    """Or a word for why there is none."""
    image: QImage | None


class SelectionStrip(QWidget):
    """At most MOST_SHOWN photos, and how many more there are. Lives on the GUI thread.

    Signals:
        chosen(object ImageKey): this photo was pressed.
    """

    chosen = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QToolButton] = []
        self._keys: list[ImageKey] = []
        self._more = text_label(role=Role.QUIET)
        self.setAccessibleName(tr("Selected photos"))
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE_1)
        self._grid.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(self._grid)
        column.addWidget(self._more)

    @property
    def keys(self) -> list[ImageKey]:
        """The photos that are shown."""
        return list(self._keys)

    def show_photos(self, photos: Sequence[StripPhoto], *, more: int) -> None:
        """Show these, MOST_SHOWN at most, and that there are so many more."""
        while len(self._buttons) < len(photos):
            self._add_button()
        self._keys = [photo.key for photo in photos]
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(photos))
            if place < len(photos):
                photo = photos[place]
                name = display_name(photo.key.name)
                button.setText(photo.score)
                button.setToolTip(plain_tip(name))
                button.setAccessibleName(f"{name}, {photo.score}")
                self._set_icon(button, photo.image)
        self._more.setText(trn("and {count:,} more", "and {count:,} more", more))
        self._more.setVisible(more > 0)

    def set_image(self, key: ImageKey, image: QImage) -> None:
        """Show a thumbnail that was loaded meanwhile; ignore those of other photos."""
        if key in self._keys:
            self._set_icon(self._buttons[self._keys.index(key)], image)

    def _add_button(self) -> None:
        place = len(self._buttons)
        button = QToolButton()
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        button.setFixedWidth(_WIDTH)
        button.clicked.connect(lambda _checked, place=place: self.chosen.emit(self._keys[place]))
        self._buttons.append(button)
        self._grid.addWidget(button, place // _COLUMNS, place % _COLUMNS, Qt.AlignmentFlag.AlignTop)

    def _set_icon(self, button: QToolButton, image: QImage | None) -> None:
        """Centre it on a square, so that the scores stand in a line."""
        ratio = self.devicePixelRatioF()
        side = round(THUMBNAIL_SIDE * ratio)
        square = QPixmap(side, side)
        square.fill(Qt.GlobalColor.transparent)
        if image is not None and not image.isNull():
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            small = image.scaled(side, side, keep, smooth)
            painter = QPainter(square)
            painter.drawImage((side - small.width()) // 2, (side - small.height()) // 2, small)
            painter.end()
        square.setDevicePixelRatio(ratio)
        button.setIcon(QIcon(square))
