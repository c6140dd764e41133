"""The toolbar: add, pause and cancel, sort, find and filter, size, panels."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolBar,
    QToolButton,
    QWidget,
)

from memapp.core.settings import SETTINGS
from memapp.gui.grid.photo_filter import PhotoFilter
from memapp.gui.widgets.basic import Role, text_label
from memapp.gui.widgets.theme import SPACE_1, SPACE_2, ThemeManager, icon
from memapp.gui.window.actions import Actions

_FIND_WIDTHS = (104, 200)
_SLIDER_WIDTH = 72
_SCORE_WIDTH = 44
_ICON_SIDE = 18


class FilterControls(QWidget):
    """Find by name, and a range of scores.

    Signals:
        changed(object PhotoFilter): other photos are wanted.
        cleared(): everything is to be shown.
    """

    changed = Signal(object)
    cleared = Signal()

    def __init__(self, *, theme_manager: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme_manager = theme_manager
        self._disagreement = 0
        self._text = QLineEdit()
        self._text.setPlaceholderText("Find by name")
        self._text.setAccessibleName("Find by name")
        self._text.setClearButtonEnabled(True)
        self._text.setMinimumWidth(_FIND_WIDTHS[0])
        self._text.setMaximumWidth(_FIND_WIDTHS[1])
        # A drop anywhere on the window adds photos; it must not end as text in here.
        self._text.setAcceptDrops(False)
        self._magnifier = QAction(self)
        self._text.addAction(self._magnifier, QLineEdit.ActionPosition.LeadingPosition)
        self._lowest = _score_box("Lowest score shown", 0.0)
        self._highest = _score_box("Highest score shown", 1.0)

        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_1)
        row.addWidget(self._text, 1)
        row.addSpacing(SPACE_2)
        row.addWidget(text_label("Score", Role.QUIET))
        row.addWidget(self._lowest)
        row.addWidget(text_label("to", Role.QUIET))
        row.addWidget(self._highest)
        row.addStretch()

        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.textChanged.connect(self._emit)
        self._lowest.valueChanged.connect(self._keep_order)
        self._highest.valueChanged.connect(self._keep_order)
        theme_manager.changed.connect(self._tint)
        self._tint()

    def start_finding(self) -> None:
        """Put the cursor where a name is typed."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def clear(self) -> None:
        """Show everything."""
        self._text.clear()
        self._lowest.setValue(0.0)
        self._highest.setValue(1.0)
        self.set_disagreement(0)
        self.cleared.emit()

    def set_disagreement(self, points: int) -> None:
        """Show only photos that two nets place so many points apart; 0 to show all."""
        if points != self._disagreement:
            self._disagreement = points
            self._emit()

    def wanted(self) -> PhotoFilter:
        """What is to be shown."""
        return PhotoFilter(
            lowest=round(self._lowest.value(), 2),
            highest=round(self._highest.value(), 2),
            text=self._text.text().strip(),
            disagreement=self._disagreement,
        )

    def _keep_order(self) -> None:
        # The bound that is being changed pushes the other one along.
        if self._lowest.value() > self._highest.value():
            other = self._highest if self.sender() is self._lowest else self._lowest
            other.setValue(self._lowest.value() if other is self._highest else self._highest.value())
        self._emit()

    def _emit(self) -> None:
        self.changed.emit(self.wanted())

    def _tint(self) -> None:
        self._magnifier.setIcon(icon("search", self._theme_manager.theme))


class SizeSlider(QSlider):
    """How large the thumbnails are, within the setting's limits."""

    def __init__(self, *, pixels: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        limits = SETTINGS.tile_size.limits
        assert limits is not None
        self.setRange(*limits)
        self.setPageStep(32)
        self.setValue(pixels)
        self.setFixedWidth(_SLIDER_WIDTH)
        self.setAccessibleName("Size of the thumbnails")
        self.setToolTip("Size of the thumbnails")


def fill_toolbar(
    toolbar: QToolBar,
    *,
    actions: Actions,
    filters: FilterControls,
    slider: SizeSlider,
    sort_menu: QMenu,
    overlay_menu: QMenu,
) -> tuple[QToolButton, QToolButton]:
    """Lay out the toolbar; gives the buttons that say how the grid is sorted, and which overlay is chosen."""
    toolbar.setMovable(False)
    toolbar.setIconSize(QSize(_ICON_SIDE, _ICON_SIDE))
    toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    for action_id in ("add-photos", "add-folder"):
        toolbar.addAction(actions[action_id])
    toolbar.addSeparator()
    for action_id in ("pause", "cancel"):
        toolbar.addAction(actions[action_id])
    toolbar.addSeparator()
    sort_button = _menu_button(sort_menu, Qt.ToolButtonStyle.ToolButtonTextOnly)
    toolbar.addWidget(sort_button)
    toolbar.addAction(actions["reverse"])
    toolbar.addSeparator()
    toolbar.addWidget(filters)
    toolbar.addAction(actions["disagreeing"])
    spring = QWidget()
    spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    toolbar.addWidget(spring)
    overlay_button = _menu_button(overlay_menu, Qt.ToolButtonStyle.ToolButtonIconOnly)
    toolbar.addWidget(overlay_button)
    toolbar.addSeparator()
    toolbar.addAction(actions["smaller"])
    toolbar.addWidget(slider)
    toolbar.addAction(actions["larger"])
    toolbar.addSeparator()
    for action_id in ("problems", "inspector"):
        toolbar.addAction(actions[action_id])
    return sort_button, overlay_button


def _menu_button(menu: QMenu, style: Qt.ToolButtonStyle) -> QToolButton:
    button = QToolButton()
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolButtonStyle(style)
    button.setMenu(menu)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _score_box(name: str, value: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.0, 1.0)
    box.setSingleStep(0.05)
    box.setDecimals(2)
    box.setValue(value)
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setFixedWidth(_SCORE_WIDTH)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    line = box.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.setAcceptDrops(False)
    return box
