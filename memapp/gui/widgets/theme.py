"""The look of memapp in one place: colours, type, spacing, the score ramp, icons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from memapp.core.map_colours import DIVERGING
from memapp.core.resources import resource_path

# The rhythm: every distance is one of these, in device-independent pixels.
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6 = 4, 8, 12, 16, 24
CORNER = 4

MENU_GUTTER = 20
"""The room for ticks before the texts of a menu. Qt takes four pixels more than the size of an icon."""

# Type sizes, in device-independent pixels.
TEXT_SMALL, TEXT_NORMAL, TEXT_LARGE, TEXT_TITLE, TEXT_SCORE = 11, 12, 13, 16, 24

RAMP_LOW, RAMP_HIGH = 0.4, 1.0
"""The scores at the two ends of the ramp."""

# Cividis (Nunez, Anderton & Renslow 2018), nine samples, lightness rising: in order for any colour vision.
_RAMP = np.array(
    [
        (0x00, 0x22, 0x4E),
        (0x1A, 0x38, 0x6F),
        (0x43, 0x4E, 0x6C),
        (0x61, 0x65, 0x6F),
        (0x7D, 0x7C, 0x78),
        (0x9A, 0x93, 0x76),
        (0xBB, 0xAD, 0x6D),
        (0xDD, 0xC8, 0x58),
        (0xFE, 0xE8, 0x38),
    ],
    dtype=np.float64,
)

FOG = "#d8d8d8"
AREA_LINE = "#ffffff"
AREA_FILL = "#30ffffff"
"""The fill of an area while it is drawn on a photo."""
CASING = "#70000000"
"""The edge of a thin line, so that it can be seen on any photo."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme: neutral greys without a tint, and one accent."""

    dark: bool
    window: str
    panel: str
    tile: str
    hover: str
    line: str
    text: str
    second_text: str
    accent: str = "#4a9eff"
    on_accent: str = "#10181f"
    link: str = "#6aafff"
    control: str = "#8a8a8a"
    """The edge of controls that are off: 3 to 1 on every surface, as WCAG 2.2 asks (1.4.11)."""
    bar: str = "#555555"
    bar_below: str = "#8c8c8c"
    warning: str = "#e0a030"
    ring: str = ""
    """A line around the accent of what is selected, where the accent alone is no contrast; else empty."""
    casing: str = ""
    """The edge of bars in the colours of the ramp, where those alone are no contrast; else empty."""


DARK = Theme(
    dark=True,
    window="#1c1c1c",
    panel="#242424",
    tile="#2b2b2b",
    hover="#343434",
    line="#3a3a3a",
    text="#ececec",
    second_text="#a8a8a8",
)
LIGHT = Theme(
    dark=False,
    window="#f3f3f3",
    panel="#fafafa",
    tile="#ffffff",
    hover="#ededed",
    line="#d6d6d6",
    text="#1d1d1d",
    second_text="#5c5c5c",
    accent="#0b66c3",
    on_accent="#ffffff",
    link="#1462bd",
    control="#767676",
    bar="#bdbdbd",
    bar_below="#808080",
    warning="#8a5a00",
)
MID = replace(
    LIGHT,
    window="#8f8f8f",
    panel="#999999",
    tile="#999999",
    hover="#a3a3a3",
    line="#6a6a6a",
    second_text="#262626",
    link="#1d1d1d",
    control="#303030",
    bar="#5f5f5f",
    bar_below="#303030",
    warning="#1d1d1d",
    ring="#1d1d1d",
    casing="#1d1d1d",
)
"""Mid grey: what lies on it looks as dark and as bright as it is."""
BLACK = replace(
    DARK, window="#000000", panel="#141414", tile="#141414", hover="#202020", line="#333333", bar="#4a4a4a"
)

SURROUNDS: Mapping[str, Theme] = {"black": BLACK, "dark": DARK, "mid": MID, "light": LIGHT}
"""The greys on which photos lie in the grid and in the viewer, with the colours of what is beside them."""


class ThemeManager(QObject):
    """Dark or light, and the grey around photos, as the system or the user chose. Lives on the GUI thread.

    Signals:
        changed(): the theme or the surround was changed; repaint and tint again.
    """

    changed = Signal()

    def __init__(self, *, choice: str, surround: str = "theme", parent: QObject | None = None) -> None:
        """Take the choices, as in choose and choose_surround, and style the application."""
        super().__init__(parent)
        self._choice = choice
        self._surround_choice = surround
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self.theme = LIGHT
        self.surround = MID
        """The colours of what lies around photos, in the grid and in the viewer."""
        self._apply()

    def choose(self, choice: str) -> None:
        """Use the system's theme ("system"), or one of them always ("dark", "light")."""
        self._choice = choice
        self._apply()

    def choose_surround(self, choice: str) -> None:
        """Lay photos on the grey that goes with the theme ("theme"), or on one of SURROUNDS always."""
        self._surround_choice = choice
        self._apply()

    def _apply(self) -> None:
        self.theme = self._wanted_theme()
        own = DARK if self.theme.dark else MID
        self.surround = SURROUNDS.get(self._surround_choice, own)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(_palette(self.theme))
        sheet = _stylesheet(self.theme, self.surround)
        # Qt styles every widget anew, even for the same sheet: 0.2 s for a window.
        if application.styleSheet() != sheet:
            application.setStyleSheet(sheet)
        self.changed.emit()

    def _wanted_theme(self) -> Theme:
        if self._choice == "system":
            scheme = QGuiApplication.styleHints().colorScheme()
            # Where the desktop names none, photos are judged best on dark grey.
            return LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return DARK if self._choice == "dark" else LIGHT


def font(pixels: int, *, strong: bool = False) -> QFont:
    """Return the system's font at one of the sizes, with tabular figures; strong is for the score only."""
    face = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    face.setPixelSize(pixels)
    face.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    face.setFeature(QFont.Tag("tnum"), 1)
    return face


@lru_cache(maxsize=512)
def ramp_colour(score: float) -> QColor:
    """Return the colour of a score, on a perceptual, colour-blind-safe ramp from 0.4 to 1.0."""
    position = (min(max(score, RAMP_LOW), RAMP_HIGH) - RAMP_LOW) / (RAMP_HIGH - RAMP_LOW) * (len(_RAMP) - 1)
    channels = [round(np.interp(position, np.arange(len(_RAMP)), _RAMP[:, channel])) for channel in range(3)]
    return QColor(*channels)


def diverging_colour(position: float) -> QColor:
    """Return the colour of what lowers (-1) or raises (1) a score: diverging, colour-blind-safe."""
    place = (min(max(position, -1.0), 1.0) + 1) / 2 * (len(DIVERGING) - 1)
    samples = np.arange(len(DIVERGING))
    channels = [round(np.interp(place, samples, DIVERGING[:, channel])) for channel in range(3)]
    return QColor(*channels)


def icon(name: str, theme: Theme) -> QIcon:
    """Return the icon resources/icons/NAME.svg, tinted for the theme, crisp at 200 %."""
    made = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, theme.text), (QIcon.Mode.Disabled, theme.second_text)):
        for scale in (1, 2, 3):
            made.addPixmap(_tinted(name, colour, 16 * scale), mode)
    return made


@lru_cache(maxsize=256)
def _tinted(name: str, colour: str, pixels: int) -> QPixmap:
    svg = _svg(name).replace(b"currentColor", colour.encode())
    pixmap = QPixmap(QSize(pixels, pixels))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter)
    painter.end()
    return pixmap


@lru_cache(maxsize=256)
def _svg(name: str) -> bytes:
    return resource_path(f"icons/{name}.svg").read_bytes()


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.tile),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.second_text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.panel),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.Mid, theme.line),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.second_text))
    return palette


def _address(picture: Path) -> str:
    """Return a picture's path as a stylesheet needs it; memapp may be installed in any folder."""
    escaped = picture.as_posix().replace("\\", "\\\\").replace('"', '\\"')
    return f'url("{escaped}")'


def _stylesheet(theme: Theme, surround: Theme) -> str:
    # A stylesheet can't tint a picture: this one is a grey that is seen on both appearances.
    arrow = _address(resource_path("icons/combo-arrow.svg"))
    tick = _address(resource_path("icons/tick-dark.svg" if theme.dark else "icons/tick-light.svg"))
    menu_tick = _address(resource_path("icons/tick-light.svg" if theme.dark else "icons/tick-dark.svg"))
    arrow_up = _address(resource_path("icons/combo-arrow-up.svg"))
    return f"""
        QWidget {{ font-size: {TEXT_NORMAL}px; }}
        QMainWindow, QDialog {{ background: {theme.window}; }}
        QToolBar {{ background: {theme.panel}; border: none; border-bottom: 1px solid {theme.line};
            padding: {SPACE_1}px {SPACE_2}px; spacing: {SPACE_1}px; }}
        QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.line};
            color: {theme.second_text}; min-height: 32px; }}
        QStatusBar::item {{ border: none; }}
        QToolButton {{ border: 1px solid transparent; border-radius: {CORNER}px;
            padding: {SPACE_1 - 1}px {SPACE_2 - 1}px; }}
        QToolButton[popupMode="2"] {{ padding-right: {SPACE_4}px; }}
        QToolButton::menu-indicator {{ image: {arrow}; subcontrol-origin: padding;
            subcontrol-position: right center; right: {SPACE_1}px; }}
        QToolButton#qt_toolbar_ext_button {{ padding: 0; border: none; image: {arrow}; }}
        QToolButton[segment] {{ border: 1px solid {theme.line}; border-radius: 0;
            padding: {SPACE_1 - 1}px {SPACE_1}px {SPACE_1 - 1}px {SPACE_1 + 2}px; }}
        QToolButton[segment="first"] {{ border-top-left-radius: {CORNER}px;
            border-bottom-left-radius: {CORNER}px; }}
        QToolButton[segment="last"] {{ border-top-right-radius: {CORNER}px;
            border-bottom-right-radius: {CORNER}px; }}
        QToolButton[segment="next"], QToolButton[segment="last"] {{ border-left: none; }}
        QToolButton:hover {{ background: {theme.hover}; }}
        QToolButton:pressed, QToolButton:checked {{ background: {theme.line}; }}
        QToolButton:focus, QToolButton[segment]:focus {{ border: 1px solid {theme.accent}; }}
        QToolTip {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.line};
            padding: {SPACE_1}px; }}
        QPushButton {{ background: {theme.tile}; border: 1px solid {theme.line}; border-radius: {CORNER}px;
            padding: {SPACE_1}px {SPACE_3}px; min-height: 20px; }}
        QPushButton:hover {{ background: {theme.hover}; }}
        QPushButton:focus {{ border-color: {theme.accent}; }}
        QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
        QPushButton:disabled {{ color: {theme.second_text}; }}
        QLineEdit, QComboBox {{ background: {theme.tile}; border: 1px solid {theme.line};
            border-radius: {CORNER}px; padding: 2px {SPACE_2}px; min-height: 20px; }}
        QAbstractSpinBox {{ background: {theme.tile}; border: 1px solid {theme.line};
            border-radius: {CORNER}px; padding: 2px {SPACE_1}px; min-height: 20px; }}
        QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0px; border: none; }}
        QAbstractSpinBox > QLineEdit {{ border: none; padding: 0; min-height: 0; background: transparent; }}
        QLineEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{
            border-color: {theme.accent}; }}
        QScrollArea, QAbstractScrollArea, QAbstractScrollArea::corner {{ border: none; }}
        QAbstractScrollArea::corner {{ background: transparent; }}
        QMenu {{ background: {theme.panel}; border: 1px solid {theme.line}; padding: {SPACE_1}px 0; }}
        QFrame#popup {{ background: {theme.panel}; border: 1px solid {theme.line};
            border-radius: {CORNER}px; }}
        QMenu {{ icon-size: {MENU_GUTTER - 4}px; }}
        QMenu::item {{ padding: {SPACE_1}px {SPACE_6}px {SPACE_1}px {SPACE_3}px; min-height: 16px; }}
        QMenu::indicator {{ width: {MENU_GUTTER}px; height: 14px; left: {SPACE_2}px; }}
        QMenu::separator {{ height: 1px; background: {theme.line}; margin: {SPACE_1}px 0; }}
        QMenu::indicator:checked {{ image: {menu_tick}; }}
        QMenu::item:selected {{ background: {theme.hover}; }}
        QMenu::item:disabled {{ color: {theme.second_text}; }}
        QMenuBar {{ background: {theme.panel}; }}
        QLabel[role="score"] {{ font-size: {TEXT_SCORE}px; font-weight: 600; }}
        QLabel[role="title"] {{ font-size: {TEXT_TITLE}px; }}
        QLabel[role="large"] {{ font-size: {TEXT_LARGE}px; }}
        QLabel[role="strong"] {{ font-size: {TEXT_LARGE}px; font-weight: 600; }}
        QLabel[role="quiet"] {{ color: {theme.second_text}; }}
        QLabel[role="small"] {{ font-size: {TEXT_SMALL}px; color: {theme.second_text}; }}
        QLabel[role="tag"] {{ background: {theme.panel}; border: 1px solid {theme.line};
            padding: 2px {SPACE_1}px; }}
        QTreeView {{ background: {theme.panel}; }}
        QTableView {{ background: {theme.window}; selection-background-color: {theme.line};
            selection-color: {theme.text}; border: none; outline: 0; }}
        QTableView::item {{ padding: 0 {SPACE_2}px; }}
        QTableView::item:selected {{ background: {theme.line}; color: {theme.text}; }}
        QTreeView::item {{ padding: {SPACE_1}px {SPACE_2}px; min-height: 16px; }}
        QTreeView::item:hover {{ background: {theme.tile}; }}
        QTreeView::item:selected {{ background: {theme.line}; color: {theme.text}; }}
        QHeaderView {{ background: {theme.panel}; }}
        QHeaderView::section {{ background: {theme.panel}; color: {theme.second_text}; border: none;
            border-bottom: 1px solid {theme.line}; padding: {SPACE_1}px 11px; }}
        QHeaderView::down-arrow, QHeaderView::up-arrow {{ width: 12px; height: 12px; }}
        QHeaderView::down-arrow {{ image: {arrow}; }}
        QHeaderView::up-arrow {{ image: {arrow_up}; }}
        QComboBox::drop-down {{ border: none; width: {SPACE_6}px; }}
        QComboBox::down-arrow {{ image: {arrow}; width: 16px; height: 16px; }}
        QPushButton#entry {{ border: none; background: transparent; text-align: left; padding: 4px; }}
        QToolButton#disclosure, QToolButton#disclosure:hover, QToolButton#disclosure:checked {{
            background: transparent; padding: {SPACE_1 - 1}px {SPACE_2 - 1}px {SPACE_1 - 1}px 0; }}
        QTreeView#legend::item {{ padding: {SPACE_1}px {SPACE_1 // 2}px; }}
        QTreeView#legend QHeaderView::section {{ padding: {SPACE_1}px {SPACE_1 + 1}px; }}
        QProgressBar {{ background: {theme.line}; border: none; max-height: 2px; }}
        QProgressBar::chunk {{ background: {theme.accent}; }}
        QTreeView::indicator, QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px;
            background: {theme.tile}; border: 1px solid {theme.control}; border-radius: 2px; }}
        QRadioButton::indicator {{ border-radius: 7px; }}
        QTreeView::indicator:checked, QCheckBox::indicator:checked {{ background: {theme.accent};
            border-color: {theme.accent}; image: {tick}; }}
        QRadioButton::indicator:checked {{ background: {theme.accent}; border: 4px solid {theme.tile};
            width: 8px; height: 8px; }}
        QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {theme.accent}; }}
        QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {theme.line}; }}
        QComboBox {{ combobox-popup: 0; }}
        QComboBox QAbstractItemView {{ background: {theme.panel}; color: {theme.text};
            border: 1px solid {theme.line}; selection-background-color: {theme.accent};
            selection-color: {theme.on_accent}; outline: 0; }}
        QFrame#hairline {{ background: {theme.line}; border: none; }}
        QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent;
            color: {theme.link}; padding: {SPACE_1}px {SPACE_2}px; }}
        QPushButton[role="link"]:disabled {{ color: {theme.second_text}; }}
        QPushButton[role="link"]:hover {{ text-decoration: underline; }}
        QPushButton[role="link"]:focus {{ border-color: {theme.accent}; }}
        QMenuBar::item:selected {{ background: {theme.hover}; }}
        QScrollBar {{ background: transparent; border: none; margin: 0; }}
        QScrollBar:vertical {{ width: {SPACE_3}px; }}
        QScrollBar:horizontal {{ height: {SPACE_3}px; }}
        QScrollBar::handle {{ background: {theme.bar}; border-radius: {SPACE_1 // 2}px;
            margin: {SPACE_1}px; }}
        QScrollBar::handle:vertical {{ min-height: {SPACE_6}px; }}
        QScrollBar::handle:horizontal {{ min-width: {SPACE_6}px; }}
        QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {theme.bar_below}; }}
        QAbstractScrollArea#photos {{ background: {surround.window}; }}
        QAbstractScrollArea#photos QScrollBar::handle {{ background: {surround.bar}; }}
        QAbstractScrollArea#photos QScrollBar::handle:hover,
        QAbstractScrollArea#photos QScrollBar::handle:pressed {{ background: {surround.bar_below}; }}
        QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
        QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
