"""The legend of a memorability map: its colours in points, and the choice of styles and methods."""

from __future__ import annotations

import numpy as np
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
from memapp.core.map_colours import MAP_LIMIT, NOISE, map_levels, map_limit, raises_or_lowers
from memapp.core.score_text import points_text, score_text
from memapp.core.text import deferred, tr, trn
from memapp.gui.overlay.overlay_drawing import MapStyle, colour_table
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, TEXT_SMALL, ThemeManager, font

_BAR_HEIGHT = 12
_LABEL_HEIGHT = 16
STYLE_WORDS = {
    MapStyle.COLOUR: (deferred("Colour"), deferred("Red raises the score, blue lowers it.")),
    MapStyle.OUTLINE: (
        deferred("Outline"),
        deferred("Red lines enclose what raises the score, blue lines what lowers it."),
    ),
    MapStyle.FOG: (deferred("Fog"), deferred("Fog covers what lowers the score.")),
}
_METHODS = {
    MapMethod.OCCLUSION: deferred("Thorough"),
    MapMethod.GRADIENT: deferred("Quick estimate"),
}


class PointsBar(QWidget):
    """The colours from what lowers most to what raises most, with the points at both ends."""

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._limit = 0.0
        self._colours = points_colours(MAP_LIMIT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_manager.changed.connect(self.update)

    def set_limit(self, limit: float) -> None:
        """Set the points at the ends."""
        self._limit = limit
        self._colours = points_colours(limit)
        self.setAccessibleName(
            tr("From {low} to {high} points", low=points_text(-limit), high=points_text(limit))
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Return the fixed height; the width follows the panel."""
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


def points_colours(limit: float) -> QImage:
    """Return the colours of a map, one pixel each, from what lowers most to what raises most."""
    colours = QImage(255, 1, QImage.Format.Format_ARGB32)
    levels = map_levels(np.linspace(-limit, limit, 255, dtype=np.float32)[None], limit)[0]
    table = colour_table()
    for x, level in enumerate(levels.tolist()):
        colours.setPixel(x, 0, table[level])
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
    """Draw the colours over a middle grey, as over a photo, and the points below; unit is in pixels."""
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
        (Qt.AlignmentFlag.AlignRight, tr("{points} points", points=points_text(limit))),
    ):
        painter.drawText(labels, alignment | Qt.AlignmentFlag.AlignVCenter, words)


class MapLegend(QWidget):
    """The style, its colours and their meaning.

    Signals:
        style_chosen(str): show the map in this style.
        method_chosen(str): make the map with this method.
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
        self._methods.setAccessibleName(tr("How the map is made"))
        for known, what in _METHODS.items():
            self._methods.addItem(str(what), known.value)
        self._methods.setCurrentIndex(self._methods.findData(method.value))
        self._methods.activated.connect(lambda: self.method_chosen.emit(self._methods.currentData()))
        self._bar = PointsBar(theme_manager=theme_manager)
        self._words = text_label(role=Role.QUIET, wrap=True)
        self._method = text_label(role=Role.SMALL, wrap=True)
        self._score = text_label(wrap=True)
        unseen = text_label(
            tr(
                "Striped: outside the frame. The scoring model does not see it, so it does not "
                "change the score."
            ),
            Role.SMALL,
            wrap=True,
        )
        self._buttons = QButtonGroup(self)
        styles = QHBoxLayout()
        styles.setSpacing(SPACE_1)
        for which, (words, tip) in STYLE_WORDS.items():
            button = QToolButton()
            button.setText(str(words))
            button.setToolTip(str(tip))
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
        self._findings = (True, True)
        """Whether anything in the map raises the score, and whether anything lowers it."""
        self._show_style()

    @property
    def style_shown(self) -> MapStyle:
        """The chosen style."""
        return self._style

    def set_style(self, style: MapStyle) -> None:
        """Choose a style."""
        if style is not self._style:
            self._style = style
            self.style_chosen.emit(style.value)
        self._show_style()

    def choose_method(self, method: MapMethod) -> None:
        """Choose how maps are made, as if it had been picked from the list."""
        self._methods.setCurrentIndex(self._methods.findData(method.value))
        self.method_chosen.emit(method.value)

    def show_map(self, made: MemorabilityMap, *, stretched: bool = False) -> None:
        """Show the numbers of this map."""
        self._bar.set_limit(map_limit(made.values, stretched=stretched))
        self._findings = raises_or_lowers(made.values)
        self._show_style()
        self._score.setText(
            tr("{net} scores this photo {score}.", net=made.net.name, score=score_text(made.score))
        )
        self._method.setText(_method_text(made))

    def _show_style(self) -> None:
        self._buttons.button(list(MapStyle).index(self._style)).setChecked(True)
        raises, lowers = self._findings
        missing = _nothing_found(self._style, raises=raises, lowers=lowers)
        self._words.setText(f"{STYLE_WORDS[self._style][1]} {missing}".strip())
        self._bar.setVisible(self._style is MapStyle.COLOUR)


def _nothing_found(style: MapStyle, *, raises: bool, lowers: bool) -> str:
    """Return why less is drawn than people expect, and what has no colour."""
    points = score_text(NOISE)
    if not (raises or lowers):
        return tr("No single part changes the score by {points} or more, so nothing is drawn.", points=points)
    if style is MapStyle.FOG and not lowers:
        return tr("No part lowers the score by {points} or more, so there is no fog.", points=points)
    if style is MapStyle.COLOUR:
        return tr("Grey: less than {points}, too little to be sure.", points=points)
    return ""


def _method_text(made: MemorabilityMap) -> str:
    if made.method is MapMethod.GRADIENT:
        return tr("An estimate in one step: faster, and less exact.")
    return trn(
        "The photo was scored {count:,} time, with parts of it covered.",
        "The photo was scored {count:,} times, with parts of it covered.",
        made.forward_passes,
    )
