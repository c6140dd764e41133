"""The panel beside the photo: an overlay's legend, its progress, or why it can't be shown."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from memapp.core.explanation import Layer, MapMethod
from memapp.core.number_text import number_text
from memapp.core.text import deferred, tr
from memapp.gui.overlay.map_legend import MapLegend
from memapp.gui.overlay.overlay_drawing import MapStyle
from memapp.gui.overlay.region_table import RegionsPage
from memapp.gui.overlay.segmentation_legend import SegmentationLegend
from memapp.gui.widgets.basic import IconButton, IconLabel, Role, hairline, text_label
from memapp.gui.widgets.plain import plain_tip
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, SPACE_3, SPACE_4, ThemeManager

WIDTH = 300
_LOW = 440
"""Pixels: a panel below this height is low, as on a laptop at 200 %."""

TITLES = {
    Layer.SEGMENTATION: deferred("What's in it"),
    Layer.MEMORABILITY: deferred("Where it comes from"),
    Layer.REGIONS: deferred("What each part adds"),
}
_WAITING = {
    Layer.SEGMENTATION: deferred("Finding the things in the photo..."),
    Layer.MEMORABILITY: deferred("Scoring the photo without each of its parts..."),
    Layer.REGIONS: deferred("Scoring the photo without each part..."),
}
_PREPARING = {
    Layer.SEGMENTATION: deferred("Opening the photo..."),
    Layer.MEMORABILITY: deferred("Opening the photo and the scoring model..."),
    Layer.REGIONS: deferred("Opening the photo and the scoring model..."),
}


class OverlayPanel(QWidget):
    """The panel beside the viewer's photo while an overlay is chosen. Shows one overlay's legend at a time.

    Signals:
        opacity_changed(int): in percent.
        export_wanted(): save photo, overlay and legend as a picture.
        help_wanted(): the button beside a failure was clicked.
        closed(): switch the overlay off.
        source_chosen(str): find the parts of photos with this segmenter.
    """

    opacity_changed = Signal(int)
    export_wanted = Signal()
    help_wanted = Signal()
    closed = Signal()
    source_chosen = Signal(str)

    def __init__(
        self,
        *,
        theme_manager: ThemeManager,
        style: MapStyle,
        method: MapMethod = MapMethod.OCCLUSION,
        opacity: int,
        parent: QWidget | None = None,
    ) -> None:
        """Start with this style and method of maps, and this opacity in percent."""
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setAutoFillBackground(True)
        self.setAccessibleName(tr("Overlay"))
        self.segmentation = SegmentationLegend(theme_manager=theme_manager)
        self.map = MapLegend(theme_manager=theme_manager, style=style, method=method)
        self.regions = RegionsPage(theme_manager=theme_manager)
        self._title = text_label(role=Role.TITLE, wrap=True)
        self._close = IconButton(theme_manager=theme_manager, name="close", text=tr("No overlay (Alt+0)"))
        self._close.clicked.connect(self.closed)
        self._source_row = QWidget()
        self._sources = QComboBox()
        self._sources.setAccessibleName(tr("Object finder in use"))
        self._sources.setToolTip(tr("What finds the parts of the photo"))
        self._sources.activated.connect(lambda row: self.source_chosen.emit(self._sources.itemData(row)))
        self._found_by = text_label(role=Role.SMALL, wrap=True)
        self._found_by.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        self._waiting = _Waiting()
        self._trouble = _Trouble(theme_manager=theme_manager)
        self._trouble.button.clicked.connect(self.help_wanted)
        self._opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity.setRange(10, 100)
        self._opacity.setValue(opacity)
        self._opacity.setAccessibleName(tr("Opacity of the overlay"))
        self._opacity.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._percent = text_label(tr("{percent} %", percent=opacity), Role.QUIET)
        self._percent.setMinimumWidth(40)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._opacity.valueChanged.connect(
            lambda value: self._percent.setText(tr("{percent} %", percent=value))
        )
        self._opacity.valueChanged.connect(self.opacity_changed)
        self._export = QPushButton(tr("Export overlay..."))
        self._export.setToolTip(tr("Write photo, overlay and legend as one picture"))
        self._export.clicked.connect(self.export_wanted)
        self._foot = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._pages = QStackedWidget()
        self._page_of: dict[Layer, QWidget] = {
            Layer.SEGMENTATION: self.segmentation,
            Layer.MEMORABILITY: self.map,
            Layer.REGIONS: self.regions,
        }
        for page in (self._waiting, self._trouble, *self._page_of.values()):
            self._pages.addWidget(page)
        self._lay_out()

    def show_sources(self, sources: Sequence[tuple[str, str]], chosen: str, *, found_by: str = "") -> None:
        """Offer what can find the parts of a photo, each with name and title; hide a lone one.

        Args:
            sources: name and title of each.
            chosen: the name of the one in use.
            found_by: which one that is and how good it is, in a sentence or two; empty where there is none.
        """
        names = [name for name, _ in sources]
        if names != [self._sources.itemData(row) for row in range(self._sources.count())]:
            self._sources.clear()
            for name, title in sources:
                self._sources.addItem(title, name)
        if chosen in names:
            self._sources.setCurrentIndex(names.index(chosen))
        self._source_row.setVisible(len(sources) > 1)
        self._found_by.setText(found_by)
        self._sources.setToolTip(plain_tip(found_by or tr("What finds the parts of the photo")))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room of a low window to the legend."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say less where the panel is low; the tooltip of the choice has what finds the parts."""
        low = self.height() < _LOW
        offered = not self._source_row.isHidden()
        self._found_by.setVisible(bool(self._found_by.text()) and not (low and offered))
        self._percent.setVisible(not low)
        direction = QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom
        self._foot.setDirection(direction)

    def show_waiting(self, layer: Layer) -> None:
        """Show that this overlay is being computed."""
        self._title.setText(str(TITLES[layer]))
        self._waiting.begin(str(_WAITING[layer]), preparing=str(_PREPARING[layer]))
        self._show(self._waiting)

    def show_coming(self) -> None:
        """Say that what is on screen is coarse, and gets finer."""
        self._waiting.say(tr("A first, coarse map. The whole one follows."))

    def show_progress(self, done: int, total: int) -> None:
        """Show the progress: steps done of all steps."""
        self._waiting.show_progress(done, total)

    def show_trouble(self, layer: Layer, reason: str, *, help_text: str = "") -> None:
        """Show why this overlay is missing; with a help text a button offers that help."""
        self._title.setText(str(TITLES[layer]))
        self._trouble.show_reason(reason, help_text)
        self._show(self._trouble)

    def show_legend(self, layer: Layer) -> None:
        """Show the legend of this overlay."""
        self._title.setText(str(TITLES[layer]))
        self._show(self._page_of[layer])

    def _show(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        here = page in self._page_of.values()
        self._export.setEnabled(here)
        self._opacity.setEnabled(here)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_3, SPACE_2, SPACE_2, 0)
        head.setSpacing(SPACE_2)
        head.addWidget(self._title, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        sources = QHBoxLayout(self._source_row)
        sources.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        sources.addWidget(self._sources, 1)
        opacity = QHBoxLayout()
        opacity.setSpacing(SPACE_2)
        opacity.addWidget(text_label(tr("Opacity")))
        opacity.addWidget(self._opacity, 1)
        opacity.addWidget(self._percent)
        self._foot.setContentsMargins(SPACE_3, SPACE_1, SPACE_3, SPACE_3)
        self._foot.setSpacing(SPACE_2)
        self._foot.addLayout(opacity, 1)
        self._foot.addWidget(self._export)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_3)
        column.addLayout(head)
        column.addWidget(self._source_row)
        column.addWidget(self._found_by)
        column.addWidget(self._pages, 1)
        column.addWidget(hairline())
        column.addLayout(self._foot)


class _Waiting(QWidget):
    """Shows what is being computed, and its progress."""

    def __init__(self) -> None:
        super().__init__()
        self._words = text_label(role=Role.QUIET, wrap=True)
        self._preparing = ""
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(2)
        self._steps = text_label(role=Role.SMALL, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        column.setSpacing(SPACE_2)
        for part in (self._words, self._bar, self._steps):
            column.addWidget(part)
        column.addStretch(1)

    def begin(self, text: str, *, preparing: str) -> None:
        self._words.setText(text)
        self._preparing = preparing
        self._steps.setText(preparing)
        self._bar.setRange(0, 1)
        self._bar.setValue(0)

    def say(self, text: str) -> None:
        self._words.setText(text)

    def show_progress(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        # A single step shows no progress.
        self._steps.setText(
            tr("{done} of {total}", done=number_text(done, ","), total=number_text(total, ","))
            if total > 1
            else self._preparing
        )


class _Trouble(QWidget):
    """Shows why there is no overlay, and what can be done."""

    def __init__(self, *, theme_manager: ThemeManager) -> None:
        super().__init__()
        sign = IconLabel(theme_manager=theme_manager, name="information")
        self._words = text_label(wrap=True, copyable=True)
        self.button = QPushButton()
        row = QHBoxLayout()
        row.setSpacing(SPACE_2)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, 0, SPACE_3, 0)
        column.setSpacing(SPACE_4)
        column.addLayout(row)
        column.addLayout(buttons)
        column.addStretch(1)

    def show_reason(self, reason: str, help_text: str) -> None:
        self._words.setText(reason)
        self.button.setText(help_text)
        self.button.setVisible(bool(help_text))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 120)
