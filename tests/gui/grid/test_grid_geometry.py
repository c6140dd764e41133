"""Where tiles lie."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize

from memapp.gui.grid.grid_geometry import GridGeometry

TILE = QSize(100, 150)


def parts_of(second_part: int | None) -> tuple[int, ...]:
    return () if second_part is None else (second_part,)


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


@pytest.mark.parametrize("second_part", [1, 4, 5, 9])
@pytest.mark.parametrize("width", [50, 500, 701])
def test_a_second_part_begins_on_its_own_row_below_a_heading(width: int, second_part: int) -> None:
    grid = GridGeometry(width=width, count=10, tile=TILE, parts=parts_of(second_part))
    above, below = grid.tile_rect(second_part - 1), grid.tile_rect(second_part)
    assert below.left() == grid.tile_rect(0).left()
    assert above.bottom() < grid.headings[0].top()
    assert grid.headings[0].bottom() < below.top()
    assert grid.headings[0].left() == grid.tile_rect(0).left()
    assert grid.place_at(grid.headings[0].center()) is None
    assert [grid.place_at(grid.tile_rect(place).center()) for place in range(10)] == list(range(10))
    assert grid.height - grid.tile_rect(9).bottom() - 1 == grid.tile_rect(0).top()


@pytest.mark.parametrize("second_part", [None, 1, 4, 6, 10, 11])
def test_what_lies_between_two_heights_is_what_touches_them(second_part: int | None) -> None:
    grid = GridGeometry(width=500, count=10, tile=TILE, parts=parts_of(second_part))
    for top in range(-40, grid.height + 40, 7):
        for bottom in (top + 1, top + 60, top + 400):
            found = grid.places_between(top, bottom)
            touched = [
                place
                for place in range(10)
                if grid.cell_rect(place).top() < bottom and grid.cell_rect(place).bottom() >= top
            ]
            assert set(touched) <= set(found)
            # a heading may bring in the row below it, nothing else
            assert len(found) - len(touched) <= grid.columns
            assert touched or grid.headings or not found
        first = grid.first_below(top)
        assert grid.cell_rect(first).top() >= top or grid.cell_rect(first).top() == grid.cell_rect(9).top()


def test_one_part_has_no_heading() -> None:
    for second_part in (None, 10):
        grid = GridGeometry(width=500, count=10, tile=TILE, parts=parts_of(second_part))
        assert not grid.headings
        assert grid.height == GridGeometry(width=500, count=10, tile=TILE).height


def test_moving_by_rows_keeps_the_column_across_the_parts() -> None:
    # 0 1 2 3 / 4 5 // 6 7 8 9
    grid = GridGeometry(width=500, count=10, tile=TILE, parts=(6,))
    assert [grid.place_below(place, 1) for place in (1, 3, 5, 8)] == [5, 5, 7, 8]
    assert [grid.place_below(place, -1) for place in (9, 6, 4, 2)] == [5, 4, 0, 2]
    assert (grid.place_below(1, 40), grid.place_below(9, -40)) == (7, 3)


def test_three_parts_have_two_headings_and_no_place_is_lost() -> None:
    # 0 1 2 3 / 4 5 // 6 // 7 8 9
    grid = GridGeometry(width=500, count=10, tile=TILE, parts=(6, 7))
    first, second = grid.headings
    assert grid.tile_rect(5).bottom() < first.top() < first.bottom() < grid.tile_rect(6).top()
    assert grid.tile_rect(6).bottom() < second.top() < second.bottom() < grid.tile_rect(7).top()
    assert [grid.place_at(grid.tile_rect(place).center()) for place in range(10)] == list(range(10))
    assert (grid.place_at(first.center()), grid.place_at(second.center())) == (None, None)
    assert [grid.place_below(place, 1) for place in (1, 5, 6, 9)] == [5, 6, 7, 9]
    assert list(grid.places_between(0, grid.height)) == list(range(10))
    assert list(grid.places_between(second.top(), second.bottom())) == [7, 8, 9]
