"""Every text and control can be seen in both themes and on every surround of the photos.

As WCAG 2.2 asks: 4.5 to 1 for texts, 3 to 1 for controls and signs.
"""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from memapp.gui.widgets.theme import DARK, LIGHT, MID, SURROUNDS, Theme, ThemeManager

TEXT, CONTROL = 4.5, 3.0
LOOKS = {"dark theme": DARK, "light theme": LIGHT, **SURROUNDS}


def luminance(colour: QColor) -> float:
    """Return the relative luminance of WCAG 2.2."""

    def linear(level: float) -> float:
        return float(level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(level) for level in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast of two colours, 1..21."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def surfaces(theme: Theme) -> tuple[str, ...]:
    return (theme.window, theme.panel, theme.tile, theme.hover)


@pytest.mark.parametrize("theme", LOOKS.values(), ids=LOOKS.keys())
def test_texts_on_every_surface(theme: Theme) -> None:
    texts = (theme.text, theme.second_text, theme.link, theme.warning)
    for text, surface in product(texts, surfaces(theme)):
        assert contrast(QColor(text), QColor(surface)) >= TEXT, (text, surface)
    assert contrast(QColor(theme.on_accent), QColor(theme.accent)) >= TEXT
    for surface in surfaces(theme):
        assert contrast(QColor(theme.control), QColor(surface)) >= CONTROL, surface


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_texts_on_what_is_pressed_or_chosen(theme: Theme) -> None:
    for text in (theme.text, theme.second_text):
        assert contrast(QColor(text), QColor(theme.line)) >= TEXT, text


@pytest.mark.parametrize("theme", SURROUNDS.values(), ids=SURROUNDS.keys())
def test_signs_on_every_surround(theme: Theme) -> None:
    """The selection, the bracket of ties, labels by their edge, and the bar of the score where it is grey."""
    for surface in (theme.window, theme.tile, theme.hover):
        for sign in (theme.ring or theme.accent, theme.bar_below, theme.second_text):
            assert contrast(QColor(sign), QColor(surface)) >= CONTROL, (sign, surface)
    if theme.casing:
        assert contrast(QColor(theme.casing), QColor(theme.tile)) >= CONTROL


def test_the_light_accent_is_as_good_as_a_text_on_white() -> None:
    for surface in surfaces(LIGHT):
        assert contrast(QColor(LIGHT.accent), QColor(surface)) >= TEXT, surface


def test_every_surround_is_a_grey_and_each_is_brighter_than_the_one_before() -> None:
    grounds = [QColor(theme.window) for theme in SURROUNDS.values()]
    assert list(SURROUNDS) == ["black", "dark", "mid", "light"]
    for theme in SURROUNDS.values():
        for surface in map(QColor, surfaces(theme)):
            assert surface.red() == surface.green() == surface.blue()
    assert sorted(grounds, key=luminance) == grounds
    assert (MID.window, MID.text) == ("#8f8f8f", "#1d1d1d")


def colours(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("choice", ["dark", "light"])
@pytest.mark.parametrize("make", [QCheckBox, QRadioButton])
def test_a_box_that_is_off_can_be_seen(qtbot: QtBot, make: type[QWidget], choice: str) -> None:
    manager = ThemeManager(choice=choice)
    box = make()
    qtbot.addWidget(box)
    box.resize(60, 30)
    image = box.grab().toImage()
    ground = image.pixelColor(QPoint(58, 2))
    assert max(contrast(QColor(name), ground) for name in colours(image)) >= CONTROL
    assert manager.theme.control in colours(image)


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("choice", ["dark", "light"])
def test_the_current_entry_of_a_list_can_be_read(qtbot: QtBot, choice: str) -> None:
    manager = ThemeManager(choice=choice)
    box = QComboBox()
    box.addItems(["MMMM", "WWWW"])
    qtbot.addWidget(box)
    box.show()
    box.showPopup()
    view = box.view()
    row = view.grab().toImage().copy(view.visualRect(view.currentIndex()))
    accent, on_accent = QColor(manager.theme.accent), QColor(manager.theme.on_accent)
    assert accent.name() in colours(row)
    assert max(contrast(QColor(name), accent) for name in colours(row)) >= TEXT
    assert on_accent.name() in colours(row)
    box.hidePopup()
