"""The toolbar: add, pause and cancel, sort, find and filter, size, panels."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QMenu,
    QSizePolicy,
    QSlider,
    QToolBar,
    QToolButton,
    QWidget,
)

from memapp.core.settings import SETTINGS
from memapp.core.text import tr
from memapp.gui.window.actions import Actions
from memapp.gui.window.filter_controls import FilterControls

_SLIDER_WIDTH = 72
_ICON_SIDE = 18


class SizeSlider(QSlider):
    """The size of the thumbnails, within the setting's limits."""

    def __init__(self, *, pixels: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        limits = SETTINGS.tile_size.limits
        assert limits is not None
        self.setRange(*limits)
        self.setPageStep(32)
        self.setValue(pixels)
        self.setFixedWidth(_SLIDER_WIDTH)
        self.setAccessibleName(tr("Size of the thumbnails"))
        self.setToolTip(tr("Size of the thumbnails"))


def fill_toolbar(
    toolbar: QToolBar,
    *,
    actions: Actions,
    filters: FilterControls,
    slider: SizeSlider,
    sort_menu: QMenu,
    overlay_menu: QMenu,
) -> tuple[QToolButton, QToolButton]:
    """Lay out the toolbar; return the buttons that show the order and the overlay."""
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
