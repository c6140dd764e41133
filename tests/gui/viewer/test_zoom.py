"""The geometry of looking at a photo: what fits, what stays under the pointer, what stays in view."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from memapp.gui.viewer.zoom import ACTUAL_SIZE, LARGEST_SCALE, Zoom


@pytest.fixture
def zoom() -> Zoom:
    """A photo of 4000 x 2000 in a view of 1000 x 800 device pixels."""
    made = Zoom()
    made.set_sizes(QSizeF(4000, 2000), QSizeF(1000, 800))
    return made


def test_fit_shows_the_whole_photo_in_the_middle(zoom: Zoom) -> None:
    assert zoom.fitted
    assert zoom.scale == 0.25
    assert zoom.drawn_rect() == QRectF(0, 150, 1000, 500)


def test_fit_enlarges_nothing() -> None:
    zoom = Zoom()
    zoom.set_sizes(QSizeF(300, 200), QSizeF(1000, 800))
    assert zoom.scale == ACTUAL_SIZE
    assert zoom.drawn_rect() == QRectF(350, 300, 300, 200)


@pytest.mark.parametrize("point", [QPointF(300, 300), QPointF(700, 500), QPointF(500, 400)])
def test_the_point_zoomed_at_stays_where_it_is(zoom: Zoom, point: QPointF) -> None:
    before = zoom.place_at(point)
    zoom.zoom_to(ACTUAL_SIZE, point)
    after = zoom.place_at(point)
    # drawn on whole pixels: half a pixel of 4000
    assert after.x() == pytest.approx(before.x(), abs=1 / 4000)
    assert after.y() == pytest.approx(before.y(), abs=1 / 2000)
    assert zoom.drawn_rect().size() == QSizeF(4000, 2000)


def test_a_photo_larger_than_the_view_leaves_no_empty_room(zoom: Zoom) -> None:
    zoom.zoom_to(ACTUAL_SIZE, QPointF(0, 150))
    zoom.pan(QPointF(9999, 9999))
    assert zoom.drawn_rect().topLeft() == QPointF(0, 0)
    zoom.pan(QPointF(-99999, -99999))
    assert zoom.drawn_rect().bottomRight() == QPointF(1000, 800)


def test_panning_moves_by_device_pixels(zoom: Zoom) -> None:
    zoom.zoom_to(ACTUAL_SIZE, QPointF(500, 400))
    before = zoom.drawn_rect().topLeft()
    zoom.pan(QPointF(-30, 20))
    assert zoom.drawn_rect().topLeft() - before == QPointF(-30, 20)


def test_a_fitted_photo_is_not_panned(zoom: Zoom) -> None:
    zoom.pan(QPointF(50, 50))
    assert zoom.drawn_rect() == QRectF(0, 150, 1000, 500)


def test_zooming_out_ends_at_fit_and_in_at_the_limit(zoom: Zoom) -> None:
    zoom.zoom_to(99, QPointF(500, 400))
    assert zoom.scale == LARGEST_SCALE
    zoom.zoom_to(0.01, QPointF(500, 400))
    assert zoom.fitted


def test_the_place_is_kept_for_the_next_photo(zoom: Zoom) -> None:
    zoom.zoom_in_on(ACTUAL_SIZE, QPointF(0.25, 0.6))
    assert zoom.place_at(QPointF(500, 400)).x() == pytest.approx(0.25, abs=1e-3)
    assert zoom.place_at(QPointF(500, 400)).y() == pytest.approx(0.6, abs=1e-3)


def test_a_view_grown_past_the_photo_fits_it_again(zoom: Zoom) -> None:
    zoom.zoom_to(0.5, QPointF(500, 400))
    zoom.set_sizes(QSizeF(4000, 2000), QSizeF(3000, 2000))
    assert zoom.fitted
