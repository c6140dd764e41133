"""The grey around photos: with the theme, or the one that was chosen, in the grid and in the viewer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from memapp.core.settings import SETTINGS
from memapp.gui.grid.no_match_notice import NoMatchNotice
from memapp.gui.widgets.choice_texts import SURROUND_TEXTS
from memapp.gui.widgets.theme import DARK, LIGHT, MID, SURROUNDS
from memapp.library.filtering import Contains
from memapp.library.order import NAME
from tests.gui.widgets.test_contrast import TEXT, colours, contrast
from tests.gui.window_bench import WindowBench, make_photos


@pytest.fixture
def photos(bench: WindowBench, tmp_path: Path) -> WindowBench:
    bench.add(make_photos(tmp_path, {"a.png": 200, "b.png": 100}))
    bench.choose("a.png")
    return bench


def corner(widget: QWidget) -> str:
    return widget.grab().toImage().pixelColor(QPoint(1, 1)).name()


def ticked(bench: WindowBench) -> list[str]:
    return [choice for choice in SURROUNDS if bench.window.actions_table[f"surround-{choice}"].isChecked()]


def test_every_choice_has_its_words() -> None:
    assert tuple(SURROUND_TEXTS) == SETTINGS.surround.choices == ("theme", *SURROUNDS)


@pytest.mark.parametrize(("theme", "ground"), [("dark", DARK.window), ("light", MID.window)])
def test_at_first_it_goes_with_the_theme(photos: WindowBench, theme: str, ground: str) -> None:
    photos.settings.set(SETTINGS.theme, theme)
    assert corner(photos.window.grid.viewport()) == ground
    photos.trigger("open")
    assert corner(photos.window.viewer.view) == ground
    assert photos.window.actions_table["surround-theme"].isChecked()


@pytest.mark.parametrize("choice", SURROUNDS)
def test_another_one_is_chosen_in_the_menu(photos: WindowBench, choice: str) -> None:
    photos.trigger(f"surround-{choice}")
    ground = SURROUNDS[choice].window
    assert photos.settings.get(SETTINGS.surround) == choice
    assert corner(photos.window.grid.viewport()) == ground
    # The strip of the scroll bar, too.
    photos.window.grid.set_tile_size(512)
    photos.until(photos.window.grid.verticalScrollBar().isVisible)
    strip = photos.window.grid.verticalScrollBar().geometry().topLeft()
    assert photos.window.grid.grab().toImage().pixelColor(strip).name() == ground
    photos.trigger("open")
    assert corner(photos.window.viewer.view) == ground
    assert ticked(photos) == [choice]
    photos.settings.set(SETTINGS.theme, "light")
    assert corner(photos.window.viewer.view) == ground


def test_it_is_the_same_at_the_next_start(
    photos: WindowBench, open_window: Callable[..., WindowBench]
) -> None:
    photos.settings.set(SETTINGS.surround, "black")
    photos.window.close()
    again = open_window()
    assert ticked(again) == ["black"]
    assert again.window.grid._theme is SURROUNDS["black"]


def test_what_stands_in_an_empty_grid_can_be_read(photos: WindowBench) -> None:
    photos.window.filters.set_condition(NAME, Contains(NAME, "nowhere"))
    photos.until(lambda: not photos.names())
    view = photos.window.grid.viewport()
    [notice] = photos.window.grid.findChildren(NoMatchNotice)
    words = next(label for label in notice.findChildren(QLabel) if "hides" in label.text())
    for theme, choice in product(("dark", "light"), SETTINGS.surround.choices):
        photos.settings.set(SETTINGS.theme, theme)
        photos.settings.set(SETTINGS.surround, choice)
        within = view.grab(words.rect().translated(words.mapTo(view, QPoint(0, 0)))).toImage()
        ground = QColor(corner(view))
        assert max(contrast(QColor(name), ground) for name in colours(within)) >= TEXT, (theme, choice)


def test_the_table_of_details_keeps_the_theme(photos: WindowBench) -> None:
    photos.settings.set(SETTINGS.theme, "light")
    photos.trigger("details")
    view = photos.window.details.viewport()
    assert view.grab().toImage().pixelColor(view.width() - 2, view.height() - 2).name() == LIGHT.window
