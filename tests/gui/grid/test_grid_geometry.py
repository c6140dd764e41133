"""Where tiles lie."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize

from memapp.gui.grid.grid_geometry import GridGeometry

TILE = QSize(100, 150)


@pytest.mark.parametrize("width", [50, 116, 300, 701, 2560])
def test_tiles_lie_in_the_middle_of_the_width_and_do_not_touch(width: int) -> None:
    grid = GridGeometry(width=width, count=100, tile=TILE)
    first, last = grid.tile_rect(0), grid.tile_rect(grid.columns - 1)
    assert abs(first.left() - (width - 1 - last.right())) <= 1
    if width > TILE.width():
        assert first.left() >= 0
    rects = [grid.tile_rect(place) for place in range(100)]
    assert all(rect.size() == TILE for rect in rects)
    assert not any(one.intersects(other) for one in rects[:30] for other in rects[:30] if one != other)


def test_every_tile_is_found_at_its_place_and_gaps_are_nobodys() -> None:
    grid = GridGeometry(width=500, count=10, tile=TILE)
    assert grid.columns == 4
    for place in range(10):
        tile = grid.tile_rect(place)
        assert grid.place_at(tile.topLeft()) == place
        assert grid.place_at(tile.bottomRight()) == place
        assert grid.place_at(tile.topLeft() - QPoint(1, 0)) is None
    beside_the_last = grid.tile_rect(9).center() + QPoint(grid.cell.width(), 0)
    assert grid.place_at(beside_the_last) is None
    assert grid.place_at(QPoint(-5, -5)) is None


def test_height_and_places_between_two_heights() -> None:
    grid = GridGeometry(width=500, count=10, tile=TILE)
    assert grid.height - grid.tile_rect(9).bottom() - 1 == grid.tile_rect(0).top()
    assert grid.places_between(0, grid.height) == range(10)
    second = grid.cell_rect(4)
    assert grid.places_between(second.top(), second.bottom() + 1) == range(4, 8)
    assert grid.places_between(second.top() - 1, second.bottom() + 2) == range(10)
    assert len(grid.places_between(-500, -100)) == 0
    assert len(GridGeometry(width=500, count=0, tile=TILE).places_between(0, 1000)) == 0


def test_a_rubber_band_takes_the_tiles_that_it_touches() -> None:
    grid = GridGeometry(width=500, count=10, tile=TILE)
    band = QRect(grid.tile_rect(1).center(), grid.tile_rect(6).center())
    assert grid.places_in(band) == [1, 2, 5, 6]
