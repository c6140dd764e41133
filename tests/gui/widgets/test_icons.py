"""The icon set: one grid, one stroke, tinted by the theme."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from memapp.core.resources import resource_path
from memapp.gui.widgets.basic import IconButton, IconLabel
from memapp.gui.widgets.theme import DARK, LIGHT, ThemeManager, icon
from memapp.gui.window.action_table import ACTIONS

FILES = sorted(resource_path("icons").glob("*.svg"))
OWN_COLOURS = {"memapp", "combo-arrow", "combo-arrow-up", "tick-dark", "tick-light"}
RELATED = {frozenset({"folder", "add-folder"})}
"""Alike on purpose: one is the other with a plus."""
ALIKE = 0.94
"""From this share of what two icons have in common on, the eye has to look twice."""
TINTED = [file for file in FILES if file.stem not in OWN_COLOURS]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_drawn_on_the_grid(qapp: object, file: Path) -> None:
    renderer = QSvgRenderer(str(file))
    assert renderer.isValid()
    assert renderer.viewBoxF().getRect() == (0, 0, 16, 16)


@pytest.mark.parametrize("file", TINTED, ids=lambda file: file.stem)
def test_it_has_one_stroke_and_no_colour_of_its_own(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert 'stroke="currentColor" stroke-width="1.5"' in source
    assert source.count("stroke-width") == 1
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", source)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("file", TINTED, ids=lambda file: file.stem)
def test_it_takes_the_themes_colour(qapp: object, file: Path, theme: object) -> None:
    assert theme in (DARK, LIGHT)
    tint = DARK.text if theme is DARK else LIGHT.text
    image = icon(file.stem, DARK if theme is DARK else LIGHT).pixmap(32, 32).toImage()
    solid = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert solid == {tint}


def test_buttons_and_labels_are_tinted_anew(qtbot: QtBot, theme_manager: ThemeManager) -> None:
    button = IconButton(theme_manager=theme_manager, name="close", text="Close")
    label = IconLabel(theme_manager=theme_manager, name="device")
    for widget in (button, label):
        qtbot.addWidget(widget)

    def pictures() -> tuple[object, object]:
        return button.icon().pixmap(16, 16).toImage(), label.pixmap().toImage()

    dark = pictures()
    theme_manager.choose("light")
    light = pictures()
    assert dark[0] != light[0]
    assert dark[1] != light[1]


def test_the_apps_own_icon_is_readable_at_16_pixels(qapp: object) -> None:
    image = QIcon(str(resource_path("icons/memapp.svg"))).pixmap(16, 16).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(16) for y in range(16)}
    assert image.pixelColor(8, 1).lightness() < 100
    assert any(int(name[1:3], 16) > 200 and int(name[5:7], 16) < 120 for name in colours), "the yellow score"


def blurred(file: Path) -> npt.NDArray[np.float64]:
    """What the eye takes in at a glance of an icon of 16 pixels: its ink, out of focus, of length 1."""
    image = QImage(16, 16, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(file)).render(painter)
    painter.end()
    ink = np.array([[image.pixelColor(x, y).alphaF() for x in range(16)] for y in range(16)])
    wide = np.pad(ink, 1)
    weights = np.outer([1, 2, 1], [1, 2, 1])
    seen = sum(weights[y, x] * wide[y : y + 16, x : x + 16] for y in range(3) for x in range(3))
    return np.asarray(seen / np.linalg.norm(seen))


def test_no_two_are_alike(qapp: object) -> None:
    seen = {file.stem: blurred(file) for file in TINTED}
    alike = [
        pair
        for pair in combinations(seen, 2)
        if float((seen[pair[0]] * seen[pair[1]]).sum()) >= ALIKE and frozenset(pair) not in RELATED
    ]
    assert alike == []


def test_no_two_actions_share_one() -> None:
    assert [
        name for name, uses in Counter(spec.icon for spec in ACTIONS if spec.icon).items() if uses > 1
    ] == []
