"""Badges in a tile's corner, and the line above photos that belong together."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from memapp.core.stacks import StackKind
from memapp.gui.grid.grid_model import GridModel
from memapp.gui.grid.tile import TileStack
from memapp.gui.grid.tile_badges import BadgePainter, badges
from memapp.gui.widgets.theme import DARK
from memapp.library.found_stacks import FoundStack, FoundStacks
from memapp.library.photo_columns import CHANGED
from tests.gui.grid.photos import add, add_scored, key, scored

PLACE, CELL = QRect(8, 8, 84, 100), QRect(0, 0, 100, 116)


def stacked(model: GridModel) -> None:
    """Show a.jpg on top of a moment with b.jpg, and c.jpg, which stands for its RAW file."""
    add_scored(model, *(scored(f"{name}.jpg", score) for name, score in (("a", 0.9), ("b", 0.6), ("c", 0.5))))
    add(model, "c.nef")
    ids = dict(zip(model.library.ids(), model.library.keys(), strict=True))
    by_name = {state.name: photo for photo, state in ids.items()}
    model.stacks.wanted = True
    moment = FoundStack(StackKind.MOMENT, (by_name["a.jpg"], by_name["b.jpg"]))
    model.stacks.take(FoundStacks((moment,), {by_name["c.nef"]: by_name["c.jpg"]}))
    model.refresh_stacks()


def test_each_says_one_thing(model: GridModel) -> None:
    stacked(model)
    assert [model.key(place).name for place in range(model.rowCount())] == ["a.jpg", "c.jpg"]
    assert badges(model.tile(0)) == [("2", True)]
    photo = model.library.id_of(key("c.jpg"))
    assert photo is not None
    model.library.set(CHANGED, {photo: True})
    assert badges(model.tile(1)) == [("RAW+JPEG", False), ("Changed", False)]


def test_they_stand_side_by_side_and_those_without_room_are_left_out(model: GridModel) -> None:
    stacked(model)
    photo = model.library.id_of(key("c.jpg"))
    assert photo is not None
    model.library.set(CHANGED, {photo: True})
    painter = BadgePainter(DARK)
    square = QRect(10, 20, 300, 300)
    (first, _), (second, _) = painter.plates(square, model.tile(1))
    assert first.topRight() == square.topRight()
    assert second.right() < first.left()
    assert square.contains(second)
    narrow = QRect(10, 20, first.width() + 10, 300)
    assert [badge.text for _, badge in painter.plates(narrow, model.tile(1))] == ["RAW+JPEG"]


def band(stack: TileStack) -> tuple[int, int] | None:
    """Return from where to where the line above a tile is painted, in its cell."""
    image = QImage(QSize(100, 116), QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.window))
    painter = QPainter(image)
    BadgePainter(DARK).paint_band(painter, PLACE, CELL, stack)
    painter.end()
    line = [x for x in range(100) if image.pixelColor(QPoint(x, PLACE.y() + 2)).name() == DARK.second_text]
    return (line[0], line[-1]) if line else None


def test_a_line_joins_photos_that_are_all_shown() -> None:
    kind = StackKind.MOMENT
    first, middle, last = (band(TileStack(kind, place, 3, expanded=True)) for place in (1, 2, 3))
    assert middle == (CELL.left(), CELL.right())
    assert first is not None
    assert first[0] > PLACE.left()
    assert first[1] == CELL.right()
    assert last is not None
    assert last[0] == CELL.left()
    assert last[1] < PLACE.right()
    assert band(TileStack(kind, 1, 3, expanded=False)) is None
    assert band(TileStack(StackKind.BRACKET, 1, 3, expanded=False)) == first
