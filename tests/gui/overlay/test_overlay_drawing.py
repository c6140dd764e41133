"""What overlays show: the right colour on the right pixel, and names where things are."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage

from memapp.core.settings import SETTINGS
from memapp.gui.overlay.overlay_drawing import MapStyle, draw_map, draw_regions, draw_segmentation
from memapp.gui.overlay.overlay_layer import OverlayLayer
from tests.gui.overlay.explained import memorability, regions, segmentation


def colour(layer: OverlayLayer, x: int, y: int) -> QColor:
    assert layer.picture is not None
    return layer.picture.pixelColor(x, y)


# Segmentation


def test_categories_have_their_colours_to_the_pixel() -> None:
    layer = draw_segmentation(segmentation(), hidden=())
    assert layer.picture is not None
    assert (layer.picture.width(), layer.picture.height()) == (80, 60)
    assert colour(layer, 39, 0).red() > 180 > 100 > colour(layer, 39, 0).blue()
    assert colour(layer, 40, 29).blue() > 180 > 100 > colour(layer, 40, 29).red()
    grey = colour(layer, 40, 30)
    assert grey.red() == grey.green() == grey.blue()


def test_by_default_categories_are_outlined_and_filled_by_35_percent() -> None:
    layer = draw_segmentation(segmentation(), hidden=())
    share = colour(layer, 39, 0).alphaF() * SETTINGS.overlay_opacity.default / 100
    assert share == pytest.approx(0.35, abs=0.01)
    assert layer.line_outlines
    assert all(not outline.path.isEmpty() for outline in layer.outlines)


def test_hidden_categories_are_clear_and_not_pointed_at() -> None:
    layer = draw_segmentation(segmentation(), hidden={"vehicle", "background"})
    assert colour(layer, 60, 10).alpha() == colour(layer, 60, 50).alpha() == 0
    assert colour(layer, 10, 50).alpha() > 100
    assert layer.item_at(QPointF(0.9, 0.1)) is None
    assert layer.item_at(QPointF(0.1, 0.9)) is not None


def test_things_are_named_where_they_are_and_categories_elsewhere() -> None:
    layer = draw_segmentation(segmentation(), hidden=())

    def named(x: float, y: float) -> tuple[str, int]:
        item = layer.item_at(QPointF(x, y))
        assert item is not None
        return layer.names[item], layer.rows[item]

    assert named(0.1, 0.3) == ("Dog, 88 % sure", 1)
    assert named(0.1, 0.9) == ("Animal", 1)
    assert named(0.9, 0.1) == ("Vehicle", 2)
    assert named(1.0, 1.0) == ("Background", 0)


def test_a_thing_of_a_hidden_category_is_not_named() -> None:
    layer = draw_segmentation(segmentation(), hidden={"animal"})
    assert layer.item_at(QPointF(0.1, 0.3)) is None
    assert not any("Dog" in name for name in layer.names)


# Maps


def test_what_raises_is_red_what_lowers_is_blue_and_what_is_not_seen_is_clear() -> None:
    layer = draw_map(memorability(), style=MapStyle.COLOUR)
    raises, lowers = colour(layer, 20, 30), colour(layer, 60, 30)
    assert raises.red() > raises.blue() + 50
    assert lowers.blue() > lowers.red() + 50
    assert raises.alpha() == lowers.alpha() > 200
    assert colour(layer, 1, 1).alpha() == 0
    assert layer.unseen
    assert layer.grey_photo


def test_little_is_worth_little_ink() -> None:
    weak = memorability()
    weak.values[10:20, 10:20] = 0.001
    weak.values[30, 30] = 0.0
    layer = draw_map(weak, style=MapStyle.COLOUR)
    assert colour(layer, 15, 15).alpha() < 0.2 * colour(layer, 20, 40).alpha()
    assert colour(layer, 30, 30).alpha() == 0


def test_fog_lies_on_what_lowers_only() -> None:
    layer = draw_map(memorability(), style=MapStyle.FOG)
    assert colour(layer, 20, 30).alpha() == 0
    assert colour(layer, 60, 30).alpha() > 150
    assert colour(layer, 1, 1).alpha() == 0
    assert not layer.grey_photo


def test_outlines_enclose_what_raises_and_what_lowers() -> None:
    layer = draw_map(memorability(), style=MapStyle.OUTLINE)
    assert layer.picture is None
    reds = [line for line in layer.outlines if line.colour.red() > line.colour.blue()]
    blues = [line for line in layer.outlines if line.colour.red() < line.colour.blue()]
    assert len(reds) == len(blues) == 2
    assert all(line.path.contains(QPointF(0.25, 0.5)) for line in reds)
    assert all(line.path.contains(QPointF(0.75, 0.5)) for line in blues)


@pytest.mark.parametrize("style", list(MapStyle))
def test_a_map_that_sees_nothing_is_drawn_as_nothing(style: MapStyle) -> None:
    nothing = memorability()
    nothing.values[:] = np.nan
    layer = draw_map(nothing, style=style)
    if layer.picture is not None:
        assert layer.picture == QImage(80, 60, layer.picture.format()) or colour(layer, 40, 30).alpha() == 0
    assert all(outline.path.isEmpty() for outline in layer.outlines)


# Regions


def test_the_smallest_region_is_the_one_that_is_pointed_at() -> None:
    layer = draw_regions(regions())
    assert layer.item_at(QPointF(0.02, 0.02)) == 0
    assert layer.item_at(QPointF(15 / 80, 15 / 60)) == 1
    assert layer.item_at(QPointF(0.99, 0.01)) == 2
    assert layer.item_at(QPointF(0.5, 0.9)) is None
    assert list(layer.names) == [
        "Dog, +0.12 (+12 of 100 people)",
        "Collar, −0.03 (−3 of 100 people)",
        "Logo, not seen",
    ]
    assert layer.order is not None
    assert list(layer.order) == [0, 1, 2]
