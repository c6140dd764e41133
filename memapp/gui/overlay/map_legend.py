"""The legend of a memorability map: its colours in points, and the variants to choose from."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from memapp.core.explanation import MapMethod, MemorabilityMap
from memapp.core.map_colours import map_limit
from memapp.core.score_text import points_text, score_text
from memapp.gui.overlay.overlay_drawing import MapStyle, colour_table
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, TEXT_SMALL, ThemeManager, font

_BAR_HEIGHT = 12
_LABEL_HEIGHT = 16
STYLE_WORDS = {
    MapStyle.COLOUR: ("Colour", "Red raises the score, blue lowers it."),
    MapStyle.OUTLINE: ("Outline", "Red lines enclose what raises the score, blue ones what lowers it."),
    MapStyle.FOG: ("Fog", "What lowers the score lies in fog."),
}
_METHODS = {
    MapMethod.OCCLUSION: "Made by covering parts",
    MapMethod.GRADIENT: "Made by the net's gradients",
}
_METHOD_WORDS = {
    MapMethod.OCCLUSION: "The photo was scored {passes} times, with parts of it covered.",
    MapMethod.GRADIENT: "What the net itself leans on. Quicker, and rougher.",
}


class PointsBar(QWidget):
    """The colours from what lowers most to what raises most, with the points at both ends."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._limit = 0.0
        self._colours = points_colours()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_manager.changed.connect(self.update)

    def set_limit(self, limit: float) -> None:
        """The points at the ends."""
        self._limit = limit
        self.setAccessibleName(f"From {points_text(-limit)} to {points_text(limit)} points")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it is given, always as high."""
        return QSize(200, _BAR_HEIGHT + SPACE_1 + _LABEL_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colours, and three numbers."""
        painter = QPainter(self)
        paint_points_bar(
            painter,
            QRectF(self.rect()),
            self._colours,
            self._limit,
            ground=QColor(self._theme_manager.theme.bar_below),
            text=QColor(self._theme_manager.theme.second_text),
            face=font(TEXT_SMALL),
        )


def points_colours() -> QImage:
    """The colours of a map, one pixel each, from what lowers most to what raises most."""
    colours = QImage(255, 1, QImage.Format.Format_ARGB32)
    for x, colour in enumerate(colour_table()[1:]):
        colours.setPixel(x, 0, colour)
    return colours


def paint_points_bar(
    painter: QPainter,
    room: QRectF,
    colours: QImage,
    limit: float,
    *,
    ground: QColor,
    text: QColor,
    face: QFont,
    unit: float = 1.0,
) -> None:
    """Draw the colours over a middle grey, as over a photo, and the points below, a unit being a pixel."""
    bar = QRectF(room.left(), room.top(), room.width(), _BAR_HEIGHT * unit)
    painter.fillRect(bar, ground)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(bar, colours, QRectF(colours.rect()))
    painter.setFont(face)
    painter.setPen(text)
    labels = QRectF(room.left(), bar.bottom() + SPACE_1 * unit, room.width(), _LABEL_HEIGHT * unit)
    for alignment, words in (
        (Qt.AlignmentFlag.AlignLeft, points_text(-limit)),
        (Qt.AlignmentFlag.AlignHCenter, "0"),
        (Qt.AlignmentFlag.AlignRight, f"{points_text(limit)} points"),
    ):
        painter.drawText(labels, alignment | Qt.AlignmentFlag.AlignVCenter, words)


class MapLegend(QWidget):
    """Style, colours and words.

    Signals:
        style_chosen(str): another variant is wanted.
        method_chosen(str): a map that is made in another way is wanted.
    """

    style_chosen = Signal(str)
    method_chosen = Signal(str)

    def __init__(
        self,
        *,
        theme_manager: ThemeManager,
        style: MapStyle,
        method: MapMethod = MapMethod.OCCLUSION,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._methods = QComboBox()
        self._methods.setAccessibleName("How the map is made")
        for known, what in _METHODS.items():
            self._methods.addItem(what, known.value)
        self._methods.setCurrentIndex(self._methods.findData(method.value))
        self._methods.activated.connect(lambda: self.method_chosen.emit(self._methods.currentData()))
        self._bar = PointsBar(theme_manager=theme_manager)
        self._words = text_label(role=Role.QUIET, wrap=True)
        self._method = text_label(role=Role.SMALL, wrap=True)
        self._score = text_label(wrap=True)
        unseen = text_label(
            "Hatched: outside the frame. The net does not see it, and it is worth nothing either way.",
            Role.SMALL,
            wrap=True,
        )
        self._buttons = QButtonGroup(self)
        styles = QHBoxLayout()
        styles.setSpacing(SPACE_1)
        for which, (words, tip) in STYLE_WORDS.items():
            button = QToolButton()
            button.setText(words)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            button.clicked.connect(lambda _checked, chosen=which: self.set_style(chosen))
            self._buttons.addButton(button, list(MapStyle).index(which))
            styles.addWidget(button)

        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        column.setSpacing(SPACE_3)
        column.addLayout(styles)
        column.addWidget(self._bar)
        words_column = QVBoxLayout()
        words_column.setSpacing(SPACE_2)
        for part in (self._words, self._score, unseen):
            words_column.addWidget(part)
        column.addLayout(words_column)
        methods = QVBoxLayout()
        methods.setSpacing(SPACE_2)
        methods.addWidget(self._methods)
        methods.addWidget(self._method)
        column.addLayout(methods)
        column.addStretch(1)
        self._style = style
        self._show_style()

    @property
    def style_shown(self) -> MapStyle:
        """The variant that is chosen."""
        return self._style

    def set_style(self, style: MapStyle) -> None:
        """Choose a variant."""
        if style is not self._style:
            self._style = style
            self.style_chosen.emit(style.value)
        self._show_style()

    def choose_method(self, method: MapMethod) -> None:
        """Choose how maps are made, as if it had been picked from the list."""
        self._methods.setCurrentIndex(self._methods.findData(method.value))
        self.method_chosen.emit(method.value)

    def show_map(self, made: MemorabilityMap) -> None:
        """The numbers of this map."""
        self._bar.set_limit(map_limit(made.values))
        self._score.setText(f"{made.net.name} scores this photo {score_text(made.score)}.")
        self._method.setText(_METHOD_WORDS[made.method].format(passes=made.forward_passes))

    def _show_style(self) -> None:
        self._buttons.button(list(MapStyle).index(self._style)).setChecked(True)
        self._words.setText(STYLE_WORDS[self._style][1])
        self._bar.setVisible(self._style is MapStyle.COLOUR)
