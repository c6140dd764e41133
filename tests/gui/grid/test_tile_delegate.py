"""The tile: whole photo, score as bar and number, reasons, ties; at 100, 150 and 200 %."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QMargins, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from memapp.core.marks import Flag, Label
from memapp.core.records import FailureKind
from memapp.core.score_scale import RESMEM_SCALE
from memapp.core.score_text import standing
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.mark_painter import LABEL_COLOURS
from memapp.gui.grid.tile_delegate import BAR_HEIGHT, TileDelegate
from memapp.gui.widgets.theme import (
    DARK,
    LIGHT,
    SPACE_2,
    SURROUNDS,
    TEXT_LARGE,
    TEXT_SMALL,
    Theme,
    font,
    ramp_colour,
)
from memapp.library.marks import FLAG, LABEL, STARS
from tests.gui.grid.photos import add, add_failed, add_scored, failed, key, scored, scored_fast

SIDE = 200
MARGIN = 8


def painted(
    model: GridModel,
    row: int = 0,
    *,
    theme: Theme = DARK,
    ratio: float = 1.0,
    state: QStyle.StateFlag = QStyle.StateFlag.State_Enabled,
) -> tuple[QImage, TileDelegate]:
    """A cell with a tile and half a gap of MARGIN pixels around it."""
    delegate = TileDelegate(theme=theme, side=SIDE)
    size = delegate.layout.tile.grownBy(QMargins(MARGIN, MARGIN, MARGIN, MARGIN))
    image = QImage(size * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(theme.window))
    option: Any = QStyleOptionViewItem()
    option.rect, option.state = QRect(QPoint(0, 0), size), state
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(row, 0))
    painter.end()
    return image, delegate


def colours_in(image: QImage, part: QRect) -> set[str]:
    """All colours in a part of the tile, which begins at MARGIN."""
    ratio = image.devicePixelRatio()
    within = part.translated(MARGIN, MARGIN)
    columns = range(round(within.left() * ratio), round((within.right() + 1) * ratio))
    rows = range(round(within.top() * ratio), round((within.bottom() + 1) * ratio))
    return {image.pixelColor(x, y).name() for y in rows for x in columns}


def last_ink(image: QImage, part: QRect) -> int:
    """The rightmost column of a part of the image in which anything is drawn on the tile."""
    for x in range(part.right(), part.left(), -1):
        if any(image.pixelColor(x, y).name() != DARK.tile for y in range(part.top(), part.bottom() + 1)):
            return x
    return part.left()


def checkered(width: int, height: int) -> QImage:
    """Black and white in turn, pixel by pixel: any blur or cut shows."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for y in range(height):
        for x in range(width):
            image.setPixelColor(x, y, QColor("#ffffff" if (x + y) % 2 else "#000000"))
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("shape", [(1.0, 0.5), (0.5, 1.0), (1.0, 1.0), (1.0, 0.1)])
def test_the_photo_is_whole_centred_and_crisp(
    model: GridModel, ratio: float, shape: tuple[float, float]
) -> None:
    add(model, "a.jpg")
    photo = checkered(*(round(SIDE * ratio * share) for share in shape))
    model.images.set_preview(key("a.jpg"), photo)
    image, delegate = painted(model, ratio=ratio)
    square = delegate.layout.square.translated(MARGIN, MARGIN)
    left = round((square.x() + SIDE / 2) * ratio - photo.width() / 2)
    top = round((square.y() + SIDE / 2) * ratio - photo.height() / 2)
    candidates = [
        image.copy(left + dx, top + dy, photo.width(), photo.height())
        for dx in (0, -1, 1)
        for dy in (0, -1, 1)
    ]
    for candidate in candidates:
        candidate.setDevicePixelRatio(1)
    assert any(candidate == photo for candidate in candidates)


def test_a_large_preview_is_scaled_down_whole(model: GridModel) -> None:
    add(model, "a.jpg")
    photo = QImage(1000, 500, QImage.Format.Format_RGB32)
    photo.fill(Qt.GlobalColor.green)
    model.images.set_preview(key("a.jpg"), photo)
    image, delegate = painted(model)
    square = delegate.layout.square
    assert colours_in(image, QRect(square.x(), square.y() + 50, SIDE, 100)) == {"#00ff00"}
    assert colours_in(image, QRect(square.x(), square.y(), SIDE, 50)) == {DARK.tile}
    assert colours_in(image, QRect(square.x(), square.y() + 150, SIDE, 50)) == {DARK.tile}


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize(("score", "length"), [(0.3, BAR_HEIGHT), (0.4, BAR_HEIGHT), (0.7, 100), (1.0, 200)])
def test_the_bar_shows_the_score_by_length_and_colour(
    model: GridModel, score: float, length: int, theme: Theme
) -> None:
    add_scored(model, scored("a.jpg", score))
    image, delegate = painted(model, theme=theme)
    bar = delegate.layout.bar
    assert colours_in(image, QRect(bar.x(), bar.y(), length, BAR_HEIGHT)) == {ramp_colour(score).name()}
    if length < SIDE:
        assert ramp_colour(score).name() not in colours_in(image, bar.adjusted(length, 0, 0, 0))


def test_a_tie_is_a_bracket_below_its_tiles_with_an_end_at_the_first_and_the_last(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.80), scored("b.jpg", 0.79), scored("c.jpg", 0.70))
    model.refresh()
    expected = [(False, True), (True, False), (False, False)]
    for row, (before, after) in enumerate(expected):
        image, delegate = painted(model, row)
        tile = delegate.layout.tile
        line = QRect(-MARGIN, tile.height() - SPACE_2, MARGIN, SPACE_2)
        assert (DARK.bar_below in colours_in(image, line)) == before
        assert (DARK.bar_below in colours_in(image, line.translated(MARGIN + tile.width(), 0))) == after
        below = QRect(SPACE_2, tile.height() - SPACE_2, tile.width() - 2 * SPACE_2, SPACE_2)
        assert (DARK.bar_below in colours_in(image, below)) == (before or after)
        # No line goes through the scores.
        assert DARK.bar_below not in colours_in(image, delegate.layout.bar)


def test_a_waiting_tile_has_its_name_and_no_number(model: GridModel) -> None:
    add(model, "a.jpg")
    image, delegate = painted(model)
    assert colours_in(image, delegate.layout.square) == {DARK.tile}
    assert colours_in(image, delegate.layout.score) == {DARK.tile}
    assert len(colours_in(image, delegate.layout.name)) > 1


@pytest.mark.parametrize("kind", list(FailureKind))
def test_a_failed_tile_says_why(model: GridModel, kind: FailureKind) -> None:
    add_failed(model, failed("a.jpg", kind))
    image, delegate = painted(model)
    assert DARK.second_text in colours_in(image, delegate.layout.square)
    assert colours_in(image, delegate.layout.score) == {DARK.tile}


def test_why_a_photo_failed_does_not_cover_its_preview(model: GridModel) -> None:
    add_failed(model, failed("a.jpg", FailureKind.NOT_SCORED))
    photo = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    photo.fill(Qt.GlobalColor.green)
    model.images.set_preview(key("a.jpg"), photo)
    image, delegate = painted(model)
    assert colours_in(image, delegate.layout.square) == {"#00ff00"}
    assert len(colours_in(image, delegate.layout.score)) > 1


@pytest.mark.parametrize("theme", SURROUNDS.values(), ids=SURROUNDS.keys())
def test_selection_and_focus_are_in_the_accent_and_hover_is_not(model: GridModel, theme: Theme) -> None:
    add_scored(model, scored("a.jpg", 0.5))
    flag = QStyle.StateFlag
    top_edge = QRect(50, 0, 50, 3)
    colours = {
        state: colours_in(painted(model, theme=theme, state=flag.State_Enabled | state)[0], top_edge)
        for state in (flag.State_None, flag.State_Selected, flag.State_HasFocus, flag.State_MouseOver)
    }
    assert colours[flag.State_None] == {theme.tile}
    assert colours[flag.State_MouseOver] == {theme.hover}
    for state in (flag.State_Selected, flag.State_HasFocus):
        assert theme.accent in colours[state]
        assert not theme.ring or theme.ring in colours[state]


@pytest.mark.parametrize("theme", SURROUNDS.values(), ids=SURROUNDS.keys())
@pytest.mark.parametrize("label", [each for each in Label if each])
def test_all_that_is_said_of_a_photo_is_there_on_every_surround(
    model: GridModel, theme: Theme, label: Label
) -> None:
    add_scored(model, scored("a.jpg", 0.80), scored("b.jpg", 0.79))
    model.refresh()
    photo = model.library.id_of(model.key(0))
    assert photo is not None
    for column, value in ((FLAG, Flag.PICK), (STARS, 3), (LABEL, label)):
        model.library.set(column, {photo: value})
    image, delegate = painted(model, theme=theme)
    layout = delegate.layout
    assert {theme.text, theme.second_text} <= colours_in(image, layout.score)
    end = QRect(layout.name.right() - 8, layout.name.y(), 9, layout.name.height())
    assert {theme.second_text, LABEL_COLOURS[label]} <= colours_in(image, end)
    assert theme.text in colours_in(image, layout.name)
    tie = QRect(SPACE_2, layout.tile.height() - SPACE_2, SIDE, SPACE_2)
    assert theme.bar_below in colours_in(image, tie)
    casing = colours_in(image, QRect(layout.bar.x(), layout.bar.y() - 1, 40, 1))
    assert casing == {theme.casing or theme.tile}


def test_a_fast_score_bears_its_mark(model: GridModel) -> None:
    add_scored(model, scored("a.jpg", 0.8))
    exact, delegate = painted(model)
    model.library.clear()
    add_scored(model, scored_fast("a.jpg", 0.8))
    fast, _ = painted(model)
    line = delegate.layout.score.translated(MARGIN, MARGIN)
    assert fast.copy(line) != exact.copy(line)
    # the mark comes first and pushes what follows on; nothing else differs
    mark = QFontMetrics(font(TEXT_LARGE, strong=True)).horizontalAdvance("≈")
    assert last_ink(fast, line) - last_ink(exact, line) == pytest.approx(mark, abs=1)
    above = QRect(0, 0, exact.width(), line.y())
    assert fast.copy(above) == exact.copy(above)


def test_a_damaged_photo_bears_its_mark_instead_of_a_place(model: GridModel) -> None:
    whole = scored("a.jpg", 0.8)
    add_scored(model, whole)
    plain, delegate = painted(model)
    model.scores.note_scores([replace(whole, facts=replace(whole.facts, missing=0.5))])
    marked, _ = painted(model)
    line = delegate.layout.score.translated(MARGIN, MARGIN)
    # "Damaged" is followed by nothing, and wider than "Top 41 %".
    words = QFontMetrics(font(TEXT_SMALL)).horizontalAdvance
    wider = words("⚠ Damaged") - words(standing(RESMEM_SCALE.percentile(0.8) or 0))
    assert last_ink(marked, line) - last_ink(plain, line) == pytest.approx(wider, abs=2)
    above = QRect(0, 0, plain.width(), line.y())
    assert marked.copy(above) == plain.copy(above)
