"""Menus: rows of one height, texts in one line below each other, ticks on what is on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtWidgets import QMenu

from memapp.core.settings import SETTINGS
from memapp.gui.widgets.theme import MENU_GUTTER, SPACE_2, SPACE_3
from tests.gui.widgets.test_contrast import CONTROL, TEXT, contrast
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def photos(bench: WindowBench, tmp_path: Path) -> WindowBench:
    bench.add(make_photos(tmp_path, {"a.png": 200, "b.png": 100}))
    bench.choose("a.png")
    return bench


def menus(bench: WindowBench) -> list[QMenu]:
    """All of the menu bar and of the toolbar."""
    found = [menu for menu in bench.window.findChildren(QMenu) if rows(menu)]
    # Qt's own is for menu bars in windows that are too narrow for their titles.
    return [menu for menu in found if menu.objectName() or not any(each.menu() for each in rows(menu))]


def rows(menu: QMenu) -> list[QAction]:
    return [action for action in menu.actions() if action.isVisible() and not action.isSeparator()]


def pictured(menu: QMenu) -> Iterator[tuple[QAction, QImage]]:
    """Each row of a menu as it is painted, at one pixel per pixel."""
    menu.ensurePolished()
    menu.adjustSize()
    whole = menu.grab().toImage()
    for action in rows(menu):
        yield action, whole.copy(menu.actionGeometry(action))


def first_ink(image: QImage, *, begin: int) -> int:
    """The first column from one on in which anything is painted."""
    ground = image.pixelColor(begin, 1)
    return next(
        x
        for x in range(begin, image.width())
        if any(image.pixelColor(x, y) != ground for y in range(2, image.height() - 2))
    )


def tick(image: QImage) -> QImage:
    return image.copy(QRect(SPACE_2, 2, MENU_GUTTER, image.height() - 4))


def inks(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_every_row_of_every_menu_has_one_height(photos: WindowBench) -> None:
    heights = {image.height() for menu in menus(photos) for _, image in pictured(menu)}
    assert len(heights) == 1


def test_texts_begin_after_the_gutter_in_every_menu(photos: WindowBench) -> None:
    text = SPACE_3 + MENU_GUTTER
    begins = {
        (menu.objectName(), action.text()): first_ink(image, begin=SPACE_2 + MENU_GUTTER)
        for menu in menus(photos)
        for action, image in pictured(menu)
    }
    # Letters have a little room of their own at their left.
    assert {each: x for each, x in begins.items() if not text - 1 <= x <= text + 3} == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_on_has_a_tick_that_can_be_seen_and_nothing_else_has_one(
    photos: WindowBench, theme: str
) -> None:
    photos.settings.set(SETTINGS.theme, theme)
    on: set[str] = set()
    for menu in menus(photos):
        for action, image in pictured(menu):
            ground = QColor(photos.root.theme_manager.theme.panel)
            contrasts = [contrast(QColor(name), ground) for name in inks(tick(image))]
            if action.isChecked():
                on.add(action.objectName())
                assert max(contrasts) >= TEXT, action.text()
            else:
                assert max(contrasts) < CONTROL, action.text()
    assert {"inspector", "sort-score", "overlay-none", "surround-theme"} <= on


def test_toggles_lose_their_tick_when_they_are_off(photos: WindowBench) -> None:
    [view] = [menu for menu in menus(photos) if menu.objectName() == "view"]
    for action_id in ("inspector", "details", "problems"):
        action = photos.window.actions_table[action_id]
        pictures = []
        for _ in range(2):
            pictures.append(tick(dict(pictured(view))[action]))
            action.trigger()
        assert pictures[0] != pictures[1], action_id


def test_a_plain_menu_has_rows_of_the_same_height(photos: WindowBench) -> None:
    plain = QMenu(photos.window)
    plain.addAction("Rename...")
    [(_, image)] = pictured(plain)
    [(_, usual), *_] = pictured(menus(photos)[0])
    assert image.height() == usual.height()
    assert first_ink(image, begin=1) >= SPACE_3
